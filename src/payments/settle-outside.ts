/** Records money that was paid back some other way than through its provider. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type MoveCause, move } from '../store/history.ts'
import { addRefund, placeInWish, RefundExceeds } from './add-refund.ts'
import { balanceOf, refundsOf } from './balance.ts'
import { createRefund } from './create-refund.ts'
import { isWithProvider } from './outside-refusal.rules.ts'
import { issuePapers } from './papers/issue-papers.ts'
import { recordReferences } from './papers/record-references.ts'
import type { Recording } from './paying.ts'
import type { Payment } from './payment.ts'
import { isOpenRefund, type RefundCause, refundStates } from './refund.states.ts'
import { Refund } from './refund.ts'
import { settleRefundCases } from './refund-cases.ts'
import { endRefund } from './settle-refund.ts'
import { fulfils, unfulfilledWish } from './unfulfilled-wish.rules.ts'

export interface OutsideSettlement {
  amountMinor: number
  /** Whether the registration outlives it. */
  keepRegistration: boolean
  /** How, e.g. bank transfer. */
  method: string
  reference: string
  /** On which day. */
  settledOn: string
  reason: string
  /** Any row of the wish that it fulfils; null for the payment's last, or for one of its own when there is none. */
  wish: Pick<Refund, 'wishId'> | null
  /** Viewer key of the operator. */
  actor: string
  now: Date
}

/** A refund of the payment is with its provider, who may yet pay it. */
export class RefundWithProvider extends Error {
  override readonly name = 'RefundWithProvider'
}

/**
 * Makes the row, and then exactly what follows when a refund of that amount succeeds. What of the wish waits for its turn
 * is called off; where it was more, the rest goes on waiting. The input has passed its rules and the payment is locked.
 * Throws RefundExceeds above what is left, and RefundWithProvider.
 */
export async function settleOutside(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  settlement: OutsideSettlement,
): Promise<Refund> {
  const { amountMinor, actor, now } = settlement
  const refunds = await refundsOf(tx, payment)
  if (refunds.some(isWithProvider)) throw new RefundWithProvider()
  const last = lastOfWish(refunds, settlement.wish)
  const waiting = last !== null && isOpenRefund(last.status) ? last : null
  const { leftMinor } = await balanceOf(tx, payment)
  const mostMinor = leftMinor + (waiting?.amountMinor ?? 0)
  if (amountMinor > mostMinor) throw new RefundExceeds(mostMinor)
  const why: MoveCause<RefundCause> = { cause: 'SETTLED_OUTSIDE', actor, at: now }
  if (waiting) callOff(tx, waiting, why)
  const whole = waiting !== null || (last !== null && fulfils(amountMinor, last, leftMinor))
  const place = await placeInWish(tx, last, whole)
  const refund = await addSettled(tx, payment, settlement, place, why)
  // What is not settled of it stays a wish, and its last row.
  if (waiting && amountMinor < waiting.amountMinor) await addRest(tx, payment, waiting, amountMinor, now)
  if (last && whole) last.waitingFor = null
  if (last) last.nextTryAt = null
  await endRefund(tx, context, payment, refund, null, now)
  await tx.flush()
  await recordReferences(tx, payment, [{ kind: 'OUTSIDE', value: refund.outsideReference }])
  await issuePapers(tx, context, payment)
  await settleRefundCases(tx, now, payment.id)
  await context.paymentSubject.changed(tx, payment)
  return refund
}

/** What has arrived is no wish any more. */
function lastOfWish(refunds: readonly Refund[], wish: OutsideSettlement['wish']): Refund | null {
  return unfulfilledWish(wish ? refunds.filter(({ wishId }) => wishId === wish.wishId) : refunds)
}

function callOff(tx: EntityManager, waiting: Refund, why: MoveCause<RefundCause>): void {
  move(tx, refundStates, waiting, 'CANCELLED', why)
  waiting.settledAt = why.at
}

/** Tried when the whole would have been. */
async function addRest(
  tx: EntityManager,
  payment: Payment,
  whole: Refund,
  settledMinor: number,
  now: Date,
): Promise<void> {
  const { origin, reason, keepRegistration, requestedBy, waitingFor, nextTryAt } = whole
  // Those of the provider are never here before they are there.
  if (origin === 'PROVIDER') return
  await addRefund(tx, payment, {
    amountMinor: whole.amountMinor - settledMinor,
    origin,
    reason,
    keepRegistration,
    requestedBy,
    wish: whole,
    wait: waitingFor && nextTryAt ? { waitingFor, until: nextTryAt } : undefined,
    now,
  })
}

async function addSettled(
  tx: EntityManager,
  payment: Payment,
  { amountMinor, keepRegistration, method, reference, settledOn, reason, actor, now }: OutsideSettlement,
  place: Awaited<ReturnType<typeof placeInWish>>,
  why: MoveCause<RefundCause>,
): Promise<Refund> {
  const facts = {
    amountMinor,
    currency: payment.capturedCurrency ?? payment.currency,
    status: 'REQUESTED',
    origin: 'OPERATOR',
    reason: null,
    keepRegistration,
    ...place,
    reference: null,
    requestedBy: actor,
    requestedAt: now,
  } as const
  const refund = await createRefund(tx, payment, facts, { cause: 'REFUND_REQUESTED_BY_OPERATOR', actor, at: now })
  refund.outsideMethod = method.trim()
  refund.outsideReference = reference.trim()
  refund.outsideSettledOn = settledOn
  refund.outsideReason = reason.trim()
  move(tx, refundStates, refund, 'SETTLED_OUTSIDE', why)
  return refund
}
