/** Refunds a payment in full when the partner will not register the learner. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { refundInFull } from '../payments/add-refund.ts'
import { lockPayment } from '../payments/paying.ts'
import { Payment } from '../payments/payment.ts'
import type { Refund } from '../payments/refund.ts'
import type { MoveCause } from '../store/history.ts'
import { inTransaction } from '../store/transaction.ts'
import { lockAfterOrigin, moveEnrolment } from './change-enrolment.ts'
import { finishEnding } from './end-enrolment.ts'
import { type EnrolmentCause, isMoveTarget } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { undoMove } from './finish-move.ts'

/** Compensates an enrolment that is still REGISTERING, under the lock: another run of the job may have registered it. */
export function compensate(
  context: Context,
  enrolmentId: string,
  { cause, reason }: { cause: EnrolmentCause; reason: string },
): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payments = await lockPayments(tx, enrolmentId)
    const enrolment = await lockAfterOrigin(tx, enrolmentId)
    if (enrolment.status !== 'REGISTERING') return
    await sendBack(tx, enrolment, payments, { reason, why: { cause, at } })
  })
}

/**
 * COMPENSATING, with a refund for whatever is left of each payment, which it answers; COMPENSATED at once when nothing is.
 * What was to be moved here stays where it was instead. All is locked.
 */
export async function sendBack(
  tx: EntityManager,
  enrolment: Enrolment,
  payments: readonly Payment[],
  { reason, why }: { reason: string; why: MoveCause<EnrolmentCause> },
): Promise<Refund[]> {
  if (isMoveTarget(enrolment)) {
    await undoMove(tx, enrolment, payments, why)
    return []
  }
  await moveEnrolment(tx, enrolment, 'COMPENSATING', why)
  const refunds: Refund[] = []
  for (const payment of payments) {
    const refund = await refundInFull(tx, payment, { reason, keepRegistration: false, now: why.at })
    if (refund) refunds.push(refund)
  }
  await finishEnding(tx, enrolment, why)
  return refunds
}

// Of the enrolments that it was moved from and to as well: what is there now may be here when the locks are given.
const paymentsAround = `
  select p.id from payment p join enrolment e on e.id = p.enrolment_id
  where e.id = :id or e.deferred_from_id = :id or e.id = (select deferred_from_id from enrolment where id = :id)
  order by p.id`.replaceAll(':id', '?')

/** All payments of the enrolment, locked in one order: before the enrolment itself. */
export async function lockPayments(tx: EntityManager, enrolmentId: string): Promise<Payment[]> {
  const known = await tx.execute<{ id: string }[]>(paymentsAround, [enrolmentId, enrolmentId, enrolmentId])
  const locked: Payment[] = []
  for (const { id } of known) locked.push(await lockPayment(tx, id))
  return locked.filter((payment) => payment.enrolmentId === enrolmentId)
}
