/** Tests that webhooks act once, in whatever number and order they come. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import Stripe from 'stripe'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())
beforeEach(async () => {
  desk.shop.told.length = 0
  await desk.stripe('webhooks', { mode: 'deliver' })
  await desk.paypal('webhooks', { mode: 'deliver' })
})

const sdk = new Stripe('sk_test_sandbox')

interface Sent {
  secret?: string
  at?: Date
  headers?: Record<string, string>
  name?: 'stripe' | 'paypal'
}

/** Sends a body as Stripe would, signed unless told otherwise. */
function send(
  payload: string,
  { secret = 'whsec_sandbox', at = new Date(), headers = {}, name = 'stripe' }: Sent = {},
) {
  const timestamp = Math.floor(at.getTime() / 1_000)
  const signature = sdk.webhooks.generateTestHeaderString({ payload, secret, timestamp })
  return fetch(`${desk.url}/webhooks/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': signature, ...headers },
    body: payload,
  })
}

function eventBody(type: string, object: object, id = `evt_${Math.random().toString(36).slice(2)}`): string {
  return JSON.stringify({ id, object: 'event', type, created: Math.floor(Date.now() / 1_000), data: { object } })
}

async function events(): Promise<{ eventId: string; status: string; source: string; attempts: number }[]> {
  const found = await desk.sql.query('select event_id as "eventId", status, source, attempts from payment_event')
  return found.rows
}

const session = (id: string, metadata = {}) => ({ id, object: 'checkout.session', status: 'complete', metadata })

describe('a webhook that is not what it says', () => {
  const body = eventBody('checkout.session.completed', session('cs_1'))
  it.each([
    { what: 'forged', status: 400, sent: () => send(body, { secret: 'whsec_of_somebody_else' }) },
    { what: 'replayed after six minutes', status: 400, sent: () => send(body, { at: new Date(Date.now() - 360_000) }) },
    { what: 'without a signature', status: 400, sent: () => send(body, { headers: { 'stripe-signature': '' } }) },
    { what: 'malformed though signed', status: 400, sent: () => send('{"id":') },
    { what: 'an event without its parts', status: 400, sent: () => send('{"object":"event"}') },
    { what: 'empty', status: 400, sent: () => send('') },
    {
      what: 'of another content type',
      status: 415,
      sent: () => send(body, { headers: { 'content-type': 'text/plain' } }),
    },
    { what: 'oversized', status: 413, sent: () => send(eventBody('x', { text: 'x'.repeat(600 * 1024) })) },
    { what: 'for PayPal without its headers', status: 400, sent: () => send(body, { name: 'paypal' }) },
  ])('that is $what gets $status and touches no table', async ({ status, sent }) => {
    const before = await events()
    expect((await sent()).status).toBe(status)
    expect(await events()).toEqual(before)
  })

  it('with one byte changed on its way is refused', async () => {
    const payload = eventBody('checkout.session.completed', session('cs_2'))
    const signature = sdk.webhooks.generateTestHeaderString({ payload, secret: 'whsec_sandbox' })
    const answer = await send(payload.replace('cs_2', 'cs_3'), { headers: { 'stripe-signature': signature } })
    expect(answer.status).toBe(400)
  })
})

it('a webhook of a type that we do not act on is kept as ignored, with 200', async () => {
  const body = eventBody('customer.created', { id: 'cus_1', object: 'customer' }, 'evt_ignored')
  expect((await send(body)).status).toBe(200)
  await desk.settle()
  expect(await events()).toContainEqual(expect.objectContaining({ eventId: 'evt_ignored', status: 'IGNORED' }))
})

it('a webhook about something that is not known yet waits, and is handled once it is', async () => {
  const id = await desk.open('CARD')
  const { reference } = await desk.payment(id)
  await desk.sql.query(`update payment set reference = null where id = $1`, [id])
  await desk.stripe('webhooks', { mode: 'drop' })
  await desk.stripe(`checkout/${reference}`, { card: 'visa' })
  await send(eventBody('checkout.session.completed', session(reference as string), 'evt_early'))
  await desk.settle(2)
  expect(await events()).toContainEqual(expect.objectContaining({ eventId: 'evt_early', status: 'WAITING' }))
  await desk.sql.query(`update payment set reference = $2 where id = $1`, [id, reference])
  await desk.settle()
  expect(await events()).toContainEqual(expect.objectContaining({ eventId: 'evt_early', status: 'HANDLED' }))
  expect((await desk.payment(id)).status).toBe('SUCCEEDED')
})

it('a webhook about something that is never known is let go in the end', async () => {
  await send(eventBody('checkout.session.completed', session('cs_of_somebody_else'), 'evt_foreign'))
  await desk.settle(20)
  expect(await events()).toContainEqual(expect.objectContaining({ eventId: 'evt_foreign', status: 'IGNORED' }))
})

it.each([
  { method: 'CARD', mode: 'duplicate' },
  { method: 'CARD', mode: 'shuffle' },
  { method: 'PAYPAL', mode: 'duplicate' },
  { method: 'PAYPAL', mode: 'shuffle' },
] as const)('a payment by $method whose webhooks come in mode $mode is told once', async ({ method, mode }) => {
  await desk[method === 'CARD' ? 'stripe' : 'paypal']('webhooks', { mode })
  const id = await desk.paid(method)
  await desk.refund(id, 19_900)
  await desk.settle()
  expect((await desk.payment(id)).status).toBe('SUCCEEDED')
  expect(desk.shop.heard()).toEqual(['paid', 'refunded'])
  const ids = (await events()).map(({ eventId }) => eventId)
  expect(new Set(ids).size).toBe(ids.length)
})

it('a thousand webhooks in any order, most of them repeats, end as one of each in order would', async () => {
  await desk.stripe('webhooks', { mode: 'drop' })
  const payments: string[] = []
  for (let count = 0; count < 25; count += 1) {
    const id = await desk.open('CARD')
    await desk.pay(id)
    payments.push(id)
  }
  const distinct = await bodiesAbout(payments)
  const thousand = Array.from({ length: 1_000 }, (_, index) => distinct[index % distinct.length] as string)
  thousand.sort(() => Math.random() - 0.5)
  const before = (await events()).length
  for (let from = 0; from < thousand.length; from += 50) {
    const answers = await Promise.all(thousand.slice(from, from + 50).map((body) => send(body)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  }
  await desk.settle()
  expect((await events()).length - before).toBe(distinct.length)
  for (const id of payments) expect(await desk.history(id)).toEqual(['CREATED', 'REQUIRES_ACTION', 'SUCCEEDED'])
  expect(desk.shop.heard()).toEqual(payments.map(() => 'paid'))
}, 60_000)

/** What Stripe would have sent about these payments. */
async function bodiesAbout(payments: readonly string[]): Promise<string[]> {
  const answer = await fetch(`${desk.stripeUrl}/v1/events?limit=100`, {
    headers: { authorization: 'Bearer sk_test_sandbox' },
  })
  const { data } = (await answer.json()) as { data: { data: { object: { metadata?: Record<string, string> } } }[] }
  const about = data.filter(({ data: { object } }) => payments.includes(object.metadata?.paymentId ?? ''))
  expect(about.length).toBeGreaterThanOrEqual(payments.length * 3)
  return about.map((event) => JSON.stringify(event))
}
