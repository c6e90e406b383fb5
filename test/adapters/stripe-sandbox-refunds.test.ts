/** Tests the sandbox's Stripe refunds and disputes through Stripe's SDK. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openStripe, refusal, type StripeCaller } from './stripe-sandbox-caller.ts'

let caller: StripeCaller
beforeEach(async () => {
  caller = await openStripe()
})
afterEach(() => caller.sandbox.close())

describe('refunds and disputes', () => {
  it('refunds in parts, never above the charge, and lists them by charge and by intent', async () => {
    const { intent, charge } = await caller.paid('visa')
    const first = await caller.stripe.refunds.create({
      payment_intent: intent.id,
      amount: 2_500,
      metadata: { refund_id: 'r' },
    })
    expect(first).toMatchObject({ status: 'succeeded', amount: 2_500, charge: charge.id, metadata: { refund_id: 'r' } })
    expect(await refusal(caller.stripe.refunds.create({ charge: charge.id, amount: 10_001 }))).toMatchObject({
      type: 'StripeInvalidRequestError',
      param: 'amount',
    })
    await caller.stripe.refunds.create({ charge: charge.id })
    expect(await caller.stripe.charges.retrieve(charge.id)).toMatchObject({ refunded: true, amount_refunded: 12_500 })
    expect(await refusal(caller.stripe.refunds.create({ charge: charge.id }))).toMatchObject({
      code: 'charge_already_refunded',
    })
    const listed = await caller.stripe.refunds.list({ payment_intent: intent.id, limit: 1 })
    expect(listed).toMatchObject({ has_more: true, data: [{ amount: 10_000 }] })
    const all = await caller.stripe.refunds.list({ charge: charge.id, limit: 1 }).autoPagingToArray({ limit: 10 })
    expect(all.map(({ amount }) => amount)).toEqual([10_000, 2_500])
  })

  it('a refund to the card that bounces succeeds, then fails with events, and the charge can be refunded again', async () => {
    const { charge } = await caller.paid('4000000000005126')
    const refund = await caller.stripe.refunds.create({ charge: charge.id })
    expect(refund.status).toBe('succeeded')
    caller.later(2_000)
    expect(await caller.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: expect.any(String),
    })
    expect((await caller.eventTypes()).slice(0, 3)).toEqual([
      'charge.refund.updated',
      'refund.updated',
      'refund.failed',
    ])
    expect(await caller.stripe.charges.retrieve(charge.id)).toMatchObject({ refunded: false, amount_refunded: 0 })
  })

  it('the disputed card opens a dispute that keeps the charge from being refunded', async () => {
    const { charge } = await caller.paid('4000000000000259')
    caller.later(2_000)
    const [dispute] = (await caller.stripe.disputes.list({ charge: charge.id })).data
    expect(dispute).toMatchObject({ status: 'needs_response', amount: 12_500 })
    expect(await refusal(caller.stripe.refunds.create({ charge: charge.id }))).toMatchObject({
      code: 'charge_disputed',
    })
  })

  it.each([
    ['won', 'won'],
    ['lost', 'lost'],
    ['withdrawn', 'warning_closed'],
  ])('a dispute can be %s, with created and closed events', async (outcome, status) => {
    const { intent } = await caller.paid('visa')
    const { json } = await caller.control(`charges/${intent.id}/dispute`, { outcome })
    expect(await caller.stripe.disputes.retrieve(json.id as string)).toMatchObject({ status })
    const types = await caller.eventTypes()
    expect(types).toEqual(expect.arrayContaining(['charge.dispute.created', 'charge.dispute.closed']))
  })

  it('refunds from the dashboard show in the ledger like those by call', async () => {
    const { charge } = await caller.paid('visa')
    const done = await caller.control(`charges/${charge.id}/refund`, { amount: 500 })
    expect(done).toMatchObject({ status: 200, json: { amount: 500 } })
    const ledger = await (await fetch(`${caller.sandbox.url}/_sandbox/ledger`)).json()
    expect(ledger).toMatchObject({
      charges: [
        { id: charge.id, amount: 12_500, currency: 'gbp', metadata: { payment_id: 'p-1' }, status: 'succeeded' },
      ],
      refunds: [{ charge: charge.id, amount: 500, status: 'succeeded' }],
    })
    expect(await caller.control(`charges/ch_none/refund`)).toMatchObject({ status: 404 })
  })
})
