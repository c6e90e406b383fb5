/** Expires an enrolment whose hold has ended without payment. */
import { learnerIdOf } from '../auth/permissions.ts'
import { type Context, TryAgainLater } from '../context.ts'
import { closePayment } from '../payments/close-payment.ts'
import { type LookCause, openPaymentStatuses } from '../payments/payment.states.ts'
import { Payment, type PaymentStatus } from '../payments/payment.ts'
import { paymentJobs } from '../payments/payment-jobs.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { findEnrolment, lockEnrolment, moveEnrolment } from './change-enrolment.ts'
import { enrolmentJobs, givenUpAt } from './enrolment-jobs.ts'

/** Money that is on its way decides by itself; until then the place is held on. */
const LOOK_AGAIN_SECONDS = 60

/** Expires the enrolment if its hold has ended and nothing was paid. Throws TryAgainLater while it is too early to say. */
export async function expire(context: Context, enrolmentId: string): Promise<void> {
  const enrolment = await findEnrolment(context.em, enrolmentId)
  if (enrolment?.status !== 'PENDING_PAYMENT' || enrolment.holdExpiresAt === null) return
  const remainingMs = givenUpAt(enrolment.holdExpiresAt).getTime() - context.now().getTime()
  if (remainingMs > 0) throw new TryAgainLater('the place is held still', Math.ceil(remainingMs / 1000))
  const statuses = await closeOpenPayments(context, enrolmentId, 'EXPIRED', 'HOLD_ENDED')
  if (statuses.includes('PROCESSING')) throw new TryAgainLater('a payment is under way', LOOK_AGAIN_SECONDS)
  const at = context.now()
  await inTransaction(context.em, async (tx) => {
    const row = await lockEnrolment(tx, enrolmentId)
    if (row.status !== 'PENDING_PAYMENT' || row.holdExpiresAt === null || givenUpAt(row.holdExpiresAt) > at) return
    await moveEnrolment(tx, row, 'EXPIRED', { cause: 'HOLD_ENDED', at })
  })
}

/** Closes every open payment of the enrolment and answers how they stand. */
export async function closeOpenPayments(
  context: Context,
  enrolmentId: string,
  to: 'CANCELLED' | 'EXPIRED',
  cause: LookCause,
): Promise<PaymentStatus[]> {
  const open = { enrolmentId, status: { $in: [...openPaymentStatuses] } }
  return closePayments(context, await context.em.fork({ clear: true }).find(Payment, open), to, cause)
}

/**
 * Closes open payments at their provider and answers how they stand. One whose provider does not answer is left as it is,
 * with a job that closes it: should it be paid meanwhile, the money is kept or goes back.
 */
export async function closePayments(
  context: Context,
  payments: readonly Payment[],
  to: 'CANCELLED' | 'EXPIRED',
  cause: LookCause,
): Promise<PaymentStatus[]> {
  const statuses: PaymentStatus[] = []
  const actor = learnerIdOf(context.viewer) === null ? null : context.viewer.key
  for (const { id, status } of payments) {
    try {
      statuses.push(await closePayment(context, id, to, cause, actor))
    } catch (failure) {
      if (!isUpstreamFailure(failure)) throw failure
      statuses.push(status)
      await inTransaction(context.em, (tx) => paymentJobs.close.add(tx, { paymentId: id }))
    }
  }
  return statuses
}

export const expireEnrolmentJob = enrolmentJobs.expire.runs((context: Context, { enrolmentId }) =>
  expire(context, enrolmentId),
)
