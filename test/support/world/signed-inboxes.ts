/** Starts a small server of the three inboxes, and signs for each sender. */
import { createHmac, createSign } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { MikroORM } from '@mikro-orm/postgresql'
import pg from 'pg'
import { partnerAdapter } from '../../../src/adapters/partner/partner-adapter.ts'
import { payPalProvider } from '../../../src/adapters/paypal/paypal-provider.ts'
import { stripeProvider } from '../../../src/adapters/stripe/stripe-provider.ts'
import { databaseOptions } from '../../../src/database.ts'
import { receivePartnerEvent } from '../../../src/partner-inbox/partner-inbox.ts'
import { receivePaymentEvent } from '../../../src/payments/payment-inbox.ts'
import { newCertificates } from '../../../src/sandbox/paypal/certificates.ts'
import { startPaypalSandbox } from '../../../src/sandbox/paypal/start-paypal.ts'
import { startSmallServer } from './small-graph.ts'
import { createSynchronised } from './synchronised-database.ts'

/** Where the partner is to be found, and is not. */
export const partnerUrl = 'https://partner.example/partners'
export const senders = ['stripe', 'paypal', 'partner'] as const
export type Sender = (typeof senders)[number]

export interface SignedInboxes {
  orm: MikroORM
  sql: pg.Pool
  /** Sends an event, or a text as it is, signed; answers the status. */
  send(sender: Sender, event: unknown): Promise<number>
  close(): Promise<void>
}

const hmac = (secret: string, text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', secret).update(text).digest(encoding)

/** With real adapters and tables; what the inboxes add as jobs is run by nobody. */
export async function openSignedInboxes(now: () => Date): Promise<SignedInboxes> {
  const database = await createSynchronised()
  const certificates = await newCertificates(now())
  const payPal = { clientId: 'c', clientSecret: 's', webhookId: 'WH-1' }
  const sandbox = await startPaypalSandbox({ ...payPal, host: '127.0.0.1', port: 0, certificates, now })
  const orm = await MikroORM.init(databaseOptions(database.url))
  const sql = new pg.Pool({ connectionString: database.url, max: 1 })
  const observed = { log: { info: () => undefined, warn: () => undefined }, onCall: () => undefined }
  const providers = {
    STRIPE: stripeProvider({
      ...observed,
      secretKey: 'sk_test_1',
      webhookSecrets: ['whsec_1'],
      baseUrl: 'http://127.0.0.1:9',
    }),
    PAYPAL: payPalProvider({
      ...observed,
      ...payPal,
      baseUrl: sandbox.url,
      webUrl: sandbox.url,
      extraCa: sandbox.caPem,
    }),
  }
  const partner = partnerAdapter({
    ...observed,
    now,
    baseUrl: partnerUrl,
    consumerKey: 'c',
    sharedSecret: 's',
    webhookSecrets: ['partner'],
  })
  const json = { maxBytes: 512 * 1024, contentTypes: ['application/json'] }
  const server = await startSmallServer({
    webhooks: [
      { name: 'stripe', ...json, receive: receivePaymentEvent({ providers, orm, now }, 'STRIPE') },
      { name: 'paypal', ...json, receive: receivePaymentEvent({ providers, orm, now }, 'PAYPAL') },
      { name: 'partner', ...json, receive: receivePartnerEvent({ partner, orm, now }) },
    ],
  })
  const headersOf: Record<Sender, (body: string) => Record<string, string>> = {
    stripe: (body) => {
      const time = Math.floor(now().getTime() / 1000)
      return { 'stripe-signature': `t=${time},v1=${hmac('whsec_1', `${time}.${body}`, 'hex')}` }
    },
    paypal: (body) => {
      const time = now().toISOString()
      const signed = `one|${time}|WH-1|${crc32(body)}`
      return {
        'paypal-transmission-id': 'one',
        'paypal-transmission-time': time,
        'paypal-transmission-sig': createSign('sha256').update(signed).sign(certificates.leafKeyPem, 'base64'),
        'paypal-cert-url': `${sandbox.url}/v1/notifications/certs/${certificates.name}`,
        'paypal-auth-algo': 'SHA256withRSA',
      }
    },
    partner: (body) => ({ 'x-fl-signature': hmac('partner', body, 'base64') }),
  }
  return {
    orm,
    sql,
    async send(sender, event) {
      const body = typeof event === 'string' ? event : JSON.stringify(event)
      const headers = { 'content-type': 'application/json', ...headersOf[sender](body) }
      return (await fetch(`${server.url}/webhooks/${sender}`, { method: 'POST', headers, body })).status
    },
    async close() {
      await server.close()
      await sandbox.close()
      await orm.close()
      await sql.end()
      await database.drop()
    },
  }
}
