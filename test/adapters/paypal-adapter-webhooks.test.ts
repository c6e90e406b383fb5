/** Tests that only webhooks signed by PayPal verify. */
import 'reflect-metadata'
import { createSign, randomUUID, webcrypto } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { payPalProvider } from '../../src/adapters/paypal/paypal-provider.ts'
import { receivePaymentEvent } from '../../src/payments/payment-inbox.ts'
import { WebhookRefused } from '../../src/values/webhook-refused.ts'
import { startSmallServer } from '../support/world/small-graph.ts'
import { addressOfNobody, failureOf, orderOf, startPayPal } from './provider-under-test.ts'

const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}
const checkedAt = new Date('2026-03-01T12:00:00Z')
const DAY_MS = 86_400_000
const certificateName = 'messageverificationcerts.paypal.com'

interface Party {
  keys: webcrypto.CryptoKeyPair
  certificate: X509Certificate
}

async function newRoot(name: string): Promise<Party> {
  const keys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    signingAlgorithm: rsa,
    keys,
    notBefore: new Date(checkedAt.getTime() - 9 * DAY_MS),
    notAfter: new Date(checkedAt.getTime() + 9 * DAY_MS),
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  })
  return { keys, certificate }
}

async function signedBy(issuer: Party, name: string, { ca = false, days = 5 } = {}): Promise<Party> {
  const keys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: `CN=${name}`,
    issuer: issuer.certificate.subject,
    signingAlgorithm: rsa,
    notBefore: new Date(checkedAt.getTime() - 9 * DAY_MS),
    notAfter: new Date(checkedAt.getTime() + days * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(ca, undefined, true),
      ...(ca ? [] : [new SubjectAlternativeNameExtension([{ type: 'dns', value: name }])]),
    ],
  })
  return { keys, certificate }
}

const pem = (...parties: Party[]) => parties.map(({ certificate }) => certificate.toString('pem')).join('\n')

const body = Buffer.from(
  JSON.stringify({
    id: 'WH-1',
    event_type: 'PAYMENT.CAPTURE.COMPLETED',
    resource_type: 'capture',
    create_time: '2026-03-01T11:59:00Z',
    resource: {
      id: '3C679366HH908993F',
      status: 'COMPLETED',
      custom_id: 'p-1',
      amount: { currency_code: 'GBP', value: '695.00' },
      supplementary_data: { related_ids: { order_id: '5O190127TN364715T' } },
      payer: { email_address: 'ada@example.org' },
    },
  }),
)

