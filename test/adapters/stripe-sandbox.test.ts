/** The Stripe sandbox through Stripe's own SDK: sessions, cards, refunds, disputes, keys, events and failures. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import Stripe from 'stripe'
import { type StripeSandbox, startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'
import { type Inbox, openInbox, post } from './sandbox-inbox.ts'

const SECRET = 'whsec_test'
let now: Date
let sandbox: StripeSandbox
let inbox: Inbox
let stripe: Stripe

const connect = (url: string, key = 'sk_test_1', timeout = 5_000) => {
  const { hostname, port } = new URL(url)
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, timeout, telemetry: false })
}
const options = () => ({
  ...{ host: '127.0.0.1', port: 0, secretKey: 'sk_test_1', webhookSecret: SECRET, now: () => now },
  webhookUrl: inbox.url,
})

beforeEach(async () => {
  now = new Date()
  inbox = await openInbox()
  sandbox = await startStripeSandbox(options())
  stripe = connect(sandbox.url)
})
afterEach(async () => {
  await sandbox.close()
  await inbox.close()
})

const wish = (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  allowed_payment_method_types: ['card'],
  payment_method_options: { card: { restrictions: { brands_blocked: ['discover_global_network'] } } },
  line_items: [
    {
      price_data: { currency: 'gbp', unit_amount: 12_500, product_data: { name: 'Übersicht & "more"' } },
      quantity: 1,
    },
  ],
  success_url: 'http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}&x=1',
  cancel_url: 'http://127.0.0.1:9/cancelled',
  metadata: { payment_id: 'p-1' },
  payment_intent_data: { metadata: { payment_id: 'p-1' } },
  customer_email: 'ada@example.org',
  ...more,
})
const open = (more?: Partial<Stripe.Checkout.SessionCreateParams>) => stripe.checkout.sessions.create(wish(more))
const pay = (session: string, body: unknown = {}) => post(`${sandbox.url}/_sandbox/checkout/${session}`, body)
const arm = (operation: string, fault: string, times = 1) =>
  post(`${sandbox.url}/_sandbox/faults`, { operation, fault, times })
const refusal = async (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject(new Error('the call was expected to be refused')),
    (problem: Stripe.errors.StripeError) => problem,
  )
/** Opens and pays a session; answers its intent with the charge. */
async function paid(card: string, more?: Partial<Stripe.Checkout.SessionCreateParams>) {
  const { id } = await open(more)
  await pay(id, { card })
  const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] })
  const intent = session.payment_intent as Stripe.PaymentIntent
  return { session, intent, charge: intent.latest_charge as Stripe.Charge }
}
const eventTypes = async () => (await stripe.events.list({ limit: 100 })).data.map((event) => event.type)
const later = (ms: number) => {
  now = new Date(now.getTime() + ms)
}

