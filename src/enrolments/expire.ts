/** Frees a place that nobody paid for in time: closes the provider's page first, so that no late money surprises. */
import { LockMode } from '@mikro-orm/postgresql'
import { type Context, type Job, TryAgainLater } from '../context.ts'
import { closePayment } from '../payments/close-payment.ts'
import { Payment } from '../payments/payment.ts'
import { move } from '../store/history.ts'
import { addJob, announce, inTransaction } from '../store/transaction.ts'
import { isOutsideFailure } from '../values/outside-failure.ts'
import { enrolmentStates } from './enrolment.states.ts'
import { Enrolment } from './enrolment.ts'

const open = ['CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN'] as const

/** Closes every open payment of the enrolment at its provider. Throws OutsideFailure. */
export async function closePayments(
  context: Context,
  enrolmentId: string,
  to: 'CANCELLED' | 'EXPIRED',
  cause: string,
): Promise<void> {
  const payments = await context.em.fork().find(Payment, { enrolmentId, status: { $in: [...open] } })
  for (const payment of payments) await closePayment(context, payment.id, to, cause)
}

/** Moves an unpaid enrolment there, unless it was paid meanwhile. Answers whether it moved. */
export function endUnpaid(
  context: Context,
  enrolmentId: string,
  to: 'CANCELLED' | 'EXPIRED',
  why: { cause: string; actor: string | null },
): Promise<boolean> {
  return inTransaction(context.em, async (tx) => {
    const enrolment = await tx.findOneOrFail(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (enrolment.status !== 'PENDING_PAYMENT') return false
    move(tx, enrolmentStates, enrolment, to, { ...why, at: context.now() })
    await announce(tx, 'enrolment', enrolmentId)
    return true
  })
}

/** Runs when a hold ends; a hold that was prolonged meanwhile is looked at again at its new end. */
export const expireEnrolmentJob: Job = {
  task: 'expire_enrolment',
  async run(context, payload) {
    const enrolmentId = payload.enrolmentId as string
    const enrolment = await context.em.fork().findOneOrFail(Enrolment, enrolmentId)
    if (enrolment.status !== 'PENDING_PAYMENT' || !enrolment.holdExpiresAt) return
    if (enrolment.holdExpiresAt > context.now()) {
      const runAt = new Date(enrolment.holdExpiresAt.getTime() + 1000)
      await inTransaction(context.em, (tx) =>
        addJob(tx, 'expire_enrolment', { enrolmentId }, { key: `expire-again:${enrolmentId}`, runAt }),
      )
      return
    }
    try {
      await closePayments(context, enrolmentId, 'EXPIRED', 'HOLD_ENDED')
    } catch (error) {
      if (isOutsideFailure(error)) throw new TryAgainLater(error.message, error.retryAfterSeconds)
      throw error
    }
    await endUnpaid(context, enrolmentId, 'EXPIRED', { cause: 'HOLD_ENDED', actor: null })
  },
}
