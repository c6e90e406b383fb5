/** Settles a payment's refunds as its provider has them, dashboard refunds included. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type MoveCause, move } from '../store/history.ts'
import { afterRefusal } from './after-refusal.rules.ts'
import { type Change, noteChange } from './change.ts'
import { createRefund } from './create-refund.ts'
import { closeExcessCase, openExcessCase } from './excess-case.ts'
import type { Recording } from './paying.ts'
import type { Payment } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { ProviderRefund } from './payment-provider.ts'
import {
  isBackRefund,
  isOpenRefund,
  type RefundCause,
  refundStates,
  refundSteps,
  voidRefundStatuses,
} from './refund.states.ts'
import { Refund } from './refund.ts'

/** How long until somebody asks again about a refund that the bank takes its time over. */
const FOLLOWED_UP_AFTER_MS = 60_000

/** Brings our rows to what was seen, oldest first, and adds those that we did not ask for. `payment` is locked. */
export async function importRefunds(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  seen: readonly ProviderRefund[],
  why: MoveCause<RefundCause>,
): Promise<Change[]> {
  if (seen.length === 0) return []
  const known = await tx.find(Refund, { paymentId: payment.id }, { refresh: true })
  const changes: Change[] = []
  for (const one of [...seen].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())) {
    const ours = known.find((refund) => refund.reference === one.reference || isAnswerTo(refund, one))
    const before = ours?.status ?? null
    const refund = ours ?? (await addProviderRefund(tx, context, payment, one, why))
    await settleRefund(tx, context, payment, refund, one, why)
    changes.push(...noteChange('Refund', refund.id, one.reference, before, refund.status))
  }
  return changes
}

/** A refund that has failed here without ever being heard of there is over: what comes of it after all is another. */
function isAnswerTo({ id, status, reference }: Refund, { refundId, state }: ProviderRefund): boolean {
  const wasNeverMade = reference === null && voidRefundStatuses.includes(status)
  return id === refundId && !(wasNeverMade && (state === 'PENDING' || state === 'SUCCEEDED'))
}

/** Brings one refund to what was seen and tells what was paid for. Both rows are locked. */
export async function settleRefund(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  refund: Refund,
  seen: ProviderRefund,
  why: MoveCause<RefundCause>,
): Promise<void> {
  const before = refund.status
  const steps = refundSteps(before, seen.state)
  if (steps === null) {
    context.log.warn(
      { refundId: refund.id, from: before, to: seen.state },
      'the provider has a refund where it cannot be',
    )
    return
  }
  refund.reference ??= seen.reference
  for (const step of steps) move(tx, refundStates, refund, step, why)
  if (refund.status === 'PENDING') refund.waitingFor = seen.waitingFor
  if (steps.length === 0) return
  if (isOpenRefund(refund.status)) {
    await tx.flush()
    await paymentJobs.submitRefund.add(tx, { refundId: refund.id }, { afterMs: FOLLOWED_UP_AFTER_MS })
    return
  }
  await endRefund(tx, context, payment, refund, seen.failureReason, why.at)
}

const arrived = { failureReason: null, waitingFor: null }

/** A refund has just got to its end, or from success to failure: says when and why, and tells what was paid for. */
export async function endRefund(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  refund: Refund,
  failureReason: string | null,
  at: Date,
): Promise<void> {
  const ofTheWhole = refund.amountMinor === payment.capturedMinor
  refund.settledAt = at
  refund.nextTryAt = null
  Object.assign(
    refund,
    isBackRefund(refund.status) ? arrived : afterRefusal(failureReason ?? 'unknown', { ofTheWhole }),
  )
  await tx.flush()
  if (isBackRefund(refund.status)) {
    await context.paymentSubject.refunded(tx, payment, refund, at)
    await openExcessCase(tx, payment, at)
  } else {
    const facts = { refundId: refund.id, paymentId: payment.id, reason: refund.failureReason }
    context.log.warn(facts, 'a refund has failed: the money is here, or here again')
    await context.paymentSubject.refundFailed(tx, payment, refund, at)
    await closeExcessCase(tx, payment, at)
  }
}

/** A refund that somebody made at the provider: known from here on, and told as started. */
async function addProviderRefund(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  seen: ProviderRefund,
  why: MoveCause<RefundCause>,
): Promise<Refund> {
  const facts = {
    amountMinor: seen.amount.amountMinor,
    currency: seen.amount.currency,
    status: 'PENDING',
    origin: 'PROVIDER',
    reason: null,
    keepRegistration: false,
    attempt: 1,
    reference: seen.reference,
    requestedBy: null,
    requestedAt: seen.createdAt,
  } as const
  const refund = await createRefund(tx, payment, facts, { cause: 'REFUND_MADE_AT_PROVIDER', at: why.at })
  await context.paymentSubject.refundStarted(tx, payment, refund, why.at)
  if (seen.state === 'PENDING') {
    await paymentJobs.submitRefund.add(tx, { refundId: refund.id }, { afterMs: FOLLOWED_UP_AFTER_MS })
  }
  return refund
}
