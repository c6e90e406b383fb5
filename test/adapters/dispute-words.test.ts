/** Tests, word by word, what disputes at Stripe and PayPal come to here. */
import { describe, expect, it } from '@jest/globals'
import { disputeOf as payPalDispute } from '../../src/adapters/paypal/paypal-dispute.ts'
import { dispute as payPalShape } from '../../src/adapters/paypal/paypal-objects.ts'
import { disputeOf as stripeDispute } from '../../src/adapters/stripe/stripe-dispute.ts'
import { dispute as stripeShape } from '../../src/adapters/stripe/stripe-objects.ts'
import { stageReached } from '../../src/payments/stage-reached.rules.ts'

const gbp = (amountMinor: number) => ({ amountMinor, currency: 'GBP' })
const pounds = (value: string) => ({ currency_code: 'GBP', value })

describe('at Stripe', () => {
  const seen = (facts: object) =>
    stripeDispute(stripeShape.parse({ id: 'du_1', status: 'lost', amount: 39_500, currency: 'gbp', ...facts }))

  it.each([
    ['warning_needs_response', 'OPEN', 'INQUIRY'],
    ['warning_under_review', 'UNDER_REVIEW', 'INQUIRY'],
    ['warning_closed', 'WITHDRAWN', 'INQUIRY'],
    ['needs_response', 'OPEN', 'CHARGEBACK'],
    ['under_review', 'UNDER_REVIEW', 'CHARGEBACK'],
    ['appeal_needs_response', 'OPEN', 'APPEAL'],
    ['appeal_under_review', 'UNDER_REVIEW', 'APPEAL'],
    ['won', 'WON', null],
    ['lost', 'LOST', null],
    ['prevented', 'WITHDRAWN', 'INQUIRY'],
    ['a_word_of_tomorrow', 'UNDER_REVIEW', null],
  ])('%s is %s, stage %s', (status, state, stage) => {
    expect(seen({ status })).toMatchObject({ state, stage })
  })

  it.each([
    ['fraudulent', 'FRAUDULENT'],
    ['debit_not_authorized', 'FRAUDULENT'],
    ['unrecognized', 'UNRECOGNISED'],
    ['product_not_received', 'NOT_RECEIVED'],
    ['product_unacceptable', 'NOT_AS_DESCRIBED'],
    ['duplicate', 'DUPLICATE'],
    ['credit_not_processed', 'REFUND_NOT_RECEIVED'],
    ['subscription_canceled', 'CANCELLED'],
    ['general', 'OTHER'],
    ['a_word_of_tomorrow', 'OTHER'],
  ])('the reason %s is %s', (reason, ours) => {
    expect(seen({ reason })).toMatchObject({ reason: ours, reasonCode: reason })
    expect(seen({ reason, network_reason_code: '10.4' }).reasonCode).toBe('10.4')
  })

  it('all of it is lost unless nothing was taken, and the fees of what moved are added up', () => {
    const moved = (fee: number) => ({ fee, currency: 'gbp' })
    expect(seen({ balance_transactions: [] })).toMatchObject({ lost: 'NOTHING', fee: null })
    expect(seen({})).toMatchObject({ lost: 'ALL', fee: null })
    expect(seen({ balance_transactions: [moved(2_000), moved(0), moved(500)] })).toMatchObject({
      lost: 'ALL',
      fee: gbp(2_500),
      countsRefunds: false,
    })
    expect(seen({ balance_transactions: [moved(2_000), 'odd'] })).toMatchObject({ lost: 'ALL', fee: null })
  })

  it('is read by id and status, and whatever else can be read', () => {
    const odd = { amount: 'x', evidence_details: 5, is_charge_refundable: 'no', reason: 7, created: 'then' }
    expect(seen({ ...odd, status: 'needs_response' })).toEqual({
      reference: 'du_1',
      amount: null,
      state: 'OPEN',
      stage: 'CHARGEBACK',
      stageTakenUpAgain: null,
      reason: 'OTHER',
      reasonCode: null,
      evidenceDueBy: null,
      evidenceSubmitted: false,
      refundable: 'NOTHING',
      lost: 'ALL',
      countsRefunds: false,
      fee: null,
      openedAt: null,
      closedAt: null,
    })
    const due = { is_charge_refundable: true, evidence_details: { due_by: 1_798_761_599, submission_count: 1 } }
    expect(seen(due)).toMatchObject({
      refundable: 'ANY',
      evidenceDueBy: new Date('2026-12-31T23:59:59Z'),
      evidenceSubmitted: true,
    })
  })
})

