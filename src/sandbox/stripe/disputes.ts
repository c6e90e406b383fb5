/** Brings Stripe disputes to an outcome, from wherever they are, and lists them. */
import { z } from 'zod'
import type { Charge, Dispute, StripeAccount } from './account.ts'
import { moveMoney, takenBy } from './dispute-money.ts'
import { expanded } from './expand.ts'
import { listPage, madeWithin } from './lists.ts'
import { newDispute } from './new-dispute.ts'
import { checked, paging, retrieval, timeRange } from './parameters.ts'
import { noSuch, refused } from './refusal.ts'
import type { Route } from './route.ts'

/** How a dispute can stand, in the words of the control call, and Stripe's status for it. */
const statusOfOutcome = {
  inquiry: 'warning_needs_response',
  inquiry_review: 'warning_under_review',
  open: 'needs_response',
  under_review: 'under_review',
  won: 'won',
  lost: 'lost',
  // Stripe has no "withdrawn": an inquiry that is closed without becoming a chargeback is the nearest.
  withdrawn: 'warning_closed',
  prevented: 'prevented',
  appeal_open: 'appeal_needs_response',
  appeal_under_review: 'appeal_under_review',
} as const
export type DisputeOutcome = keyof typeof statusOfOutcome
export const disputeOutcomes = Object.keys(statusOfOutcome) as [DisputeOutcome, ...DisputeOutcome[]]

const inquiries = new Set(['warning_needs_response', 'warning_under_review'])
const reviews = new Set(['warning_under_review', 'under_review', 'appeal_under_review'])
const closed = new Set(['won', 'lost', 'warning_closed', 'prevented'])
/** The bank has the money back. */
const taking = new Set(['needs_response', 'under_review', 'lost', 'appeal_needs_response', 'appeal_under_review'])
/** Those that begin with a question, or before it came to a claim. */
const beginAsInquiry: ReadonlySet<DisputeOutcome> = new Set(['inquiry', 'inquiry_review', 'withdrawn', 'prevented'])

export interface DisputeWish {
  outcome: DisputeOutcome
  /** In Stripe's unit; without it all that is left of the charge, or what it was before. */
  amount?: number | undefined
  reason?: string | undefined
  dueBy?: number | undefined
  fee?: number | undefined
  refundable?: boolean | undefined
}

/** The dispute because of which nothing of this charge can be refunded now, if there is one. */
export function disputeThatBlocksRefunds({ state }: StripeAccount, charge: Charge): Dispute | undefined {
  return disputesOf(state, charge).find((dispute) => !closed.has(dispute.status) && !dispute.is_charge_refundable)
}

/** What the bank has taken back of the charge by disputes: it cannot be refunded besides. */
export function takenFrom({ state }: StripeAccount, charge: Charge): number {
  return disputesOf(state, charge).reduce((sum, dispute) => sum + takenBy(dispute), 0)
}

const disputesOf = (state: StripeAccount['state'], charge: Charge): Dispute[] =>
  Object.values(state.disputes).filter((dispute) => dispute.charge === charge.id)

/**
 * Brings the charge's dispute to this outcome, beginning one where there is none. Throws StripeRefusal where the charge was
 * not paid.
 */
export function disputeCharge(account: StripeAccount, charge: Charge, wish: DisputeWish): Dispute {
  if (!charge.paid) throw refused(`Charge ${charge.id} was not paid; it cannot be disputed.`)
  const [existing] = disputesOf(account.state, charge)
  if (existing) return settle(account, charge, existing, wish)
  const begun = beginAsInquiry.has(wish.outcome) ? 'inquiry' : 'open'
  const dispute = newDispute(account, charge, begun === 'inquiry')
  account.state.disputes[dispute.id] = dispute
  charge.disputed = true
  account.changed('charges', charge.id)
  apply(charge, dispute, { ...wish, outcome: begun })
  account.emit('charge.dispute.created', dispute)
  follow(account, dispute, wish.fee)
  return begun === wish.outcome ? dispute : settle(account, charge, dispute, wish)
}

/** The whole of an inquired charge has gone back: there is nothing left to ask about. */
export function closeInquiry(account: StripeAccount, charge: Charge): void {
  const inquiry = disputesOf(account.state, charge).find(({ status }) => inquiries.has(status))
  if (inquiry) settle(account, charge, inquiry, { outcome: 'withdrawn' })
}

function settle(account: StripeAccount, charge: Charge, dispute: Dispute, wish: DisputeWish): Dispute {
  const previous = { status: dispute.status }
  apply(charge, dispute, wish)
  const ended = closed.has(dispute.status) && dispute.status !== previous.status
  account.emit(ended ? 'charge.dispute.closed' : 'charge.dispute.updated', dispute, previous)
  follow(account, dispute, wish.fee)
  return dispute
}

function apply(charge: Charge, dispute: Dispute, wish: DisputeWish): void {
  const { amount, reason, dueBy, refundable, outcome } = wish
  const status = statusOfOutcome[outcome]
  dispute.status = status
  dispute.amount = amount ?? dispute.amount
  dispute.reason = reason ?? dispute.reason
  dispute.is_charge_refundable = refundable ?? (!taking.has(status) && !charge.refunded)
  const details = { ...dispute.evidence_details, due_by: dueBy ?? dispute.evidence_details.due_by }
  dispute.evidence_details = reviews.has(status) ? { ...details, has_evidence: true, submission_count: 1 } : details
}

/** The money is where the status says: taken by the bank, or here again. */
function follow(account: StripeAccount, dispute: Dispute, fee?: number): void {
  const moved = moveMoney(account, dispute, taking.has(dispute.status) ? dispute.amount : 0, fee)
  if (moved === 0) return
  account.emit(moved < 0 ? 'charge.dispute.funds_withdrawn' : 'charge.dispute.funds_reinstated', dispute)
}

const disputeList = z.strictObject({
  ...paging,
  created: timeRange.optional(),
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
})

export function disputeRoutes({ state }: StripeAccount): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/disputes',
      operation: 'disputes.list',
      handle({ params }) {
        const asked = checked(disputeList, params)
        const found = Object.values(state.disputes).filter(
          (dispute) =>
            madeWithin(dispute, asked.created) &&
            (asked.charge === undefined || dispute.charge === asked.charge) &&
            (asked.payment_intent === undefined || dispute.payment_intent === asked.payment_intent),
        )
        return expanded(state, listPage(found, asked, '/v1/disputes'), asked.expand)
      },
    },
    {
      method: 'GET',
      path: '/v1/disputes/:id',
      operation: 'disputes.retrieve',
      handle({ id, params }) {
        const dispute = state.disputes[id]
        if (!dispute) throw noSuch('dispute', id, 'dispute')
        return expanded(state, dispute, checked(retrieval, params).expand)
      },
    },
  ]
}
