/** Tests what the sandboxes can be told about refunds, refusals and strangers' money. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startPaypalSandbox } from '../../src/sandbox/paypal/start-paypal.ts'
import { startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'
import { keptCertificates } from '../support/world/kept-keys.ts'

const local = { host: '127.0.0.1', port: 0 }
let stripeUrl: string
let paypalUrl: string
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  const stripe = await startStripeSandbox({ ...local, secretKey: 'sk_test_controls', webhookSecret: 'whsec_controls' })
  closing.push(stripe.close)
  const certificates = await keptCertificates
  const client = { clientId: 'client', clientSecret: 'secret', webhookId: 'WH-1', certificates }
  const paypal = await startPaypalSandbox({ ...local, ...client })
  closing.push(paypal.close)
  stripeUrl = stripe.url
  paypalUrl = paypal.url
})
afterAll(() => Promise.all(closing.map((close) => close())))

// biome-ignore lint/suspicious/noExplicitAny: each test reads what it asked for
type Reply = { status: number; body: any }
const json = { 'content-type': 'application/json' }

async function told(url: string, path: string, body?: object): Promise<Reply> {
  const post = { method: 'POST', headers: json, body: JSON.stringify(body) }
  const answer = await fetch(`${url}/_sandbox/${path}`, body && post)
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
}
const stripe = (path: string, body?: object) => told(stripeUrl, path, body)
const paypal = (path: string, body?: object) => told(paypalUrl, path, body)

/** As the gateway asks. */
async function refund(charge: string, amount: number): Promise<Reply> {
  const answer = await fetch(`${stripeUrl}/v1/refunds`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_controls' },
    body: new URLSearchParams({ charge, amount: `${amount}` }),
  })
  return { status: answer.status, body: await answer.json() }
}