describe('at PayPal', () => {
  const seen = (facts: object, leftMinor = 49_500) =>
    payPalDispute(payPalShape.parse({ dispute_id: 'PP-D-1', status: 'OPEN', ...facts }), leftMinor)

  it.each([
    ['OPEN', 'OPEN', 'OPEN'],
    ['WAITING_FOR_SELLER_RESPONSE', 'OPEN', 'OPEN'],
    ['OTHER', 'OPEN', 'OPEN'],
    ['UNDER_REVIEW', 'UNDER_REVIEW', 'UNDER_REVIEW'],
    ['WAITING_FOR_BUYER_RESPONSE', 'UNDER_REVIEW', 'OPEN'],
    ['A_WORD_OF_TOMORROW', 'UNDER_REVIEW', 'OPEN'],
  ])('%s is %s, and as a question %s', (status, state, asked) => {
    for (const stage of ['CHARGEBACK', 'PRE_ARBITRATION', 'ARBITRATION']) {
      expect(seen({ status, dispute_life_cycle_stage: stage })).toMatchObject({ state, stage })
    }
    expect(seen({ status, dispute_life_cycle_stage: 'INQUIRY' })).toMatchObject({ state: asked, stage: 'INQUIRY' })
    expect(seen({ status, dispute_life_cycle_stage: 'LIMBO' })).toMatchObject({ state, stage: null })
  })

  it.each([
    ['RESOLVED_BUYER_FAVOUR', 'LOST'],
    ['ACCEPTED', 'LOST'],
    ['RESOLVED_SELLER_FAVOUR', 'WON'],
    ['DENIED', 'WON'],
    ['RESOLVED_WITH_PAYOUT', 'WON'],
    ['CANCELED_BY_BUYER', 'WITHDRAWN'],
    ['NONE', 'WITHDRAWN'],
    ['A_WORD_OF_TOMORROW', 'UNDER_REVIEW'],
    [undefined, 'UNDER_REVIEW'],
  ])('resolved as %s it is %s', (outcome_code, state) => {
    expect(seen({ status: 'RESOLVED', dispute_outcome: { outcome_code } }).state).toBe(state)
  })

  it.each([
    ['MERCHANDISE_OR_SERVICE_NOT_RECEIVED', 'NOT_RECEIVED'],
    ['MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED', 'NOT_AS_DESCRIBED'],
    ['UNAUTHORISED', 'FRAUDULENT'],
    ['CREDIT_NOT_PROCESSED', 'REFUND_NOT_RECEIVED'],
    ['DUPLICATE_TRANSACTION', 'DUPLICATE'],
    ['PAYMENT_BY_OTHER_MEANS', 'DUPLICATE'],
    ['INCORRECT_AMOUNT', 'WRONG_AMOUNT'],
    ['CANCELED_RECURRING_BILLING', 'CANCELLED'],
    ['PROBLEM_WITH_REMITTANCE', 'OTHER'],
  ])('the reason %s is %s', (reason, ours) => {
    expect(seen({ reason })).toMatchObject({ reason: ours, reasonCode: reason })
    expect(seen({ reason, external_reason_code: '13.1' }).reasonCode).toBe('13.1')
  })

  it.each([
    [undefined, 'WHOLE_ONLY'],
    ['0.00', 'NOTHING'],
    ['495.00', 'WHOLE_ONLY'],
    ['100.00', 'ANY'],
  ])('while it is open, %s allowed of 495.00 is %s', (value, refundable) => {
    const refund_details = value === undefined ? undefined : { allowed_refund_amount: pounds(value) }
    expect(seen({ refund_details }).refundable).toBe(refundable)
    expect(seen({ status: 'RESOLVED', refund_details }).refundable).toBe('ANY')
  })

  it('what went back is what it says, refunds since its opening among it; its fees are what the seller was debited', () => {
    const lost = { outcome_code: 'ACCEPTED', amount_refunded: pounds('100.00') }
    expect(seen({ dispute_outcome: lost })).toMatchObject({ lost: gbp(10_000), countsRefunds: true, fee: null })
    expect(seen({ dispute_outcome: { outcome_code: 'ACCEPTED' } }).lost).toBe('ALL')
    const move = { affected_party: 'SELLER', type: 'DEBIT', reason: 'DISPUTE_FEE', amount: pounds('14.00') }
    const moves = [
      move,
      { ...move, reason: 'CHARGEBACK_FEE', amount: pounds('6.00') },
      { ...move, reason: 'DISPUTE_SETTLEMENT', amount: pounds('495.00') },
      { ...move, type: 'CREDIT' },
      { ...move, affected_party: 'BUYER' },
    ]
    expect(seen({ money_movements: moves }).fee).toEqual(gbp(2_000))
    expect(
      seen({ money_movements: [move, { ...move, amount: { currency_code: 'USD', value: '1.00' } }] }).fee,
    ).toBeNull()
  })

  it('is read by id and status, and whatever else can be read', () => {
    const odd = { dispute_amount: 5, dispute_outcome: 'x', evidences: 3, money_movements: 'x', create_time: 'then' }
    expect(seen({ ...odd, evidences: [{ source: 'SUBMITTED_BY_SELLER' }, 4] })).toMatchObject({
      reference: 'PP-D-1',
      amount: null,
      state: 'OPEN',
      lost: 'ALL',
      evidenceSubmitted: true,
      openedAt: null,
    })
  })
})