describe('a checkout session', () => {
  it('opens at an address that ends in its id, and names its intent only once somebody tried to pay', async () => {
    const session = await open()
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 12_500, currency: 'gbp' })
    expect(session.payment_intent).toBeNull()
    expect(new URL(session.url as string).pathname.split('/').at(-1)).toBe(session.id)
    expect(session.payment_method_options?.card?.restrictions?.brands_blocked).toEqual(['discover_global_network'])
  })

  it('is complete once it is paid, and can be found by its intent, by its metadata and by time', async () => {
    const { session, intent, charge } = await paid('visa')
    expect(session).toMatchObject({ status: 'complete', payment_status: 'paid', url: null })
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 12_500, metadata: { payment_id: 'p-1' } })
    expect(charge).toMatchObject({ paid: true, amount_captured: 12_500, metadata: { payment_id: 'p-1' } })
    const byIntent = await stripe.checkout.sessions.list({ payment_intent: intent.id })
    expect(byIntent.data.map(({ id }) => id)).toEqual([session.id])
    const found = await stripe.paymentIntents.search({ query: "metadata['payment_id']:'p-1' AND status:'succeeded'" })
    expect(found.data.map(({ id }) => id)).toEqual([intent.id])
    expect((await stripe.paymentIntents.search({ query: "metadata['payment_id']:'p-2'" })).data).toEqual([])
    const recent = await stripe.checkout.sessions.list({
      created: { gte: session.created },
      expand: ['data.payment_intent'],
    })
    expect(recent.data[0]).toMatchObject({ payment_intent: { id: intent.id, object: 'payment_intent' } })
    expect((await stripe.checkout.sessions.list({ created: { gt: session.created } })).data).toEqual([])
  })

  it('cannot be paid after it was expired, and says so when asked to expire twice', async () => {
    const session = await open()
    expect(await stripe.checkout.sessions.expire(session.id)).toMatchObject({ status: 'expired', url: null })
    expect(await refusal(stripe.checkout.sessions.expire(session.id))).toMatchObject({ statusCode: 400 })
    expect(await pay(session.id, { card: 'visa' })).toMatchObject({ status: 409 })
    expect(await eventTypes()).toEqual(['checkout.session.expired'])
  })

  it('expires by itself, with an event, and cancels the intent of a failed attempt', async () => {
    const session = await open({ expires_at: Math.ceil(now.getTime() / 1000) + 1800 })
    await pay(session.id, { card: 'declined' })
    later(1_801_000)
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'expired' })
    expect((await eventTypes()).slice(0, 2)).toEqual(['checkout.session.expired', 'payment_intent.canceled'])
  })

  it('refuses what Stripe refuses, naming the parameter', async () => {
    const inSeconds = (seconds: number) => Math.floor(now.getTime() / 1000) + seconds
    const price = (currency: string, unit_amount: number) => ({
      line_items: [{ price_data: { currency, unit_amount, product_data: { name: 'x' } }, quantity: 1 }],
    })
    const bad: [Partial<Stripe.Checkout.SessionCreateParams>, string][] = [
      [{ expires_at: inSeconds(1800) }, 'expires_at'],
      [{ expires_at: inSeconds(25 * 3600) }, 'expires_at'],
      [price('gbp', 29), 'line_items'],
      [price('kwd', 12_345), 'line_items'],
      [price('zzz', 12_345), 'line_items[0][price_data][currency]'],
      [price('gbp', 1.5), 'line_items[0][price_data][unit_amount]'],
      [{ success_url: undefined as never }, 'success_url'],
      [{ nonsense: 1 } as never, 'nonsense'],
      [{ mode: 'subscription' }, 'mode'],
      [{ payment_method_types: ['card'] } as never, 'payment_method_types'],
    ]
    for (const [more, param] of bad) {
      expect(await refusal(open(more))).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, param })
    }
  })
})

describe('cards', () => {
  it.each([
    ['4242424242424242', 'visa'],
    ['5555555555554444', 'mastercard'],
    ['378282246310005', 'amex'],
  ])('%s pays as %s', async (card, brand) => {
    const { charge } = await paid(card)
    expect(charge.payment_method_details?.card).toMatchObject({ brand, last4: card.slice(-4) })
  })

  it('sends the buyer to the success address with the id of the session', async () => {
    const session = await open()
    const url = `http://127.0.0.1:9/paid?session=${session.id}&x=1`
    expect(await pay(session.id, { card: '4242 4242 4242 4242' })).toEqual({
      status: 200,
      json: { url, redirectUrl: url, status: 'complete' },
    })
  })

  it('refuses Discover where its network is blocked, and takes it where it is not', async () => {
    const blocked = await open()
    expect(await pay(blocked.id, { card: 'discover' })).toMatchObject({
      status: 402,
      json: { error: { code: 'card_brand_not_accepted' } },
    })
    expect((await stripe.checkout.sessions.retrieve(blocked.id)).status).toBe('open')
    const { charge } = await paid('discover', { payment_method_options: {} })
    expect(charge.payment_method_details?.card?.brand).toBe('discover')
  })

  it('leaves the session open when a card is declined, so that another one can pay', async () => {
    const { id } = await open()
    expect(await pay(id, { card: '4000000000000002' })).toMatchObject({
      status: 402,
      json: { error: { code: 'card_declined' } },
    })
    const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
    expect(session.status).toBe('open')
    expect(session.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined', decline_code: 'generic_decline' },
    })
    expect(await eventTypes()).toEqual(['payment_intent.payment_failed', 'charge.failed', 'payment_intent.created'])
    expect(await pay(id, { card: 'visa' })).toMatchObject({ status: 200, json: { status: 'complete' } })
  })

  it('asks 3-D Secure cards for a confirmation, which may fail', async () => {
    const { id } = await open()
    const asked = await pay(id, { card: '4000002760003184', authentication: 'leave' })
    expect(asked.json).toMatchObject({ status: 'open', url: `${sandbox.url}/3d-secure/${id}` })
    const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
    expect(session.payment_intent).toMatchObject({ status: 'requires_action' })
    expect(await pay(id, { card: '3ds', authentication: 'fail' })).toMatchObject({ status: 402 })
    expect(await pay(id, { card: '3ds' })).toMatchObject({ status: 200, json: { status: 'complete' } })
  })

  it('says which cards it knows when it does not know one, and 404 for a session that is not there', async () => {
    const { id } = await open()
    const unknown = await pay(id, { card: '4111111111111111' })
    expect(unknown.status).toBe(400)
    expect(JSON.stringify(unknown.json)).toContain('mastercard')
    expect(await pay('cs_test_none', { card: 'visa' })).toMatchObject({ status: 404 })
  })
})

