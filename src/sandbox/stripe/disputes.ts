/** Opens, reviews, wins, loses and withdraws Stripe disputes. */
import { z } from 'zod'
import type { Charge, Dispute, StripeAccount } from './account.ts'
import { expanded } from './expand.ts'
import { listPage, madeWithin } from './lists.ts'
import { newDispute } from './new-dispute.ts'
import { checked, paging, retrieval, timeRange } from './parameters.ts'
import { noSuch, refused } from './refusal.ts'
import type { Route } from './route.ts'

/** How a dispute can stand, in the words of the control call, and Stripe's status for it. */
export const disputeOutcomes = ['open', 'under_review', 'won', 'lost', 'withdrawn'] as const
export type DisputeOutcome = (typeof disputeOutcomes)[number]

/** Stripe has no "withdrawn": an inquiry that is closed without becoming a chargeback is the nearest. */
const statusOfOutcome: Record<DisputeOutcome, Dispute['status']> = {
  open: 'needs_response',
  under_review: 'under_review',
  won: 'won',
  lost: 'lost',
  withdrawn: 'warning_closed',
}
const closedStatuses = new Set(['won', 'lost', 'warning_closed'])
/** Banks take up again what they have decided. */
const decidedAnew: ReadonlySet<DisputeOutcome> = new Set(['under_review', 'won', 'lost'])
/** While money is taken back by the bank, or is gone, nothing can be refunded besides. */
const blocksRefunds = new Set(['needs_response', 'under_review', 'lost'])

/** The dispute because of which this charge cannot be refunded, if there is one. */
export function disputeThatBlocksRefunds({ state }: StripeAccount, charge: Charge): Dispute | undefined {
  return Object.values(state.disputes).find(
    (dispute) => dispute.charge === charge.id && blocksRefunds.has(dispute.status),
  )
}

/**
 * Brings the charge's dispute to this outcome, opening one first where there is none; one that has ended is reviewed or
 * decided anew. Throws StripeRefusal where the charge was not paid, or its dispute has ended and would be opened or withdrawn.
 */
export function disputeCharge(account: StripeAccount, charge: Charge, outcome: DisputeOutcome): Dispute {
  if (!charge.paid) throw refused(`Charge ${charge.id} was not paid; it cannot be disputed.`)
  const existing = Object.values(account.state.disputes).find((dispute) => dispute.charge === charge.id)
  if (existing && closedStatuses.has(existing.status) && !decidedAnew.has(outcome)) {
    throw refused(`The dispute of charge ${charge.id} is closed: ${existing.status}.`)
  }
  const dispute = existing ?? openDispute(account, charge, outcome === 'withdrawn')
  if (outcome !== 'open') settle(account, charge, dispute, outcome)
  return dispute
}

function openDispute(account: StripeAccount, charge: Charge, asInquiry: boolean): Dispute {
  const dispute = newDispute(account, charge, asInquiry)
  account.state.disputes[dispute.id] = dispute
  charge.disputed = true
  account.changed('charges', charge.id)
  account.emit('charge.dispute.created', dispute)
  if (!asInquiry) account.emit('charge.dispute.funds_withdrawn', dispute)
  return dispute
}

function settle(account: StripeAccount, charge: Charge, dispute: Dispute, outcome: DisputeOutcome): void {
  const previous = { status: dispute.status }
  dispute.status = statusOfOutcome[outcome]
  dispute.is_charge_refundable = !blocksRefunds.has(dispute.status) && !charge.refunded
  if (outcome === 'under_review') {
    dispute.evidence_details = { ...dispute.evidence_details, has_evidence: true, submission_count: 1 }
    account.emit('charge.dispute.updated', dispute, previous)
    return
  }
  account.emit('charge.dispute.closed', dispute, previous)
  const wasTaken = blocksRefunds.has(previous.status)
  if (outcome !== 'lost' && wasTaken) account.emit('charge.dispute.funds_reinstated', dispute)
  if (outcome === 'lost' && !wasTaken) account.emit('charge.dispute.funds_withdrawn', dispute)
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
