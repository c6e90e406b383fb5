/** Translates PayPal's disputes into the port's words. */
import type { ProviderDispute } from '../../payments/payment-provider.ts'
import { type Money, sum } from '../../values/money.ts'
import type { PayPalDispute } from './paypal-objects.ts'

type State = ProviderDispute['state']

const openStates: Readonly<Record<string, State>> = {
  OPEN: 'OPEN',
  WAITING_FOR_SELLER_RESPONSE: 'OPEN',
  OTHER: 'OPEN',
  UNDER_REVIEW: 'UNDER_REVIEW',
  WAITING_FOR_BUYER_RESPONSE: 'UNDER_REVIEW',
}

/** How a resolved dispute ended: ACCEPTED and DENIED are PayPal's, of the buyer's claim; NONE: closed for another one. */
const stateOfOutcome: Readonly<Record<string, State>> = {
  RESOLVED_BUYER_FAVOUR: 'LOST',
  ACCEPTED: 'LOST',
  RESOLVED_SELLER_FAVOUR: 'WON',
  // PayPal pays the buyer out of its own pocket.
  RESOLVED_WITH_PAYOUT: 'WON',
  DENIED: 'WON',
  CANCELED_BY_BUYER: 'WITHDRAWN',
  NONE: 'WITHDRAWN',
}

const stages: Readonly<Record<string, ProviderDispute['stage']>> = {
  INQUIRY: 'INQUIRY',
  CHARGEBACK: 'CHARGEBACK',
  PRE_ARBITRATION: 'PRE_ARBITRATION',
  ARBITRATION: 'ARBITRATION',
}

const reasons: Readonly<Record<string, ProviderDispute['reason']>> = {
  MERCHANDISE_OR_SERVICE_NOT_RECEIVED: 'NOT_RECEIVED',
  MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED: 'NOT_AS_DESCRIBED',
  UNAUTHORISED: 'FRAUDULENT',
  CREDIT_NOT_PROCESSED: 'REFUND_NOT_RECEIVED',
  DUPLICATE_TRANSACTION: 'DUPLICATE',
  PAYMENT_BY_OTHER_MEANS: 'DUPLICATE',
  INCORRECT_AMOUNT: 'WRONG_AMOUNT',
  CANCELED_RECURRING_BILLING: 'CANCELLED',
}

const fees = new Set(['DISPUTE_FEE', 'DISPUTE_SETTLEMENT_FEE', 'CHARGEBACK_FEE'])

/** `leftMinor` is what of its capture is neither back nor on its way back. */
export function disputeOf(dispute: PayPalDispute, leftMinor: number): ProviderDispute {
  const { reason, external_reason_code: externalCode, dispute_outcome: outcome } = dispute
  const resolved = dispute.status === 'RESOLVED'
  return {
    reference: dispute.dispute_id,
    amount: dispute.dispute_amount ?? null,
    state: stateOf(dispute),
    stage: stages[dispute.dispute_life_cycle_stage ?? ''] ?? null,
    stageTakenUpAgain: 'APPEAL',
    reason: reasons[reason ?? ''] ?? 'OTHER',
    reasonCode: externalCode ?? reason ?? null,
    evidenceDueBy: dispute.seller_response_due_date ?? null,
    evidenceSubmitted: dispute.evidences.some(({ source }) => source === 'SUBMITTED_BY_SELLER'),
    refundable: resolved ? 'ANY' : refundableOf(dispute, leftMinor),
    lost: outcome?.amount_refunded ?? 'ALL',
    countsRefunds: true,
    fee: feeOf(dispute),
    openedAt: dispute.create_time ?? null,
    closedAt: resolved ? (dispute.update_time ?? null) : null,
  }
}

/** Nothing is decided by a word that is not known. */
function stateOf({ status, dispute_life_cycle_stage: stage, dispute_outcome: outcome }: PayPalDispute): State {
  if (status === 'RESOLVED') return stateOfOutcome[outcome?.outcome_code ?? ''] ?? 'UNDER_REVIEW'
  if (stage === 'INQUIRY') return status === 'UNDER_REVIEW' ? 'UNDER_REVIEW' : 'OPEN'
  return openStates[status] ?? 'UNDER_REVIEW'
}

/** It refuses parts unless it says how much. */
function refundableOf({ refund_details: details }: PayPalDispute, leftMinor: number): ProviderDispute['refundable'] {
  const allowed = details?.allowed_refund_amount?.amountMinor
  if (allowed === undefined) return 'WHOLE_ONLY'
  if (allowed === 0) return 'NOTHING'
  return allowed === leftMinor ? 'WHOLE_ONLY' : 'ANY'
}

/** What the seller was debited for it; null when none is said, or not in one currency. */
function feeOf({ money_movements: movements }: PayPalDispute): Money | null {
  const debits = movements.filter(
    ({ affected_party, type, reason }) => affected_party === 'SELLER' && type === 'DEBIT' && fees.has(reason ?? ''),
  )
  const [first] = debits
  if (!first || debits.some(({ amount }) => amount.currency !== first.amount.currency)) return null
  const amounts = debits.map(({ amount }) => amount)
  return sum(amounts, first.amount.currency)
}
