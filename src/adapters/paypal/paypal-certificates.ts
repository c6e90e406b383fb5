/** Fetches, caches and checks the certificates that sign PayPal's webhooks. */
import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { LRUCache } from 'lru-cache'
import { isUpstreamFailure, Upstream } from '../../values/upstream-failure.ts'
import { WebhookRefused } from '../../values/webhook-refused.ts'
import { fetchWithin } from '../bounded-fetch.ts'
import { Effect, type UpstreamCall } from '../upstream-call.ts'
import { failureOfStatus } from '../upstream-reply.ts'

export interface CertificateOptions {
  /** Of the API: its host is trusted with certificates only when it is a sandbox on this machine. */
  baseUrl: string
  /** PEM of a further root that may sign them; null for none. */
  extraCa: string | null
  call: UpstreamCall
}

/** PayPal has one or two in use at a time; more addresses than that are somebody else's idea. */
const MOST_CERTIFICATES = 8
const KEPT_FOR_MS = 24 * 3_600_000
const LONGEST_CHAIN_CERTIFICATES = 5
const MOST_BYTES = 64 * 1024
const loopback = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Answers a function from PAYPAL-CERT-URL to its certificate. Throws WebhookRefused, or UpstreamFailure when it cannot be fetched. */
export function payPalCertificates(options: CertificateOptions): (url: string, at: Date) => Promise<X509Certificate> {
  const kept = new LRUCache<string, X509Certificate[]>({
    max: MOST_CERTIFICATES,
    ttl: KEPT_FOR_MS,
    // One fetch, however many webhooks wait for it; what fails is not kept.
    fetchMethod: (url) => fetchChain(url, options.call),
  })
  let roots: X509Certificate[] | null = null
  return async (url, at) => {
    const chain = await kept.forceFetch(addressOf(url, options.baseUrl))
    roots ??= [...rootCertificates, ...pemBlocks(options.extraCa ?? '')].map((pem) => new X509Certificate(pem))
    return trusted(chain, roots, at)
  }
}

/** The address, when it is PayPal's own. Throws WebhookRefused for every other: it is never called. */
function addressOf(text: string, baseUrl: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const base = new URL(baseUrl)
  const local = loopback.has(base.hostname) && url?.origin === base.origin
  const payPals =
    url?.protocol === 'https:' &&
    url.port === '' &&
    (url.hostname === 'paypal.com' || url.hostname.endsWith('.paypal.com'))
  if (!url || !(local || payPals) || url.username !== '' || url.password !== '') {
    throw new WebhookRefused('The address of the certificate is not one of PayPal’s.')
  }
  return url.href
}

const boundedFetch = fetchWithin(MOST_BYTES, () => new WebhookRefused('it has too many bytes'))

/** The certificate first, then those that signed it, as far as PayPal sends them. */
async function fetchChain(url: string, call: UpstreamCall): Promise<X509Certificate[]> {
  const send = async (signal: AbortSignal) => {
    const response = await boundedFetch(url, { redirect: 'error', signal })
    if (response.ok) return response.text()
    const { status, statusText: message, headers } = response
    throw failureOfStatus(Upstream.PayPal, { status, code: null, message, retryAfter: headers.get('retry-after') })
  }
  try {
    const text = await call({ operation: 'webhook-certificates.get', effect: Effect.LiveRead, send })
    const blocks = pemBlocks(text)
    if (blocks.length === 0) throw new Error('there is none at its address')
    return blocks.map((pem) => new X509Certificate(pem))
  } catch (error) {
    if (isUpstreamFailure(error) && error.kind !== 'REFUSED') throw error
    throw new WebhookRefused(`The certificate cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

function pemBlocks(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
}

/** The first of the chain, when it is PayPal's by name, good at that moment, and leads to one of the roots. */
function trusted(chain: readonly X509Certificate[], roots: readonly X509Certificate[], at: Date): X509Certificate {
  const [leaf, ...others] = chain
  if (leaf === undefined || leaf.ca || !isPayPals(leaf)) throw new WebhookRefused('The certificate is not PayPal’s.')
  let current = leaf
  for (let depth = 0; depth < LONGEST_CHAIN_CERTIFICATES; depth += 1) {
    checkValidity(current, at)
    const root = roots.find((one) => signed(one, current))
    if (root) {
      checkValidity(root, at)
      return leaf
    }
    const next = others.find((one) => one.ca && signed(one, current))
    if (next === undefined) break
    current = next
  }
  throw new WebhookRefused('The certificate does not lead to a root that is trusted.')
}

function signed(issuer: X509Certificate, subject: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
}

function checkValidity({ validFrom, validTo }: X509Certificate, at: Date): void {
  if (at < new Date(validFrom) || at > new Date(validTo)) {
    throw new WebhookRefused(`The certificate is good from ${validFrom} to ${validTo} only.`)
  }
}

/** E.g. messageverificationcerts.paypal.com: others have certificates of the same roots. */
function isPayPals({ subject, subjectAltName }: X509Certificate): boolean {
  const names = `${subject}\n${subjectAltName ?? ''}`.matchAll(/(?:CN=|DNS:)([^\n,]+)/g)
  return [...names].some(([, name = '']) => /(^|\.)paypal\.com$/i.test(name.trim()))
}
