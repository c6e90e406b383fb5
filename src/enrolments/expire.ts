/** Gives up a place whose hold has ended without payment: closes what could still be paid, then EXPIRED. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type Context, type Job, TryAgainLater } from '../context.ts'
import { closePayment } from '../payments/close-payment.ts'
import { type LookCause, openPaymentStatuses } from '../payments/payment.states.ts'
import { Payment, type PaymentStatus } from '../payments/payment.ts'
import { addJob, inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { findEnrolment, lockEnrolment, moveEnrolment } from './change-enrolment.ts'

/** Money that is on its way decides by itself; until then the place is held on. */
const LOOK_AGAIN_SECONDS = 60

/** Expires the enrolment if its hold has ended and nothing was paid. Throws TryAgainLater while it is too early to say. */
export async function expire(context: Context, enrolmentId: string): Promise<void> {
  const enrolment = await findEnrolment(context.em, enrolmentId)
  if (enrolment?.status !== 'PENDING_PAYMENT' || enrolment.holdExpiresAt === null) return
  const remainingMs = enrolment.holdExpiresAt.getTime() - context.now().getTime()
  if (remainingMs > 0) throw new TryAgainLater('the place is held still', Math.ceil(remainingMs / 1000))
  const statuses = await closeOpenPayments(context, enrolmentId, 'EXPIRED', 'HOLD_ENDED')
  if (statuses.includes('PROCESSING')) throw new TryAgainLater('a payment is under way', LOOK_AGAIN_SECONDS)
  const at = context.now()
  await inTransaction(context.em, async (tx) => {
    const row = await lockEnrolment(tx, enrolmentId)
    if (row.status !== 'PENDING_PAYMENT' || row.holdExpiresAt === null || row.holdExpiresAt > at) return
    await moveEnrolment(tx, row, 'EXPIRED', { cause: 'HOLD_ENDED', at })
  })
}

/**
 * Closes every open payment of the enrolment at its provider and answers how they stand. One whose provider does not
 * answer is left as it is, with a job that closes it: should it be paid meanwhile, the money is kept or goes back.
 */
export async function closeOpenPayments(
  context: Context,
  enrolmentId: string,
  to: 'CANCELLED' | 'EXPIRED',
  cause: LookCause,
): Promise<PaymentStatus[]> {
  const open = { enrolmentId, status: { $in: [...openPaymentStatuses] } }
  const payments = await context.em.fork({ clear: true }).find(Payment, open)
  const statuses: PaymentStatus[] = []
  for (const { id, status } of payments) {
    try {
      statuses.push(await closePayment(context, id, to, cause, context.viewer.learner ? context.viewer.key : null))
    } catch (failure) {
      if (!isUpstreamFailure(failure)) throw failure
      statuses.push(status)
      await inTransaction(context.em, (tx) => closeSoon(tx, id))
    }
  }
  return statuses
}

function closeSoon(tx: EntityManager, paymentId: string): Promise<void> {
  return addJob(tx, 'close_payment', { paymentId }, { key: `close_payment:${paymentId}`, maxAttempts: 100 })
}

/** Sets when the hold is looked at, in place of an earlier time. */
export function expireAt(tx: EntityManager, enrolmentId: string, runAt: Date): Promise<void> {
  return addJob(tx, 'expire_enrolment', { enrolmentId }, { key: `expire_enrolment:${enrolmentId}`, runAt })
}

export const expireEnrolmentJob: Job = {
  task: 'expire_enrolment',
  run: (context, payload) => expire(context, payload.enrolmentId as string),
}
