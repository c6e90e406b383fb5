/** Tests the sandbox's Stripe refunds and disputes through Stripe's SDK. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Dispute } from '../../src/sandbox/stripe/account.ts'
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

  it('a dispute goes wherever it is sent, ended ones too, and its money and fee with it', async () => {
    const { charge } = await caller.paid('visa')
    const to = async (outcome: string, more: object = {}) => {
      const { json } = await caller.control(`charges/${charge.id}/dispute`, { outcome, ...more })
      const { status, amount, is_charge_refundable: refundable, balance_transactions: moved } = json as never as Dispute
      return [status, amount, refundable, moved.map((one) => [one.amount, one.fee])]
    }
    expect(await to('inquiry')).toEqual(['warning_needs_response', 12_500, true, []])
    expect(await to('open', { amount: 10_000, fee: 1_500 })).toEqual([
      'needs_response',
      10_000,
      false,
      [[-10_000, 1_500]],
    ])
    const taken = [-10_000, 1_500]
    expect(await to('won')).toEqual(['won', 10_000, true, [taken, [10_000, 0]]])
    expect(await to('lost', { amount: 4_000 })).toEqual(['lost', 4_000, false, [taken, [10_000, 0], [-4_000, 0]]])
    const open = await to('appeal_open', { refundable: true })
    expect(open.slice(0, 3)).toEqual(['appeal_needs_response', 4_000, true])
    expect((await to('appeal_under_review')).slice(0, 3)).toEqual(['appeal_under_review', 4_000, false])
    const prevented = await to('prevented')
    expect(prevented.slice(0, 3)).toEqual(['prevented', 4_000, true])
    expect(prevented[3]).toHaveLength(4)
    expect((await to('inquiry_review', { reason: 'duplicate', due_by: '2026-12-24T00:00:00Z' }))[0]).toBe(
      'warning_under_review',
    )
    const [dispute] = (await caller.stripe.disputes.list({ charge: charge.id })).data
    expect(dispute).toMatchObject({
      reason: 'duplicate',
      evidence_details: { due_by: 1_798_070_400, submission_count: 1 },
    })
    const types = (await caller.eventTypes()).filter((type) => type.startsWith('charge.dispute'))
    expect(new Set(types)).toEqual(
      new Set(
        ['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'].map((name) => `charge.dispute.${name}`),
      ),
    )
    for (const wrong of [{ outcome: 'payout' }, { amount: 0 }, { reason: 'no_such' }, { stage: 'INQUIRY' }]) {
      expect(await caller.control(`charges/${charge.id}/dispute`, wrong)).toMatchObject({ status: 400 })
    }
  })

  it('an inquiry leaves the charge to be refunded, and the whole of that closes it; what was lost is not refunded besides', async () => {
    const { charge } = await caller.paid('visa')
    await caller.control(`charges/${charge.id}/dispute`, { outcome: 'inquiry' })
    await caller.stripe.refunds.create({ charge: charge.id, amount: 2_500 })
    expect((await caller.stripe.disputes.list({ charge: charge.id })).data[0]?.status).toBe('warning_needs_response')
    await caller.stripe.refunds.create({ charge: charge.id })
    expect((await caller.stripe.disputes.list({ charge: charge.id })).data[0]?.status).toBe('warning_closed')
    const other = await caller.paid('visa')
    await caller.control(`charges/${other.charge.id}/dispute`, { outcome: 'lost', amount: 10_000 })
    expect(await refusal(caller.stripe.refunds.create({ charge: other.charge.id, amount: 2_501 }))).toMatchObject({
      param: 'amount',
    })
    await caller.stripe.refunds.create({ charge: other.charge.id })
    const ledger = await fetch(`${caller.sandbox.url}/_sandbox/ledger`)
    const { refunds, disputes } = (await ledger.json()) as Record<'refunds' | 'disputes', object[]>
    expect(refunds.at(-1)).toMatchObject({ charge: other.charge.id, amount: 2_500 })
    expect(disputes).toMatchObject([
      { charge: charge.id, amount: 12_500, status: 'warning_closed' },
      { charge: other.charge.id, amount: 10_000, status: 'lost' },
    ])
  })

  it("the card's network warns of fraud, once for each charge", async () => {
    const { charge, intent } = await caller.paid('visa')
    const warn = (body: object) => caller.control(`charges/${charge.id}/fraud_warning`, body)
    expect((await warn({ actionable: true })).json).toMatchObject({ charge: charge.id, actionable: true })
    await warn({ actionable: false })
    const { data } = await caller.stripe.radar.earlyFraudWarnings.list({ payment_intent: intent.id })
    expect(data).toMatchObject([{ charge: charge.id, payment_intent: intent.id, actionable: false }])
    expect(await caller.eventTypes()).toEqual(
      expect.arrayContaining(['radar.early_fraud_warning.created', 'radar.early_fraud_warning.updated']),
    )
    expect(await warn({ why: 'no' })).toMatchObject({ status: 400 })
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
