/** Tests the sandbox's Checkout sessions and test cards through Stripe's SDK. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type Stripe from 'stripe'
import { openStripe, refusal, type StripeCaller } from './stripe-sandbox-caller.ts'

let caller: StripeCaller
beforeEach(async () => {
  caller = await openStripe()
})
afterEach(() => caller.sandbox.close())

describe('a checkout session', () => {
  it('opens at an address that ends in its id, and names its intent only once somebody tried to pay', async () => {
    const session = await caller.open()
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 12_500, currency: 'gbp' })
    expect(session.payment_intent).toBeNull()
    expect(new URL(session.url as string).pathname.split('/').at(-1)).toBe(session.id)
    expect(session.payment_method_options?.card?.restrictions?.brands_blocked).toEqual(['discover_global_network'])
  })

  it('is complete once it is paid, and can be found by its intent, by its metadata and by time', async () => {
    const { session, intent, charge } = await caller.paid('visa')
    expect(session).toMatchObject({ status: 'complete', payment_status: 'paid', url: null })
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 12_500, metadata: { payment_id: 'p-1' } })
    expect(charge).toMatchObject({ paid: true, amount_captured: 12_500, metadata: { payment_id: 'p-1' } })
    const byIntent = await caller.stripe.checkout.sessions.list({ payment_intent: intent.id })
    expect(byIntent.data.map(({ id }) => id)).toEqual([session.id])
    const found = await caller.stripe.paymentIntents.search({
      query: "metadata['payment_id']:'p-1' AND status:'succeeded'",
    })
    expect(found.data.map(({ id }) => id)).toEqual([intent.id])
    expect((await caller.stripe.paymentIntents.search({ query: "metadata['payment_id']:'p-2'" })).data).toEqual([])
    const recent = await caller.stripe.checkout.sessions.list({
      created: { gte: session.created },
      expand: ['data.payment_intent'],
    })
    expect(recent.data[0]).toMatchObject({ payment_intent: { id: intent.id, object: 'payment_intent' } })
    expect((await caller.stripe.checkout.sessions.list({ created: { gt: session.created } })).data).toEqual([])
  })

  it('cannot be paid after it was expired, and says so when asked to expire twice', async () => {
    const session = await caller.open()
    expect(await caller.stripe.checkout.sessions.expire(session.id)).toMatchObject({ status: 'expired', url: null })
    expect(await refusal(caller.stripe.checkout.sessions.expire(session.id))).toMatchObject({ statusCode: 400 })
    expect(await caller.pay(session.id, { card: 'visa' })).toMatchObject({ status: 409 })
    expect(await caller.eventTypes()).toEqual(['checkout.session.expired'])
  })

  it('expires by itself, with an event, and cancels the intent of a failed attempt', async () => {
    const session = await caller.open({ expires_at: Math.ceil(caller.now().getTime() / 1000) + 1800 })
    await caller.pay(session.id, { card: 'declined' })
    caller.later(1_801_000)
    expect(await caller.stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'expired' })
    expect((await caller.eventTypes()).slice(0, 2)).toEqual(['checkout.session.expired', 'payment_intent.canceled'])
  })

  it('refuses what Stripe refuses, naming the parameter', async () => {
    const inSeconds = (seconds: number) => Math.floor(caller.now().getTime() / 1000) + seconds
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
      expect(await refusal(caller.open(more))).toMatchObject({
        type: 'StripeInvalidRequestError',
        statusCode: 400,
        param,
      })
    }
  })
})

describe('cards', () => {
  it.each([
    ['4242424242424242', 'visa'],
    ['5555555555554444', 'mastercard'],
    ['378282246310005', 'amex'],
  ])('%s pays as %s', async (card, brand) => {
    const { charge } = await caller.paid(card)
    expect(charge.payment_method_details?.card).toMatchObject({ brand, last4: card.slice(-4) })
  })

  it('sends the buyer to the success address with the id of the session', async () => {
    const session = await caller.open()
    const url = `http://127.0.0.1:9/paid?session=${session.id}&x=1`
    expect(await caller.pay(session.id, { card: '4242 4242 4242 4242' })).toEqual({
      status: 200,
      json: { url, redirectUrl: url, status: 'complete' },
    })
  })

  it('refuses Discover where its network is blocked, and takes it where it is not', async () => {
    const blocked = await caller.open()
    expect(await caller.pay(blocked.id, { card: 'discover' })).toMatchObject({
      status: 402,
      json: { error: { code: 'card_brand_not_accepted' } },
    })
    expect((await caller.stripe.checkout.sessions.retrieve(blocked.id)).status).toBe('open')
    const { charge } = await caller.paid('discover', { payment_method_options: {} })
    expect(charge.payment_method_details?.card?.brand).toBe('discover')
  })

  it('leaves the session open when a card is declined, so that another one can pay', async () => {
    const { id } = await caller.open()
    expect(await caller.pay(id, { card: '4000000000000002' })).toMatchObject({
      status: 402,
      json: { error: { code: 'card_declined' } },
    })
    const session = await caller.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
    expect(session.status).toBe('open')
    expect(session.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined', decline_code: 'generic_decline' },
    })
    expect(await caller.eventTypes()).toEqual([
      'payment_intent.payment_failed',
      'charge.failed',
      'payment_intent.created',
    ])
    expect(await caller.pay(id, { card: 'visa' })).toMatchObject({ status: 200, json: { status: 'complete' } })
  })

  it('asks 3-D Secure cards for a confirmation, which may fail', async () => {
    const { id } = await caller.open()
    const asked = await caller.pay(id, { card: '4000002760003184', authentication: 'leave' })
    expect(asked.json).toMatchObject({ status: 'open', url: `${caller.sandbox.url}/3d-secure/${id}` })
    const session = await caller.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
    expect(session.payment_intent).toMatchObject({ status: 'requires_action' })
    expect(await caller.pay(id, { card: '3ds', authentication: 'fail' })).toMatchObject({ status: 402 })
    expect(await caller.pay(id, { card: '3ds' })).toMatchObject({ status: 200, json: { status: 'complete' } })
  })

  it('says which cards it knows when it does not know one, and 404 for a session that is not there', async () => {
    const { id } = await caller.open()
    const unknown = await caller.pay(id, { card: '4111111111111111' })
    expect(unknown.status).toBe(400)
    expect(JSON.stringify(unknown.json)).toContain('mastercard')
    expect(await caller.pay('cs_test_none', { card: 'visa' })).toMatchObject({ status: 404 })
  })
})
