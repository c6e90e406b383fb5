/** Opens, reviews, resolves and withdraws PayPal disputes. */
import type { Answer } from '../faults.ts'
import { refundedMinor, setStatus, tellCapture } from './captures.ts'
import { minorOf, moneyOf } from './decimal-money.ts'
import { disputeSummary, disputeView } from './dispute-view.ts'
import { type Capture, type Dispute, type PaypalMerchant, wholeSeconds } from './merchant.ts'
import { newId } from './new-id.ts'
import { noSuch, PaypalRefusal, refused } from './refusal.ts'
import type { Route } from './route.ts'

/** How a dispute can stand, in the words of the control call. */
export const disputeOutcomes = ['open', 'under_review', 'won', 'lost', 'withdrawn'] as const
export type DisputeOutcome = (typeof disputeOutcomes)[number]

const outcomeCodes = {
  won: 'RESOLVED_SELLER_FAVOUR',
  lost: 'RESOLVED_BUYER_FAVOUR',
  withdrawn: 'CANCELED_BY_BUYER',
} as const

/** The dispute of this capture, if there is one. */
export function disputeOf({ state }: PaypalMerchant, capture: Capture): Dispute | undefined {
  return Object.values(state.disputes).find((dispute) => dispute.captureId === capture.id)
}

/**
 * Brings the capture's dispute to this outcome, opening one first where there is none.
 * Throws PaypalRefusal where the capture was not completed, or its dispute is resolved already.
 */
export function disputeCapture(
  merchant: PaypalMerchant,
  capture: Capture,
  outcome: DisputeOutcome,
  withoutAmount = false,
): object {
  if (capture.status === 'PENDING' || capture.status === 'DECLINED') throw refused('TRANSACTION_REFUSED')
  const existing = disputeOf(merchant, capture)
  if (existing?.status === 'RESOLVED') {
    const description = `The dispute is resolved: ${existing.outcome}.`
    throw new PaypalRefusal(409, [{ issue: 'DISPUTE_RESOLVED', description }])
  }
  const dispute = existing ?? openDispute(merchant, capture, withoutAmount)
  if (outcome === 'under_review') {
    move(merchant, dispute, 'UNDER_REVIEW', null)
    tell(merchant, dispute, 'UPDATED')
  } else if (outcome !== 'open') {
    resolve(merchant, capture, dispute, outcome)
  }
  return disputeView(merchant, dispute)
}

function openDispute(merchant: PaypalMerchant, capture: Capture, withoutAmount: boolean): Dispute {
  const at = wholeSeconds(merchant.now())
  const left = minorOf(capture.amount) - refundedMinor(merchant, capture, ['COMPLETED', 'PENDING'])
  const dispute: Dispute = {
    id: `PP-D-${newId(8)}`,
    captureId: capture.id,
    status: 'OPEN',
    outcome: null,
    amount: moneyOf(left, capture.amount.currency_code),
    ...(withoutAmount && { withoutAmount }),
    createdAt: at,
    updatedAt: at,
  }
  merchant.state.disputes[dispute.id] = dispute
  tell(merchant, dispute, 'CREATED')
  return dispute
}

/** A lost dispute takes the money back: the capture is reversed, without a refund of the merchant's own. */
function resolve(
  merchant: PaypalMerchant,
  capture: Capture,
  dispute: Dispute,
  outcome: keyof typeof outcomeCodes,
): void {
  move(merchant, dispute, 'RESOLVED', outcomeCodes[outcome])
  tell(merchant, dispute, 'RESOLVED')
  if (outcome !== 'lost') return
  setStatus(merchant, capture, 'REFUNDED', 'CHARGEBACK')
  tellCapture(merchant, capture, 'REVERSED')
}

function move(
  merchant: PaypalMerchant,
  dispute: Dispute,
  status: Dispute['status'],
  outcome: Dispute['outcome'],
): void {
  dispute.status = status
  dispute.outcome = outcome
  dispute.updatedAt = wholeSeconds(merchant.now())
  merchant.changed()
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
