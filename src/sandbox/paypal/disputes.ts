/** Brings PayPal disputes to an outcome, from wherever they are, and lists them. */
import type { Answer } from '../faults.ts'
import type { Money } from './decimal-money.ts'
import { minorOf, moneyOf } from './decimal-money.ts'
import { giveBack, takeBack } from './dispute-money.ts'
import { disputeSummary, disputeView } from './dispute-view.ts'
import { type Capture, type Dispute, type PaypalMerchant, wholeSeconds } from './merchant.ts'
import { newId } from './new-id.ts'
import { noSuch, PaypalRefusal, refused } from './refusal.ts'
import type { Route } from './route.ts'

/** How a dispute can stand, in the words of the control call, and PayPal's for it. */
const standings = {
  open: { status: 'OPEN', outcome: null },
  waiting_for_seller: { status: 'WAITING_FOR_SELLER_RESPONSE', outcome: null },
  waiting_for_buyer: { status: 'WAITING_FOR_BUYER_RESPONSE', outcome: null },
  under_review: { status: 'UNDER_REVIEW', outcome: null },
  appeal: { status: 'UNDER_REVIEW', outcome: null },
  won: { status: 'RESOLVED', outcome: 'RESOLVED_SELLER_FAVOUR' },
  lost: { status: 'RESOLVED', outcome: 'RESOLVED_BUYER_FAVOUR' },
  withdrawn: { status: 'RESOLVED', outcome: 'CANCELED_BY_BUYER' },
  payout: { status: 'RESOLVED', outcome: 'RESOLVED_WITH_PAYOUT' },
} as const satisfies Record<string, Pick<Dispute, 'status' | 'outcome'>>
type DisputeOutcome = keyof typeof standings
export const disputeOutcomes = Object.keys(standings) as [DisputeOutcome, ...DisputeOutcome[]]

export interface DisputeWish {
  outcome: DisputeOutcome
  stage?: Dispute['stage'] | undefined
  amount?: Money | undefined
  /** How much went back when it is lost, refunds made since it was opened among it; all that is disputed without it. */
  refunded?: Money | undefined
  /** Whether what went back shows among the order's refunds. */
  listed: boolean
  reason?: Dispute['reason'] | undefined
  dueAt?: string | undefined
  fee?: Money | undefined
  allowedRefund?: Money | undefined
  withoutAmount: boolean
}

/** The dispute of this capture, if there is one. */
export function disputeOf({ state }: PaypalMerchant, capture: Capture): Dispute | undefined {
  return Object.values(state.disputes).find((dispute) => dispute.captureId === capture.id)
}

/**
 * Brings the capture's dispute to this outcome, opening one where there is none. Throws PaypalRefusal where the capture was
 * not completed, or where it would be taken up again without having been resolved.
 */
export function disputeCapture(merchant: PaypalMerchant, capture: Capture, wish: DisputeWish): object {
  if (capture.status === 'PENDING' || capture.status === 'DECLINED') throw refused('TRANSACTION_REFUSED')
  const existing = disputeOf(merchant, capture)
  if (wish.outcome === 'appeal' && existing?.status !== 'RESOLVED') {
    const description = 'Only a dispute that is resolved can be appealed.'
    throw new PaypalRefusal(409, [{ issue: 'DISPUTE_NOT_RESOLVED', description }])
  }
  const dispute = existing ?? openDispute(merchant, capture, wish)
  if (existing || wish.outcome !== 'open') settle(merchant, capture, dispute, wish)
  return disputeView(merchant, dispute)
}

function openDispute(merchant: PaypalMerchant, capture: Capture, wish: DisputeWish): Dispute {
  const at = wholeSeconds(merchant.now())
  const back = Object.values(merchant.state.refunds)
    .filter(({ captureId, status }) => captureId === capture.id && (status === 'COMPLETED' || status === 'PENDING'))
    .reduce((sum, { amount }) => sum + minorOf(amount), 0)
  const dispute: Dispute = {
    id: `PP-D-${newId(8)}`,
    captureId: capture.id,
    status: 'OPEN',
    outcome: null,
    stage: 'CHARGEBACK',
    reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
    amount: moneyOf(minorOf(capture.amount) - back, capture.amount.currency_code),
    ...(wish.withoutAmount && { withoutAmount: true }),
    createdAt: at,
    updatedAt: at,
  }
  applyFacts(dispute, wish)
  merchant.state.disputes[dispute.id] = dispute
  tell(merchant, dispute, 'CREATED')
  return dispute
}

