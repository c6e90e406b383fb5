/** PayPal's webhooks: the signature over id, time, webhook and checksum, and the certificate that made it. */
import { verify, X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { crc32 } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import { WebhookRefused } from '../../values/webhook-refused.ts'

export interface WebhookTrust {
  webhookId: string
  /** Certificates are fetched from PayPal's own hosts, or from this base when it is on this machine. */
  baseUrl: string
  /** A further root that may sign: the sandbox's. */
  extraCa: string | null
}

/** PayPal repeats a webhook for three days; an older transmission is a replay. */
const oldestMs = 3 * 24 * 3_600_000
const newestMs = 5 * 60_000
const certificates = new LRUCache<string, X509Certificate[]>({ max: 20, ttl: 3_600_000 })
const roots = rootCertificates.map((pem) => new X509Certificate(pem))

/** Throws WebhookRefused unless signature, age and certificate hold. */
export async function verifyPayPalSignature(
  rawBody: Buffer,
  headers: Record<string, string | string[] | undefined>,
  now: Date,
  trust: WebhookTrust,
): Promise<void> {
  const header = (name: string) => {
    const value = headers[`paypal-${name}`]
    if (typeof value !== 'string' || value === '') throw new WebhookRefused(`The header PAYPAL-${name} is missing.`)
    return value
  }
  const [id, time, signature] = [header('transmission-id'), header('transmission-time'), header('transmission-sig')]
  const ageMs = now.getTime() - Date.parse(time)
  if (!(ageMs <= oldestMs && ageMs >= -newestMs)) throw new WebhookRefused('The transmission is too old, or not yet.')
  if (header('auth-algo') !== 'SHA256withRSA') throw new WebhookRefused('The algorithm is not SHA256withRSA.')
  const chain = await certificatesAt(header('cert-url'), trust)
  checkChain(chain, trust, new Date())
  const signed = `${id}|${time}|${trust.webhookId}|${crc32(rawBody)}`
  const holds = verify('RSA-SHA256', Buffer.from(signed), chain[0]!.publicKey, Buffer.from(signature, 'base64'))
  if (!holds) throw new WebhookRefused('The signature does not fit the body.')
}

function isAllowed(url: URL, { baseUrl }: WebhookTrust): boolean {
  const base = new URL(baseUrl)
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(base.hostname)
  if (local && url.origin === base.origin) return true
  return url.protocol === 'https:' && /(^|\.)paypal\.com$/.test(url.hostname)
}

async function certificatesAt(address: string, trust: WebhookTrust): Promise<X509Certificate[]> {
  if (!URL.canParse(address) || !isAllowed(new URL(address), trust)) {
    throw new WebhookRefused('The certificate is not at an address of PayPal.')
  }
  const known = certificates.get(address)
  if (known) return known
  const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(5_000) })
  if (!response.ok) throw new Error(`PayPal's certificate could not be had: ${response.status}`)
  const pems = (await response.text()).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (pems.length === 0) throw new WebhookRefused('There is no certificate at the address given.')
  const chain = pems.map((pem) => new X509Certificate(pem))
  certificates.set(address, chain)
  return chain
}

/** Each certificate is signed by the next, the last by a root that is trusted, and all are in force. */
function checkChain(chain: X509Certificate[], { extraCa }: WebhookTrust, now: Date): void {
  const trusted = extraCa ? [...roots, new X509Certificate(extraCa)] : roots
  for (const [index, certificate] of chain.entries()) {
    if (now < new Date(certificate.validFrom) || now > new Date(certificate.validTo)) {
      throw new WebhookRefused('The certificate is not in force.')
    }
    const issuers = chain[index + 1] ? [chain[index + 1]!] : trusted
    const signs = (issuer: X509Certificate) =>
      issuer.fingerprint256 === certificate.fingerprint256 ||
      (certificate.checkIssued(issuer) && issuer.ca && certificate.verify(issuer.publicKey))
    if (!issuers.some(signs)) throw new WebhookRefused('The certificate is not signed by a root that is trusted.')
  }
}