describe('how far it has got', () => {
  const open = { status: 'OPEN', stage: 'INQUIRY' } as const
  const seen = { state: 'OPEN', stage: null, stageTakenUpAgain: null } as const
  const again = { ...seen, stageTakenUpAgain: 'APPEAL' } as const

  it('is what the provider says, and else as far as it had', () => {
    expect(stageReached(open, { ...seen, stage: 'ARBITRATION' })).toBe('ARBITRATION')
    expect(stageReached(open, seen)).toBe('CHARGEBACK')
    expect(stageReached(open, { ...seen, state: 'WITHDRAWN' })).toBe('INQUIRY')
    expect(stageReached({ status: 'UNDER_REVIEW', stage: 'APPEAL' }, { ...seen, state: 'LOST' })).toBe('APPEAL')
  })

  it('is an appeal once it had ended and is open again, where the provider has no word for that', () => {
    for (const status of ['WON', 'LOST', 'WITHDRAWN'] as const) {
      expect(stageReached({ status, stage: 'CHARGEBACK' }, { ...again, stage: 'CHARGEBACK' })).toBe('APPEAL')
      expect(stageReached({ status, stage: 'CHARGEBACK' }, { ...seen, stage: 'CHARGEBACK' })).toBe('CHARGEBACK')
    }
    expect(stageReached({ status: 'OPEN', stage: 'APPEAL' }, { ...again, stage: 'CHARGEBACK', state: 'LOST' })).toBe(
      'APPEAL',
    )
    expect(stageReached({ status: 'LOST', stage: 'CHARGEBACK' }, { ...again, stage: 'CHARGEBACK', state: 'WON' })).toBe(
      'CHARGEBACK',
    )
  })
})
