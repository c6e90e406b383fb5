/** Translates Stripe's disputes into the port's words. */
import type { ProviderDispute } from '../../payments/payment-provider.ts'
import { type Money, sum } from '../../values/money.ts'
import { moneyFromStripe } from './stripe-amount.ts'
import type { StripeDispute } from './stripe-objects.ts'

type Standing = Pick<ProviderDispute, 'state' | 'stage'>

/** docs.stripe.com/api/disputes/object: `warning_*` are inquiries, which take no money and close without a loss. */
const standings: Readonly<Record<string, Standing>> = {
  warning_needs_response: { state: 'OPEN', stage: 'INQUIRY' },
  warning_under_review: { state: 'UNDER_REVIEW', stage: 'INQUIRY' },
  warning_closed: { state: 'WITHDRAWN', stage: 'INQUIRY' },
  needs_response: { state: 'OPEN', stage: 'CHARGEBACK' },
  under_review: { state: 'UNDER_REVIEW', stage: 'CHARGEBACK' },
  appeal_needs_response: { state: 'OPEN', stage: 'APPEAL' },
  appeal_under_review: { state: 'UNDER_REVIEW', stage: 'APPEAL' },
  won: { state: 'WON', stage: null },
  lost: { state: 'LOST', stage: null },
  prevented: { state: 'WITHDRAWN', stage: 'INQUIRY' },
}

/** Nothing is decided by a word that is not known. */
const unknownStanding: Standing = { state: 'UNDER_REVIEW', stage: null }

const reasons: Readonly<Record<string, ProviderDispute['reason']>> = {
  credit_not_processed: 'REFUND_NOT_RECEIVED',
  debit_not_authorized: 'FRAUDULENT',
  duplicate: 'DUPLICATE',
  fraudulent: 'FRAUDULENT',
  product_not_received: 'NOT_RECEIVED',
  product_unacceptable: 'NOT_AS_DESCRIBED',
  subscription_canceled: 'CANCELLED',
  unrecognized: 'UNRECOGNISED',
}

export function disputeOf(dispute: StripeDispute): ProviderDispute {
  const { id, status, reason, network_reason_code, evidence_details: evidence } = dispute
  return {
    reference: id,
    amount: readable(dispute.amount, dispute.currency),
    ...(standings[status] ?? unknownStanding),
    stageTakenUpAgain: null,
    reason: reasons[reason ?? ''] ?? 'OTHER',
    reasonCode: network_reason_code ?? reason ?? null,
    evidenceDueBy: evidence?.due_by ?? null,
    evidenceSubmitted: (evidence?.submission_count ?? 0) > 0,
    refundable: dispute.is_charge_refundable ? 'ANY' : 'NOTHING',
    // What was refunded in time is not taken again: without a balance transaction nothing was.
    lost: dispute.balance_transactions?.length === 0 ? 'NOTHING' : 'ALL',
    countsRefunds: false,
    fee: feeOf(dispute),
    openedAt: dispute.created ?? null,
    // Stripe does not say when a dispute was closed; its event's time is the nearest there is.
    closedAt: null,
  }
}

/** Null when it cannot be read: that does not take the money with it. */
function readable(amount: number | undefined, currency: string | undefined): Money | null {
  try {
    return amount === undefined || currency === undefined ? null : moneyFromStripe(amount, currency)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Of all that moved for it; null while nothing has, or when one of them cannot be read. */
function feeOf({ balance_transactions: moved = [] }: StripeDispute): Money | null {
  const fees = moved.flatMap(({ fee, currency }) => readable(fee, currency) ?? [])
  const [first] = fees
  if (!first || fees.length < moved.length || fees.some(({ currency }) => currency !== first.currency)) return null
  return sum(fees, first.currency)
}