describe('a webhook of PayPal’s', () => {
  const served = new Map<string, string>()
  const fetched: string[] = []
  let server: Server
  let base: string
  let root: Party
  let leaf: Party
  let stranger: Party

  beforeAll(async () => {
    root = await newRoot('The root that is trusted')
    leaf = await signedBy(root, certificateName)
    stranger = await signedBy(await newRoot('Another root'), certificateName)
    server = createServer((request, response) => {
      fetched.push(request.url as string)
      const text = served.get(request.url as string)
      response.writeHead(text === undefined ? 404 : 200).end(text)
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    return new Promise((closed) => server.close(closed))
  })

  const receiver = (baseUrl = base, extraCa: string | null = pem(root)) =>
    payPalProvider({
      clientId: 'c',
      clientSecret: 's',
      webhookId: 'WH-ID',
      baseUrl,
      webUrl: base,
      extraCa,
      log: { info: () => undefined, warn: () => undefined },
      onCall: () => undefined,
    })

  /** Signed by `party`, whose certificate is served at an address of its own. */
  async function signed(party: Party, more: { at?: Date; chain?: string; webhookId?: string } = {}) {
    const path = `/v1/notifications/certs/${randomUUID()}`
    served.set(path, more.chain ?? pem(party))
    const time = (more.at ?? checkedAt).toISOString()
    const text = `T-1|${time}|${more.webhookId ?? 'WH-ID'}|${crc32(body)}`
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', party.keys.privateKey)).toString('base64')
    const privateKey = `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----`
    return {
      'paypal-transmission-id': 'T-1',
      'paypal-transmission-time': time,
      'paypal-transmission-sig': createSign('sha256').update(text).sign(privateKey, 'base64'),
      'paypal-cert-url': base + path,
      'paypal-auth-algo': 'SHA256withRSA',
    } as Record<string, string | string[] | undefined>
  }

  it('holds when signature, age and certificate do, and says only what is needed to look', async () => {
    const event = await receiver().verifyEvent(body, await signed(leaf), checkedAt)
    expect(event).toMatchObject({
      id: 'WH-1',
      type: 'PAYMENT.CAPTURE.COMPLETED',
      relevant: true,
      paymentId: 'p-1',
      createdAt: new Date('2026-03-01T11:59:00Z'),
      references: ['3C679366HH908993F', '5O190127TN364715T'],
    })
    expect(JSON.stringify(event)).not.toContain('ada@')
  })

  it('holds when its certificate was signed by another that a trusted root has signed', async () => {
    const middle = await signedBy(root, 'The one between', { ca: true })
    const below = await signedBy(middle, certificateName)
    const event = await receiver().verifyEvent(body, await signed(below, { chain: pem(below, middle) }), checkedAt)
    expect(event.id).toBe('WH-1')
  })

  it('holds for three days, for so long PayPal tries', async () => {
    const headers = await signed(leaf, { at: new Date(checkedAt.getTime() - 3 * DAY_MS) })
    expect((await receiver().verifyEvent(body, headers, checkedAt)).id).toBe('WH-1')
  })

  it('has its certificate fetched once for many', async () => {
    const [provider, headers] = [receiver(), await signed(leaf)]
    fetched.length = 0
    await Promise.all([1, 2, 3].map(() => provider.verifyEvent(body, headers, checkedAt)))
    await provider.verifyEvent(body, headers, checkedAt)
    expect(fetched).toHaveLength(1)
  })

  it.each<[string, (headers: Awaited<ReturnType<typeof signed>>) => object]>([
    ['without a signature', () => ({ 'paypal-transmission-sig': undefined })],
    ['with two signatures', (headers) => ({ 'paypal-transmission-sig': [headers['paypal-transmission-sig'], 'x'] })],
    ['with the signature of another transmission', () => ({ 'paypal-transmission-id': 'T-2' })],
    ['that says another algorithm', () => ({ 'paypal-auth-algo': 'none' })],
    ['that says no time', () => ({ 'paypal-transmission-time': 'now' })],
    ['whose certificate is not there', () => ({ 'paypal-cert-url': `${base}/v1/notifications/certs/none` })],
  ])('%s is refused', async (_what, change) => {
    const headers = await signed(leaf)
    await expect(receiver().verifyEvent(body, { ...headers, ...change(headers) }, checkedAt)).rejects.toBeInstanceOf(
      WebhookRefused,
    )
  })

  it.each<[string, () => Promise<Awaited<ReturnType<typeof signed>>>]>([
    ['for somebody else’s webhook', () => signed(leaf, { webhookId: 'WH-OTHER' })],
    ['of four days ago', () => signed(leaf, { at: new Date(checkedAt.getTime() - 4 * DAY_MS) })],
    ['of tomorrow', () => signed(leaf, { at: new Date(checkedAt.getTime() + DAY_MS) })],
    ['signed by a root that nobody trusts', () => signed(stranger)],
    ['whose certificate has ended', async () => signed(await signedBy(root, certificateName, { days: -1 }))],
    ['whose certificate is another company’s', async () => signed(await signedBy(root, 'paypal.com.example.org'))],
    ['signed by the root itself', () => signed(root)],
    ['whose certificate is no certificate', () => signed(leaf, { chain: 'hello' })],
    [
      'whose certificate was signed by one that may sign nothing',
      async () => {
        const below = await signedBy(leaf, certificateName)
        return signed(below, { chain: pem(below, leaf) })
      },
    ],
  ])('%s is refused', async (_what, headers) => {
    await expect(receiver().verifyEvent(body, await headers(), checkedAt)).rejects.toBeInstanceOf(WebhookRefused)
  })

  it('with another body is refused', async () => {
    const other = Buffer.from(body.toString().replace('695.00', '1.00'))
    await expect(receiver().verifyEvent(other, await signed(leaf), checkedAt)).rejects.toThrow('signature')
  })

  it('signed by a root that only this machine knows is refused where that root is not configured', async () => {
    await expect(receiver(base, null).verifyEvent(body, await signed(leaf), checkedAt)).rejects.toThrow('root')
  })

  it.each([
    'https://api.paypal.com.example.org/cert.pem',
    'https://examplepaypal.com/cert.pem',
    'http://api.paypal.com/cert.pem',
    'https://api.paypal.com:8443/cert.pem',
    'https://user:pass@api.paypal.com/cert.pem',
    'file:///etc/passwd',
    'not an address',
  ])('never has %s fetched', async (url) => {
    const headers = { ...(await signed(leaf)), 'paypal-cert-url': url }
    await expect(receiver().verifyEvent(body, headers, checkedAt)).rejects.toThrow('address')
  })

  it('never has a certificate of this machine fetched when PayPal itself is configured', async () => {
    const headers = await signed(leaf)
    fetched.length = 0
    await expect(receiver('https://api-m.paypal.com').verifyEvent(body, headers, checkedAt)).rejects.toThrow('address')
    expect(fetched).toEqual([])
  })

  it('that cannot be checked now is no forgery: PayPal is to send it again', async () => {
    const nobody = await addressOfNobody()
    const headers = { ...(await signed(leaf)), 'paypal-cert-url': `${nobody}/v1/notifications/certs/1` }
    expect(await failureOf(receiver(nobody).verifyEvent(body, headers, checkedAt))).toBe(
      'UNAVAILABLE connection_refused',
    )
  })

  it('that cannot be checked now is answered 503, and when to send it again', async () => {
    const nobody = await addressOfNobody()
    const providers = { PAYPAL: receiver(nobody) } as unknown as Parameters<typeof receivePaymentEvent>[0]['providers']
    // Nothing is written before it is verified.
    const receive = receivePaymentEvent({ providers, orm: undefined as never, now: () => checkedAt }, 'PAYPAL')
    const webhook = { name: 'paypal', maxBytes: 10_000, contentTypes: ['application/json'], receive }
    const small = await startSmallServer({ webhooks: [webhook] })
    try {
      const headers = { ...(await signed(leaf)), 'paypal-cert-url': `${nobody}/v1/notifications/certs/1` }
      const answer = await fetch(`${small.url}/webhooks/paypal`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
        body,
      })
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30'])
    } finally {
      await small.close()
    }
  })
})

describe('what the sandbox sends', () => {
  it('holds as it was sent, and not with one byte changed', async () => {
    const at = await startPayPal()
    try {
      const { reference } = await at.provider.open(orderOf(randomUUID()))
      await at.pay(reference)
      const [first] = await at.inbox.until((arrived) => arrived.length > 0)
      const { headers, body: text } = first as { headers: Record<string, string>; body: string }
      expect((await at.provider.verifyEvent(Buffer.from(text), headers, new Date())).references).toContain(reference)
      const changed = Buffer.from(text.replace('APPROVED', 'APPROVEE'))
      await expect(at.provider.verifyEvent(changed, headers, new Date())).rejects.toBeInstanceOf(WebhookRefused)
    } finally {
      await at.close()
    }
  })
})
