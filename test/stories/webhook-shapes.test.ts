/** Tests that no signed webhook, whatever its shape, is answered as a fault of ours. */
import { createHmac, createSign } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MikroORM } from '@mikro-orm/postgresql'
import fc from 'fast-check'
import pg from 'pg'
import { partnerAdapter } from '../../src/adapters/partner/partner-adapter.ts'
import { payPalProvider } from '../../src/adapters/paypal/paypal-provider.ts'
import { stripeProvider } from '../../src/adapters/stripe/stripe-provider.ts'
import { databaseOptions } from '../../src/database.ts'
import { forgetOldNotices, receivePartnerEvent } from '../../src/partner-inbox/partner-inbox.ts'
import { receivePaymentEvent } from '../../src/payments/payment-inbox.ts'
import { newCertificates } from '../../src/sandbox/paypal/certificates.ts'
import { startPaypalSandbox } from '../../src/sandbox/paypal/start-paypal.ts'
import { type SmallServer, startSmallServer } from '../support/world/small-graph.ts'
import { createSynchronised } from '../support/world/synchronised-database.ts'

const partnerUrl = 'https://partner.example/partners'
const senders = ['stripe', 'paypal', 'partner'] as const
type Sender = (typeof senders)[number]

let server: SmallServer
let sql: pg.Pool
let orm: MikroORM
/** How each signs a body. */
let headersOf: Record<Sender, (body: string) => Record<string, string>>
let nowMs = Date.parse('2026-11-30T12:00:00Z')
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const database = await createSynchronised()
  const now = () => new Date(nowMs)
  const certificates = await newCertificates(now())
  const payPal = { clientId: 'c', clientSecret: 's', webhookId: 'WH-1' }
  const sandbox = await startPaypalSandbox({ ...payPal, host: '127.0.0.1', port: 0, certificates, now })
  orm = await MikroORM.init(databaseOptions(database.url))
  sql = new pg.Pool({ connectionString: database.url, max: 1 })
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
  server = await startSmallServer({
    webhooks: [
      { name: 'stripe', ...json, receive: receivePaymentEvent({ providers, orm, now }, 'STRIPE') },
      { name: 'paypal', ...json, receive: receivePaymentEvent({ providers, orm, now }, 'PAYPAL') },
      { name: 'partner', ...json, receive: receivePartnerEvent({ partner, orm, now }) },
    ],
  })
  closers.push(
    () => server.close(),
    () => sandbox.close(),
    () => orm.close(),
    () => sql.end(),
    () => database.drop(),
  )
  headersOf = {
    stripe: (body) => {
      const time = Math.floor(nowMs / 1000)
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
})
afterAll(async () => {
  for (const close of closers) await close()
})