async function payPalRefund(capture: string): Promise<Reply> {
  const token = await fetch(`${paypalUrl}/v1/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('client:secret')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const { access_token } = (await token.json()) as { access_token: string }
  const answer = await fetch(`${paypalUrl}/v2/payments/captures/${capture}/refund`, {
    method: 'POST',
    headers: { ...json, authorization: `Bearer ${access_token}` },
  })
  return { status: answer.status, body: await answer.json() }
}

const uuid = '0199c0de-0000-7000-8000-000000000001'
const graphId = Buffer.from(`Payment:${uuid}`).toString('base64url')

describe("Stripe's sandbox", () => {
  it('takes money that no gateway asked for, found again by our payment id as well', async () => {
    const { status, body } = await stripe('charges', { amount: 4950, currency: 'gbp', metadata: { paymentId: uuid } })
    expect([status, body]).toEqual([
      200,
      {
        session: expect.stringMatching(/^cs_/),
        payment_intent: expect.stringMatching(/^pi_/),
        charge: expect.stringMatching(/^ch_/),
      },
    ])
    for (const id of [body.session, body.payment_intent, body.charge, uuid, graphId]) {
      expect((await stripe(`charges/${id}/refund`, { amount: 100 })).body).toMatchObject({ charge: body.charge })
    }
    const { body: books } = await stripe('ledger')
    expect(books.charges).toContainEqual(expect.objectContaining({ id: body.charge, amount: 4950, currency: 'gbp' }))
    expect(await stripe('charges', { amount: 4950, currency: 'xxx' })).toMatchObject({ status: 400 })
  })

  it.each([
    ['cartes_bancaires', { type: 'card', card: expect.objectContaining({ brand: 'cartes_bancaires' }) }],
    ['eftpos_au', { type: 'card', card: expect.objectContaining({ brand: 'eftpos_au' }) }],
    ['link', { type: 'link', link: expect.anything() }],
  ])('is paid by %s', async (card, details) => {
    const { body } = await stripe('charges', { amount: 4950, currency: 'eur', card })
    const authorization = 'Bearer sk_test_controls'
    const charge = await fetch(`${stripeUrl}/v1/charges/${body.charge}`, { headers: { authorization } })
    expect(await charge.json()).toMatchObject({ paid: true, payment_method_details: details })
  })

  it('refuses refunds, or has them wait, until there is money again', async () => {
    const { body: paid } = await stripe('charges', { amount: 9000, currency: 'gbp' })
    expect((await stripe('balance', { refunds: 'refused' })).status).toBe(200)
    const refused = await refund(paid.charge, 1000)
    expect(refused.status).toBe(400)
    expect(refused.body.error).toMatchObject({ message_code: 'insufficient_balance_for_refund' })
    expect(refused.body.error).not.toHaveProperty('code')
    await stripe('balance', { refunds: 'pending' })
    const waits = await refund(paid.charge, 1000)
    expect(waits.body).toMatchObject({ status: 'pending', pending_reason: 'insufficient_funds' })
    await stripe('balance', { refunds: 'enough' })
    const { body: books } = await stripe('ledger')
    expect(books.refunds).toContainEqual(expect.objectContaining({ id: waits.body.id, status: 'succeeded' }))
  })

  it('ends refunds as banks do, and none twice', async () => {
    const { body: paid } = await stripe('charges', { amount: 9000, currency: 'gbp' })
    const { body: first } = await refund(paid.charge, 9000)
    const bounced = await stripe(`refunds/${first.id}/settle`, {
      outcome: 'failed',
      reason: 'expired_or_canceled_card',
    })
    expect(bounced.body).toMatchObject({ status: 'failed', failure_reason: 'expired_or_canceled_card' })
    // The money is there again.
    await stripe('balance', { refunds: 'pending' })
    const { body: second } = await refund(paid.charge, 9000)
    await stripe('balance', { refunds: 'enough' })
    expect(second.status).toBe('pending')
    expect((await stripe(`refunds/${second.id}/settle`, { outcome: 'succeeded' })).status).toBe(409)
    expect((await stripe(`refunds/${first.id}/settle`, { outcome: 'failed' })).status).toBe(409)
    expect((await stripe('refunds/re_none/settle', { outcome: 'failed' })).status).toBe(404)
  })

  it('refuses as often as it was told with code and message code, and does nothing', async () => {
    const { body: paid } = await stripe('charges', { amount: 9000, currency: 'gbp' })
    const says = { status: 402, code: 'some_code', messageCode: 'some_message_code', message: 'No.' }
    await stripe('refusals', { operation: 'refunds.create', times: 1, ...says })
    expect(await refund(paid.charge, 9000)).toMatchObject({
      status: 402,
      body: { error: { code: 'some_code', message_code: 'some_message_code', message: 'No.' } },
    })
    expect((await refund(paid.charge, 9000)).status).toBe(200)
    await stripe('refusals', { operation: 'refunds.create', times: 5, code: 'some_code' })
    await fetch(`${stripeUrl}/_sandbox/refusals`, { method: 'DELETE' })
    expect((await refund(paid.charge, 1)).body.error.code).toBe('charge_already_refunded')
  })
})

describe("PayPal's sandbox", () => {
  it('takes money that no gateway asked for, found again by our payment id as well', async () => {
    const asked = { value: '49.50', currency_code: 'GBP', custom_id: uuid }
    const { status, body } = await paypal('captures', asked)
    expect([status, Object.keys(body)]).toEqual([200, ['order', 'capture']])
    for (const id of [body.order, body.capture, uuid, graphId])
      expect((await paypal(`captures/${id}/refund`, { amount: '1.00' })).status).toBe(200)
    const { body: books } = await paypal('ledger')
    expect(books.captures).toContainEqual(expect.objectContaining({ id: body.capture, amount: 4950 }))
    expect((await paypal('captures', { ...asked, currency_code: 'XXX' })).status).toBe(422)
  })

  it('has refunds fail for want of money, and bounce after they had succeeded', async () => {
    const { body: paid } = await paypal('captures', { value: '49.50', currency_code: 'GBP' })
    await paypal('balance', { refunds: 'refused' })
    expect(await payPalRefund(paid.capture)).toMatchObject({
      status: 422,
      body: { details: [{ issue: 'REFUND_FAILED_INSUFFICIENT_FUNDS' }] },
    })
    await paypal('balance', { refunds: 'enough' })
    const { body: refunded } = await payPalRefund(paid.capture)
    expect((await paypal(`refunds/${refunded.id}/settle`, { outcome: 'failed' })).body).toMatchObject({
      status: 'FAILED',
    })
    expect((await paypal(`refunds/${refunded.id}/settle`, { outcome: 'failed' })).status).toBe(409)
    expect((await payPalRefund(paid.capture)).status).toBe(201)
  })

  it('holds a capture for any reason of PayPal’s', async () => {
    const { body: paid } = await paypal('captures', { value: '49.50', currency_code: 'GBP' })
    const held = await paypal(`captures/${paid.capture}/pending`, { reason: 'UNILATERAL' })
    expect(held.body).toMatchObject({ status: 'PENDING', status_details: { reason: 'UNILATERAL' } })
    const ended = await paypal(`captures/${paid.capture}/pending`, { outcome: 'completed' })
    expect(ended.body).toMatchObject({ status: 'COMPLETED' })
  })

  it('refuses with another status and message than it gives by itself', async () => {
    const { body: paid } = await paypal('captures', { value: '49.50', currency_code: 'GBP' })
    await paypal('refusals', {
      operation: 'captures.refund',
      issue: 'TRANSACTION_REFUSED',
      status: 403,
      message: 'No.',
    })
    expect(await payPalRefund(paid.capture)).toMatchObject({
      status: 403,
      body: { details: [{ issue: 'TRANSACTION_REFUSED', description: 'No.' }] },
    })
  })
})

describe('a control call', () => {
  it.each<[string, () => Promise<Reply>, string]>([
    ['a fault with a field too many', () => stripe('faults', { operation: '*', fault: 'slow', often: 2 }), 'often'],
    ['a fault of an unknown kind', () => paypal('faults', { operation: '*', fault: 'fire' }), 'timeout_before'],
    [
      'a fault of an unknown operation',
      () => stripe('faults', { operation: 'moon.list', fault: 'slow' }),
      'checkout.sessions.create',
    ],
    ['a refusal of an unknown operation', () => paypal('refusals', { operation: '*', issue: 'X' }), 'captures.refund'],
    ['a mode of webhooks that is none', () => stripe('webhooks', { mode: 'lose' }), 'shuffle'],
    ['a mode with a field too many', () => stripe('webhooks', { mode: 'drop', for: 5 }), 'for'],
    ['a permission that is none', () => paypal('permissions', { missing: ['balance'] }), 'missing'],
    ['a payment with a field too many', () => stripe('checkout/x', { card: 'visa', cash: 1 }), 'cash'],
    ['an unknown card', () => stripe('checkout/x', { card: 'gold' }), 'card'],
    ['a balance that is none', () => stripe('balance', { refunds: 'later' }), 'pending'],
    ['a balance that PayPal has not', () => paypal('balance', { refunds: 'pending' }), 'refused'],
    ['an approval with a field too many', () => paypal('orders/x/approve', { tip: 5 }), 'tip'],
    ['a cancelling with a field too many', () => paypal('orders/x/cancel', { why: 5 }), 'why'],
    ['a reason that is none of PayPal’s', () => paypal('captures/next/pending', { reason: 'MOOD' }), 'ECHECK'],
  ])('with %s is answered 400, naming it', async (_, call, name) => {
    const { status, body } = await call()
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain(name)
  })
})