describe('refunds and disputes', () => {
  it('refunds in parts, never above the charge, and lists them by charge and by intent', async () => {
    const { intent, charge } = await paid('visa')
    const first = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 2_500,
      metadata: { refund_id: 'r' },
    })
    expect(first).toMatchObject({ status: 'succeeded', amount: 2_500, charge: charge.id, metadata: { refund_id: 'r' } })
    expect(await refusal(stripe.refunds.create({ charge: charge.id, amount: 10_001 }))).toMatchObject({
      type: 'StripeInvalidRequestError',
      param: 'amount',
    })
    await stripe.refunds.create({ charge: charge.id })
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ refunded: true, amount_refunded: 12_500 })
    expect(await refusal(stripe.refunds.create({ charge: charge.id }))).toMatchObject({
      code: 'charge_already_refunded',
    })
    const listed = await stripe.refunds.list({ payment_intent: intent.id, limit: 1 })
    expect(listed).toMatchObject({ has_more: true, data: [{ amount: 10_000 }] })
    const all = await stripe.refunds.list({ charge: charge.id, limit: 1 }).autoPagingToArray({ limit: 10 })
    expect(all.map(({ amount }) => amount)).toEqual([10_000, 2_500])
  })

  it('a refund to the card that bounces succeeds, then fails with events, and the charge can be refunded again', async () => {
    const { charge } = await paid('4000000000005126')
    const refund = await stripe.refunds.create({ charge: charge.id })
    expect(refund.status).toBe('succeeded')
    later(2_000)
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: expect.any(String),
    })
    expect((await eventTypes()).slice(0, 3)).toEqual(['charge.refund.updated', 'refund.updated', 'refund.failed'])
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ refunded: false, amount_refunded: 0 })
  })

  it('the disputed card opens a dispute that keeps the charge from being refunded', async () => {
    const { charge } = await paid('4000000000000259')
    later(2_000)
    const [dispute] = (await stripe.disputes.list({ charge: charge.id })).data
    expect(dispute).toMatchObject({ status: 'needs_response', amount: 12_500 })
    expect(await refusal(stripe.refunds.create({ charge: charge.id }))).toMatchObject({ code: 'charge_disputed' })
  })

  it.each([
    ['won', 'won'],
    ['lost', 'lost'],
    ['withdrawn', 'warning_closed'],
  ])('a dispute can be %s, with created and closed events', async (outcome, status) => {
    const { intent } = await paid('visa')
    const { json } = await post(`${sandbox.url}/_sandbox/charges/${intent.id}/dispute`, { outcome })
    expect(await stripe.disputes.retrieve(json.id as string)).toMatchObject({ status })
    const types = await eventTypes()
    expect(types).toEqual(expect.arrayContaining(['charge.dispute.created', 'charge.dispute.closed']))
  })

  it('refunds from the dashboard show in the ledger like those by call', async () => {
    const { charge } = await paid('visa')
    const done = await post(`${sandbox.url}/_sandbox/charges/${charge.id}/refund`, { amount: 500 })
    expect(done).toMatchObject({ status: 200, json: { amount: 500 } })
    const ledger = await (await fetch(`${sandbox.url}/_sandbox/ledger`)).json()
    expect(ledger).toMatchObject({
      charges: [
        { id: charge.id, amount: 12_500, currency: 'gbp', metadata: { payment_id: 'p-1' }, status: 'succeeded' },
      ],
      refunds: [{ charge: charge.id, amount: 500, status: 'succeeded' }],
    })
    expect(await post(`${sandbox.url}/_sandbox/charges/ch_none/refund`)).toMatchObject({ status: 404 })
  })
})