const hmac = (secret: string, text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', secret).update(text).digest(encoding)

async function send(sender: Sender, event: unknown): Promise<number> {
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  const headers = { 'content-type': 'application/json', ...headersOf[sender](body) }
  return (await fetch(`${server.url}/webhooks/${sender}`, { method: 'POST', headers, body })).status
}

async function rows(table: 'payment_event' | 'partner_event'): Promise<Record<string, unknown>[]> {
  return (await sql.query(`select * from ${table} order by id`)).rows
}
const tableOf = (sender: Sender) => (sender === 'partner' ? 'partner_event' : 'payment_event')

let made = 0
/** Good ones, each with an id of its own and with those parts instead. */
const stripe = (changes: object = {}) => ({
  id: `evt_${made++}`,
  type: 'checkout.session.completed',
  created: Math.floor(nowMs / 1000),
  data: { object: { id: 'cs_1', object: 'checkout.session', metadata: { paymentId: 'p-1' } } },
  ...changes,
})
const paypal = (changes: object = {}) => ({
  id: `WH-${made++}`,
  event_type: 'CHECKOUT.ORDER.APPROVED',
  resource_type: 'checkout-order',
  create_time: '2026-11-30T11:59:00Z',
  resource: { id: '5O190127TN364715T', purchase_units: [{ custom_id: 'p-1' }] },
  ...changes,
})
const partner = (changes: object = {}) => {
  const uuid = `u-${made++}`
  return { uuid, href: `${partnerUrl}/program_runs/${uuid}`, ...changes }
}
const good = { stripe, paypal, partner }

const names: unknown[] = [undefined, null, 7, true, '', {}, [], 'a\u0000b', 'a\nb', '\ud800', 'x'.repeat(256)]
const instants: unknown[] = [undefined, null, {}, 'soon', '']
const strict: Record<Sender, Record<string, unknown[]>> = {
  stripe: { id: names, type: names, created: [...instants, -1, 1.5, 1e15, 1e300, '0000-01-01T00:00:00Z'] },
  paypal: {
    id: names,
    event_type: names,
    create_time: [...instants, 0, '0000-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00', '2026-13-01T00:00:00Z'],
  },
  partner: { uuid: names },
}
const spoilt = senders.flatMap((sender) =>
  Object.entries(strict[sender]).flatMap(([name, values]) => values.map((value) => ({ sender, name, value }))),
)

describe('what an event cannot be kept without', () => {
  it.each(spoilt.map((one) => [one.sender, one.name, JSON.stringify(one.value)?.slice(0, 30), one] as const))(
    '%s: %s of %s answers 400 and leaves no row',
    async (_sender, _name, _value, { sender, name, value }) => {
      const before = await rows(tableOf(sender))
      expect(await send(sender, good[sender]({ [name]: value }))).toBe(400)
      expect(await rows(tableOf(sender))).toEqual(before)
    },
  )

  it.each(senders)('%s: what is no object answers 400', async (sender) => {
    for (const body of ['null', '7', '"text"', '[]', '{', '', `${'['.repeat(100_000)}${']'.repeat(100_000)}`]) {
      expect(await send(sender, body)).toBe(400)
    }
  })
})

const odd: [Sender, string, object][] = [
  ['stripe', 'a type that nobody acts on', { type: 'customer.created' }],
  ['stripe', 'a thin event', { type: 'v2.x', object: 'v2.core.event', created: '2026-11-30T11:59:00Z', data: null }],
  ['stripe', 'no data', { data: undefined }],
  ['stripe', 'data that is a list', { data: [] }],
  ['stripe', 'an object that is a text', { data: { object: 'cs_1' } }],
  ['stripe', 'an object without anything', { data: { object: {} } }],
  ['stripe', 'references with NUL', { data: { object: { id: 'a\u0000', metadata: { paymentId: '\u0000' } } } }],
  ['stripe', 'the other mode', { livemode: true }],
  ['stripe', 'another account', { account: 'acct_1' }],
  ['paypal', 'a type that nobody acts on', { event_type: 'CATALOG.PRODUCT.CREATED' }],
  ['paypal', 'no resource', { resource: undefined }],
  ['paypal', 'a resource that is a list', { resource: [] }],
  ['paypal', 'a resource that is a text', { resource: 'x' }],
  ['paypal', 'a resource of version 1.0', { resource: { id: 'PAY-1', amount: { total: '7.00', currency: 'GBP' } } }],
  ['paypal', 'references with NUL', { resource: { id: 'a\u0000', custom_id: '\ud800', links: 7 } }],
  ['partner', 'no address', { href: undefined }],
  ['partner', 'an address elsewhere', { href: 'https://elsewhere.example/program_runs/u' }],
  ['partner', 'an address above its own', { href: `${partnerUrl}/../secrets` }],
  ['partner', 'an address that is none', { href: 'nowhere' }],
  ['partner', 'an address with NUL', { href: `${partnerUrl}/program_runs/\u0000` }],
  ['partner', 'an address without end', { href: `${partnerUrl}/${'x'.repeat(3000)}` }],
]

describe('every other odd shape is kept as ignored, with 2xx', () => {
  it.each(odd)('%s: %s', async (sender, _what, changes) => {
    const jobs = 'select count(*)::int as count from graphile_worker.jobs'
    const before = (await sql.query(jobs)).rows
    expect(await send(sender, good[sender](changes))).toBe(sender === 'partner' ? 202 : 200)
    const kept = (await rows(tableOf(sender))).at(-1)
    if (sender === 'partner') expect(kept).toMatchObject({ href: null, handled_at: new Date(nowMs) })
    else expect(kept).toMatchObject({ status: 'IGNORED' })
    expect((await sql.query(jobs)).rows).toEqual(before)
  })

  it('and what is odd in one that is acted on is left out', async () => {
    const object = { id: 'cs_2', status: '\u0000', amount: 'much', payment_intent: { id: 'pi_2' }, metadata: [7] }
    expect(await send('stripe', stripe({ data: { object } }))).toBe(200)
    expect((await rows('payment_event')).at(-1)).toMatchObject({
      status: 'RECEIVED',
      references: ['cs_2', 'pi_2'],
      summary: { status: null, amount: null },
    })
    const disputed_transactions = [null, { seller_transaction_id: '\u0000' }, { seller_transaction_id: '3C6' }]
    const amount = { currency_code: 'GBP', value: '7.00' }
    expect(await send('paypal', paypal({ resource: { amount, dispute_id: 'PP-1', disputed_transactions } }))).toBe(200)
    expect((await rows('payment_event')).at(-1)).toMatchObject({
      status: 'RECEIVED',
      references: ['PP-1', '3C6'],
      summary: { amount: '7.00', currency: 'GBP' },
    })
    expect(await send('partner', partner({ type: { a: 1 } }))).toBe(202)
    expect((await rows('partner_event')).at(-1)).toMatchObject({ type: null, handled_at: null })
  })
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 10 }).map((some) => `${some}\u0000`),
  fc.constantFrom('\u0000', '\ud800', '__proto__', 'checkout.session.completed', 'CHECKOUT.ORDER.APPROVED', 'cs_1'),
)
const anything = fc.oneof(text, text, fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(1e308, -1, 2 ** 53, null))
const parts = {
  stripe: ['id', 'type', 'created', 'data', 'livemode', 'account', 'object'],
  paypal: ['id', 'event_type', 'create_time', 'resource', 'resource_type'],
  partner: ['uuid', 'href', 'type'],
}
const inner = [
  'id',
  'object',
  'status',
  'amount',
  'currency',
  'metadata',
  'payment_intent',
  'charge',
  'custom_id',
].concat('links', 'purchase_units', 'disputed_transactions', 'supplementary_data', 'dispute_id', 'paymentId', 'total')
const nested = fc.dictionary(fc.constantFrom(...inner), fc.oneof(anything, fc.array(anything, { maxLength: 3 })))

