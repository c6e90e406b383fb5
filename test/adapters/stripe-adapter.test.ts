/** Tests what only Stripe does: card brands, ended sessions, bounced refunds, rolled secrets. */
import { createHmac, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { stripeProvider } from '../../src/adapters/stripe/stripe-provider.ts'
import { sessionRequest } from '../../src/adapters/stripe/stripe-session.ts'
import { holdUntil } from '../../src/payments/hold-until.ts'
import { WebhookRefused } from '../../src/values/webhook-refused.ts'
import { control, failureOf, orderOf, type ProviderUnderTest, startStripe } from './provider-under-test.ts'
import { post } from './sandbox-inbox.ts'

describe('Stripe over HTTP', () => {
  let at: ProviderUnderTest
  let paymentId: string
  beforeEach(async () => {
    paymentId = randomUUID()
    at = await startStripe()
  })
  afterEach(() => at.close())

  const open = async () => (await at.provider.open(orderOf(paymentId))).reference
  const payWith = (session: string, card: string) => post(`${at.url}/_sandbox/checkout/${session}`, { card })

  it.each([
    ['5555555555554444', 'MASTERCARD', '4444'],
    ['378282246310005', 'AMERICAN_EXPRESS', '0005'],
    ['4242424242424242', 'VISA', '4242'],
  ])('a card %s is %s, and only its last four digits are known', async (number, cardBrand, cardLast4) => {
    const session = await open()
    await payWith(session, number)
    expect((await at.provider.look(session))?.capture).toMatchObject({ cardBrand, cardLast4 })
  })

  it('a brand that is not sold by is refused by the page itself', async () => {
    const session = await open()
    expect((await payWith(session, '6011111111111117')).status).toBe(402)
    expect(await at.provider.look(session)).toMatchObject({ state: 'REQUIRES_ACTION', capture: null })
  })

  it('a declined card leaves the page open for another one', async () => {
    const session = await open()
    expect((await payWith(session, '4000000000000002')).status).toBe(402)
    const declined = await at.provider.look(session)
    expect(declined).toMatchObject({ state: 'REQUIRES_ACTION', redirectUrl: expect.stringContaining(session) })
    expect(declined?.failure).toMatchObject({ code: 'generic_decline', retryable: true })
    await payWith(session, '4242424242424242')
    expect(await at.provider.look(session)).toMatchObject({ state: 'SUCCEEDED', failure: null })
  })

  it('a session that is closed can no longer be paid, and closing it twice changes nothing', async () => {
    const session = await open()
    expect(await at.provider.close(session, 'close:1')).toMatchObject({ state: 'EXPIRED', redirectUrl: null })
    expect((await payWith(session, '4242424242424242')).status).toBe(409)
    expect(await at.provider.close(session, 'close:2')).toMatchObject({ state: 'EXPIRED' })
  })

  it('a warning of fraud is seen, and without the permission for it all else is', async () => {
    const session = await open()
    await at.pay(session)
    await post(`${at.url}/_sandbox/charges/${session}/fraud_warning`, {})
    const warned = await at.provider.look(session)
    expect(warned).toMatchObject({ state: 'SUCCEEDED', fraudWarnedAt: expect.any(Date), unread: [] })
    await post(`${at.url}/_sandbox/permissions`, { missing: ['fraud_warnings'] })
    expect(await at.provider.look(session)).toEqual({ ...warned, fraudWarnedAt: null })
  })

  it('closing what was paid in the meantime tells that it was paid', async () => {
    const session = await open()
    await at.pay(session)
    expect(await at.provider.close(session, 'close:1')).toMatchObject({ state: 'SUCCEEDED' })
  })

  it('a lost answer is found by our id before the buyer has paid', async () => {
    await at.arm('open', 'reset_after')
    expect(await failureOf(at.provider.open(orderOf(paymentId)))).toBe('UNKNOWN connection_lost')
    const found = await at.provider.findByPaymentId(paymentId, new Date(Date.now() - 60_000))
    expect(found).toMatchObject({ paymentId, state: 'REQUIRES_ACTION' })
    expect((await at.provider.open(orderOf(paymentId))).reference).toBe(found?.reference)
  })

  it('the same key for another order is refused', async () => {
    await open()
    const other = orderOf(paymentId, { amount: { amountMinor: 1, currency: 'GBP' } })
    expect(await failureOf(at.provider.open(other))).toBe('REFUSED idempotency_error')
  })

  it('a page closes at the instant that was asked for', async () => {
    const expiresAt = holdUntil(new Date(), 31)
    expect((await at.provider.open(orderOf(paymentId, { expiresAt }))).expiresAt).toEqual(expiresAt)
  })

  it('all pages of a list are read', async () => {
    const since = new Date(Date.now() - 60_000)
    const first = randomUUID()
    await at.provider.open(orderOf(first))
    for (let sessions = 0; sessions < 100; sessions += 1) await at.provider.open(orderOf(randomUUID()))
    expect((await at.provider.findByPaymentId(first, since))?.paymentId).toBe(first)
  })

  it('a refund that bounces later is FAILED, with the reason', async () => {
    const session = await open()
    await payWith(session, '4000000000005126')
    const captureReference = (await at.provider.look(session))?.capture?.reference as string
    const amount = { amountMinor: 69_500, currency: 'GBP' }
    const made = await at.provider.refund({ refundId: randomUUID(), captureReference, amount, key: 'r:1' })
    expect(['SUCCEEDED', 'PENDING']).toContain(made.state)
    await at.inbox.until((arrived) => arrived.some(({ body }) => body.includes('refund.failed')))
    expect(await at.provider.lookRefund(made.reference)).toMatchObject({
      state: 'FAILED',
      failureReason: expect.any(String),
    })
  })

  it('a charge under dispute is not refunded', async () => {
    const session = await open()
    await at.pay(session)
    const captureReference = (await at.provider.look(session))?.capture?.reference as string
    await at.dispute(captureReference, 'open')
    const amount = { amountMinor: 69_500, currency: 'GBP' }
    const refund = at.provider.refund({ refundId: randomUUID(), captureReference, amount, key: 'r:1' })
    expect(await failureOf(refund)).toBe('REFUSED charge_disputed')
  })

  it('a fault that keeps one call silent does not keep the next one waiting', async () => {
    await control(at.url, 'faults', { operation: 'checkout.sessions.create', fault: 'timeout_before', times: 1 })
    const impatient = at.connect({ limits: { timeoutMs: 300 } })
    const silent = failureOf(impatient.open(orderOf(randomUUID())))
    expect((await at.provider.open(orderOf(paymentId))).state).toBe('REQUIRES_ACTION')
    expect(await silent).toBe('UNKNOWN timeout')
  })
})

describe('Stripe’s signature', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  const body = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'checkout.session.completed',
    created: 1_772_366_400,
    data: {
      object: {
        id: 'cs_1',
        object: 'checkout.session',
        payment_status: 'paid',
        status: 'complete',
        amount_total: 1_200,
        currency: 'gbp',
        payment_intent: 'pi_1',
        metadata: { paymentId: 'p-1' },
        customer_email: 'ada@example.org',
      },
    },
  })
  const provider = stripeProvider({
    secretKey: 'sk_test_1',
    webhookSecrets: ['whsec_old', 'whsec_new'],
    baseUrl: 'http://127.0.0.1:9',
    log: { info: () => undefined, warn: () => undefined },
    onCall: () => undefined,
  })
  function signed({ secret = 'whsec_new', at = now, text = body } = {}) {
    const time = Math.floor(at.getTime() / 1000)
    return { time, v1: createHmac('sha256', secret).update(`${time}.${text}`).digest('hex') }
  }
  const verify = (signature: string | string[] | undefined, text = body) =>
    provider.verifyEvent(Buffer.from(text), { 'stripe-signature': signature }, now)
  const header = ({ time, v1 }: { time: number; v1: string }) => `t=${time},v1=${v1}`

  it('holds for each of the secrets while one is rolled, and when Stripe signs with both', async () => {
    const expected = {
      id: 'evt_1',
      type: 'checkout.session.completed',
      relevant: true,
      paymentId: 'p-1',
      references: ['cs_1', 'pi_1'],
      createdAt: new Date(1_772_366_400_000),
    }
    expect(await verify(header(signed()))).toMatchObject(expected)
    expect(await verify(header(signed({ secret: 'whsec_old' })))).toMatchObject(expected)
    const { time, v1 } = signed()
    expect(await verify(`t=${time},v1=${'0'.repeat(64)},v1=${v1},v0=x`)).toMatchObject(expected)
  })

  it('keeps no person in what is kept of an event', async () => {
    expect(JSON.stringify(await verify(header(signed())))).not.toContain('ada@')
  })

  it('an event of a type that means nothing to us is kept as such', async () => {
    const text = body.replace('checkout.session.completed', 'customer.created')
    expect(await verify(header(signed({ text })), text)).toMatchObject({ relevant: false })
  })

  it.each<[string, () => Promise<unknown>]>([
    ['with another body', () => verify(header(signed()), body.replace('1200', '1201'))],
    ['with a secret that is not ours', () => verify(header(signed({ secret: 'whsec_other' })))],
    ['five minutes and a second old', () => verify(header(signed({ at: new Date(now.getTime() - 301_000) })))],
    ['without a signature', () => verify(undefined)],
    ['with two signature headers', () => verify([header(signed()), header(signed())])],
    ['with a signature that is none', () => verify('t=,v1=')],
    ['that is no JSON', () => verify(header(signed({ text: '{"id":' })), '{"id":')],
    ['that is no event', () => verify(header(signed({ text: '{"id":"evt_1"}' })), '{"id":"evt_1"}')],
  ])('an event %s is refused', async (_what, verified) => {
    await expect(verified()).rejects.toBeInstanceOf(WebhookRefused)
  })

  it('holds to the second of its age', async () => {
    expect(await verify(header(signed({ at: new Date(now.getTime() - 300_000) })))).toMatchObject({ id: 'evt_1' })
  })
})

describe('what Stripe is asked for', () => {
  it('is three brands of card in the buyer’s own currency, with our ids on session and payment', () => {
    const { key, ...order } = orderOf('p-1')
    expect(sessionRequest({ ...order, key })).toMatchObject({
      payment_method_types: ['card'],
      payment_method_options: { card: { restrictions: { brands_blocked: ['discover_global_network'] } } },
      adaptive_pricing: { enabled: false },
      metadata: { paymentId: 'p-1', enrolmentId: order.enrolmentId },
      payment_intent_data: { metadata: { paymentId: 'p-1', enrolmentId: order.enrolmentId } },
      line_items: [{ quantity: 1, price_data: { currency: 'gbp', unit_amount: 69_500 } }],
    })
  })
})