describe('idempotency keys', () => {
  it('repeat the stored reply, even after the object changed, and say so', async () => {
    const first = await stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    await pay(first.id, { card: 'visa' })
    const again = await stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    expect(again).toEqual(first)
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true')
    expect((await stripe.checkout.sessions.list()).data).toHaveLength(1)
  })

  it('refuse other parameters, but not the key of a call that never ran', async () => {
    await stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    const other = stripe.checkout.sessions.create(wish({ metadata: { payment_id: 'p-2' } }), { idempotencyKey: 'k-1' })
    expect(await refusal(other)).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 })
    await refusal(stripe.refunds.create({ charge: 'ch_none' }, { idempotencyKey: 'k-2' }))
    const { charge } = await paid('visa')
    expect(await stripe.refunds.create({ charge: charge.id }, { idempotencyKey: 'k-2' })).toMatchObject({
      status: 'succeeded',
    })
  })

  it('refuse a second call while the first is in progress', async () => {
    await arm('checkout.sessions.create', 'slow')
    const first = stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    const status = async () => (await stripe.checkout.sessions.list()).data.length
    while ((await status()) === 0);
    const second = stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    expect(await refusal(second)).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' })
    expect((await first).status).toBe('open')
  })

  it('are forgotten after a day', async () => {
    const first = await stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    later(24 * 3_600_000 + 1_000)
    const second = await stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    expect(second.id).not.toBe(first.id)
  })
})

describe('failures on request', () => {
  it('after success: the money moved once, and the key tells the story', async () => {
    const { charge } = await paid('visa')
    for (const [index, fault] of ['timeout_after', 'reset_after', 'malformed'].entries()) {
      await arm('refunds.create', fault)
      const impatient = connect(sandbox.url, 'sk_test_1', 300)
      const request = () =>
        impatient.refunds.create({ charge: charge.id, amount: 100 }, { idempotencyKey: `f-${index}` })
      // The SDK repeats a reset by itself, with the same key: then its answer is the stored one.
      if (fault === 'reset_after') expect(await request()).toMatchObject({ amount: 100 })
      else await refusal(request())
      const again = await request()
      expect(again.lastResponse.headers['idempotent-replayed']).toBe('true')
      expect((await stripe.refunds.list({ charge: charge.id })).data).toHaveLength(index + 1)
    }
  })

  it('before: nothing happened', async () => {
    for (const fault of ['timeout_before', 'http_500', 'http_503', 'http_429']) {
      await arm('*', fault)
      const impatient = connect(sandbox.url, 'sk_test_1', 300)
      const problem = await refusal(impatient.checkout.sessions.create(wish()))
      if (fault === 'http_429')
        expect(problem).toMatchObject({ type: 'StripeRateLimitError', headers: { 'retry-after': '1' } })
      else if (fault !== 'timeout_before') expect(problem).toMatchObject({ type: 'StripeAPIError' })
    }
    expect((await stripe.checkout.sessions.list()).data).toEqual([])
  })

  it('are refused with what was expected when they are not known, and can be taken back', async () => {
    expect(await arm('checkout.session.create', 'http_500')).toMatchObject({ status: 400 })
    expect(await arm('*', 'explode')).toMatchObject({ status: 400 })
    await arm('*', 'http_500', 50)
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' })
    expect((await open()).status).toBe('open')
  })

  it('do not keep the sandbox from closing', async () => {
    await arm('*', 'timeout_before')
    const hanging = refusal(stripe.events.list())
    await post(`${sandbox.url}/_sandbox/webhooks`, { mode: 'deliver' })
    await sandbox.close()
    expect(await hanging).toMatchObject({ type: 'StripeConnectionError' })
    sandbox = await startStripeSandbox(options())
  })
})

describe('access', () => {
  it('needs the right key, and answers in Stripe’s shape', async () => {
    expect(await refusal(connect(sandbox.url, 'sk_test_wrong').events.list())).toMatchObject({
      type: 'StripeAuthenticationError',
      statusCode: 401,
      requestId: expect.stringMatching(/^req_/),
    })
    expect(await refusal(stripe.charges.retrieve('ch_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      message: "No such charge: 'ch_none'",
    })
    expect(await refusal(stripe.charges.retrieve('ch_none', { expand: ['nothing'] }))).toMatchObject({
      statusCode: 404,
    })
    const answer = await fetch(`${sandbox.url}/v1/nothing`)
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { type: 'invalid_request_error' } }])
  })

  it('survives a restart with its state file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stripe-sandbox-'))
    const stateFile = join(folder, 'state', 'stripe.json')
    try {
      const before = await startStripeSandbox({ ...options(), stateFile })
      const made = await connect(before.url).checkout.sessions.create(wish(), { idempotencyKey: 'k' })
      await before.close()
      const after = await startStripeSandbox({ ...options(), stateFile })
      const again = await connect(after.url)
        .checkout.sessions.create(wish(), { idempotencyKey: 'k' })
        .finally(() => after.close())
      expect(again.id).toBe(made.id)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