function applyFacts(dispute: Dispute, { stage, amount, reason, dueAt, fee, allowedRefund }: DisputeWish): void {
  dispute.stage = stage ?? dispute.stage
  dispute.amount = amount ?? dispute.amount
  dispute.reason = reason ?? dispute.reason
  if (dueAt !== undefined) dispute.dueAt = dueAt
  if (fee !== undefined) dispute.fee = fee
  if (allowedRefund !== undefined) dispute.allowedRefund = allowedRefund
}

function settle(merchant: PaypalMerchant, capture: Capture, dispute: Dispute, wish: DisputeWish): void {
  const wasLost = dispute.outcome === 'RESOLVED_BUYER_FAVOUR'
  const { status, outcome } = standings[wish.outcome]
  applyFacts(dispute, wish)
  dispute.status = status
  dispute.outcome = outcome
  dispute.updatedAt = wholeSeconds(merchant.now())
  if (wasLost) giveBack(merchant, capture, dispute)
  if (wish.outcome === 'lost') dispute.refunded = wish.refunded ?? dispute.amount
  merchant.changed()
  tell(merchant, dispute, status === 'RESOLVED' ? 'RESOLVED' : 'UPDATED')
  if (wish.outcome === 'lost') takeBack(merchant, capture, dispute, wish.listed)
}

function tell(merchant: PaypalMerchant, dispute: Dispute, what: 'CREATED' | 'UPDATED' | 'RESOLVED'): void {
  merchant.emit({
    type: `CUSTOMER.DISPUTE.${what}`,
    resourceType: 'dispute',
    summary:
      what === 'CREATED'
        ? `A new dispute opened with Case # ${dispute.id}`
        : `Case # ${dispute.id} ${what.toLowerCase()}`,
    resource: disputeView(merchant, dispute),
  })
}

function listDisputes(merchant: PaypalMerchant, query: URLSearchParams): Answer {
  const transaction = query.get('disputed_transaction_id')
  const after = Date.parse(query.get('update_time_after') ?? query.get('start_time') ?? '') || 0
  const limit = Math.min(Math.max(Number(query.get('page_size') ?? 10) || 10, 1), 50)
  const found = Object.values(merchant.state.disputes)
    .filter((dispute) => transaction === null || dispute.captureId === transaction)
    .filter((dispute) => Date.parse(dispute.updatedAt) >= after)
    .reverse()
  const from = Math.max(0, Number(query.get('next_page_token') ?? 0) || 0)
  const items = found.slice(from, from + limit).map((dispute) => disputeSummary(merchant, dispute))
  const address = `${merchant.url}/v1/customer/disputes`
  const links = [{ href: `${address}?${query}`, rel: 'self', method: 'GET' }]
  if (found.length > from + limit) {
    const next = new URLSearchParams(query)
    next.set('next_page_token', String(from + limit))
    links.push({ href: `${address}?${next}`, rel: 'next', method: 'GET' })
  }
  // The official schema has no empty list: without disputes there are no items.
  return { status: 200, body: { ...(items.length > 0 && { items }), links } }
}

export function disputeRoutes(merchant: PaypalMerchant): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/customer/disputes',
      operation: 'disputes.list',
      handle: ({ query }) => listDisputes(merchant, query),
    },
    {
      method: 'GET',
      path: '/v1/customer/disputes/:id',
      operation: 'disputes.get',
      handle({ id }) {
        const dispute = merchant.state.disputes[id]
        if (!dispute) throw noSuch(id, 'dispute_id')
        return { status: 200, body: disputeView(merchant, dispute) }
      },
    },
  ]
}