describe('whatever is signed', () => {
  it.each(senders)('%s is answered with 2xx or 400', async (sender) => {
    const changes = fc.dictionary(
      fc.constantFrom(...parts[sender]),
      fc.oneof(anything, nested, fc.record({ object: fc.oneof(anything, nested) })),
    )
    const event = fc.oneof(
      { weight: 4, arbitrary: changes.map((some) => good[sender](some)) },
      { weight: 1, arbitrary: anything },
    )
    await fc.assert(
      fc.asyncProperty(event, async (one) => {
        expect([200, 202, 400]).toContain(await send(sender, JSON.stringify(one)))
      }),
      { numRuns: 200 },
    )
  })
})

describe("a notice of the partner's that comes again", () => {
  it('makes no second row, and is looked at once more, for it may be about something else', async () => {
    const notice = partner()
    expect(await send('partner', notice)).toBe(202)
    await sql.query('update partner_event set handled_at = now() where object_uuid = $1', [notice.uuid])
    await sql.query('select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs')
    nowMs += 1000
    expect(await send('partner', notice)).toBe(202)
    const same = (await rows('partner_event')).filter(({ object_uuid }) => object_uuid === notice.uuid)
    expect(same).toMatchObject([{ handled_at: null, received_at: new Date(nowMs) }])
    const { rows: jobs } = await sql.query('select key from graphile_worker.jobs')
    expect(jobs).toEqual([{ key: `handle_partner_event:${notice.uuid}` }])
  })

  it('with another content, or after ten minutes, is another row', async () => {
    const notice = partner()
    await send('partner', notice)
    await send('partner', { ...notice, type: 'program_run.updated' })
    nowMs += 10 * 60_000
    await send('partner', notice)
    const same = (await rows('partner_event')).filter(({ object_uuid }) => object_uuid === notice.uuid)
    expect(same).toHaveLength(3)
  })

  it('is forgotten after thirty days, and not before', async () => {
    const notice = partner()
    await send('partner', notice)
    const left = async () =>
      (await rows('partner_event')).filter(({ object_uuid }) => object_uuid === notice.uuid).length
    nowMs += 30 * 24 * 3_600_000
    await forgetOldNotices({ em: orm.em, now: () => new Date(nowMs) })
    expect(await left()).toBe(1)
    nowMs += 1
    await forgetOldNotices({ em: orm.em, now: () => new Date(nowMs) })
    expect(await left()).toBe(0)
  })
})
