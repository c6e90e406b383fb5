/** Tests that the sandbox's Stripe events are signed, delivered until accepted and listed. */
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import Stripe from 'stripe'
import { type StripeSandbox, startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'
import { type Arrived, type Inbox, openInbox, post } from './sandbox-inbox.ts'

let sandbox: StripeSandbox
let inbox: Inbox
let stripe: Stripe

beforeEach(async () => {
  inbox = await openInbox()
  sandbox = await startStripeSandbox({
    host: '127.0.0.1',
    port: 0,
    secretKey: 'sk_test_1',
    webhookSecret: 'whsec_test',
    webhookUrl: inbox.url,
  })
  const { hostname, port } = new URL(sandbox.url)
  stripe = new Stripe('sk_test_1', { host: hostname, port, protocol: 'http', maxNetworkRetries: 0 })
})
afterEach(async () => {
  await sandbox.close()
  await inbox.close()
})

async function payOnce() {
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ price_data: { currency: 'jpy', unit_amount: 9_000, product_data: { name: 'x' } }, quantity: 1 }],
    success_url: 'http://127.0.0.1:9/paid',
  })
  await post(`${sandbox.url}/_sandbox/checkout/${session.id}`, { card: 'visa' })
  return session
}
const paidEvents = [
  'payment_intent.created',
  'charge.succeeded',
  'payment_intent.succeeded',
  'checkout.session.completed',
]
const mode = (name: string) => post(`${sandbox.url}/_sandbox/webhooks`, { mode: name })
const eventOf = ({ body }: Arrived) => JSON.parse(body) as Stripe.Event
const typesOf = (arrived: Arrived[]) => arrived.map((one) => eventOf(one).type as string)
const signatureOf = ({ headers }: Arrived) => headers['stripe-signature'] as string

it('every event of a payment arrives, with a signature that the SDK accepts and a changed body breaks', async () => {
  const session = await payOnce()
  const arrived = await inbox.until((all) => all.length >= 4)
  expect(typesOf(arrived).sort()).toEqual([...paidEvents].sort())
  for (const one of arrived) {
    const event = stripe.webhooks.constructEvent(one.body, signatureOf(one), 'whsec_test')
    expect(await stripe.events.retrieve(event.id)).toEqual(JSON.parse(one.body))
    expect(() => stripe.webhooks.constructEvent(`${one.body} `, signatureOf(one), 'whsec_test')).toThrow()
  }
  const completed = arrived.map(eventOf).find((event) => event.type === 'checkout.session.completed')
  expect(completed?.data.object).toMatchObject({ id: session.id, payment_status: 'paid' })
})

it('an event that is refused is sent again, with the same id and a new signature', async () => {
  inbox.refuseNext(1)
  await payOnce()
  const arrived = await inbox.until((all) => all.length >= 5)
  expect(new Set(arrived.map((one) => eventOf(one).id)).size).toBe(4)
})

it('names the API call and its key in the events that the call caused', async () => {
  const session = await payOnce()
  const { payment_intent } = await stripe.checkout.sessions.retrieve(session.id)
  await stripe.refunds.create({ payment_intent: payment_intent as string }, { idempotencyKey: 'refund-1' })
  const [event] = (await stripe.events.list({ type: 'refund.created' })).data
  expect(event?.request).toEqual({ id: expect.stringMatching(/^req_/), idempotency_key: 'refund-1' })
})

it('lists events in pages, by type and by time', async () => {
  const from = Math.floor(Date.now() / 1000) - 1
  await payOnce()
  await payOnce()
  const all = await stripe.events.list({ limit: 3, created: { gte: from } }).autoPagingToArray({ limit: 100 })
  expect(all.map(({ type }) => type)).toEqual([...paidEvents, ...paidEvents].reverse())
  const completed = await stripe.events.list({ types: ['checkout.session.completed', 'refund.created'] })
  expect(completed.data).toHaveLength(2)
  expect((await stripe.events.list({ type: 'charge.*' })).data).toHaveLength(2)
  expect((await stripe.events.list({ created: { lt: from } })).data).toEqual([])
})

it('holds events until they are flushed', async () => {
  await mode('hold')
  await payOnce()
  expect(inbox.arrived).toEqual([])
  expect((await post(`${sandbox.url}/_sandbox/webhooks/flush`)).json).toMatchObject({ sent: 4 })
  expect(await inbox.until((all) => all.length >= 4)).toHaveLength(4)
})

it('sends every event twice, byte for byte the same', async () => {
  await mode('duplicate')
  await payOnce()
  const arrived = await inbox.until((all) => all.length >= 8)
  expect(new Set(arrived.map(({ body }) => body)).size).toBe(4)
})

it('sends events in another order than they happened', async () => {
  await mode('shuffle')
  await payOnce()
  const arrived = await inbox.until((all) => all.length >= 4)
  expect(typesOf(arrived)).not.toEqual(paidEvents)
  expect(typesOf(arrived).sort()).toEqual([...paidEvents].sort())
})

it('drops events, which can still be listed', async () => {
  await mode('drop')
  await payOnce()
  await mode('deliver')
  await payOnce()
  const arrived = await inbox.until((all) => all.length >= 4)
  expect(arrived).toHaveLength(4)
  expect((await stripe.events.list()).data).toHaveLength(8)
})

it('keeps events until it is told where to deliver them', async () => {
  const lonely = await startStripeSandbox({
    host: '127.0.0.1',
    port: 0,
    secretKey: 'sk_test_1',
    webhookSecret: 'whsec_test',
  })
  try {
    const { hostname, port } = new URL(lonely.url)
    stripe = new Stripe('sk_test_1', { host: hostname, port, protocol: 'http' })
    const session = await stripe.checkout.sessions.create({
      line_items: [{ price_data: { currency: 'eur', unit_amount: 900, product_data: { name: 'x' } }, quantity: 1 }],
      mode: 'payment',
      success_url: 'http://127.0.0.1:9/paid',
    })
    await stripe.checkout.sessions.expire(session.id)
    lonely.setWebhookUrl(inbox.url)
    expect(typesOf(await inbox.until((all) => all.length >= 1))).toEqual(['checkout.session.expired'])
  } finally {
    await lonely.close()
  }
})
