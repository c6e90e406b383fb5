/** Finds payments whose enrolment never followed and resumes them for the reconciliation. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { refundInFull } from '../payments/add-refund.ts'
import { balanceJoin, balanceOf } from '../payments/balance.ts'
import type { Payment } from '../payments/payment.ts'
import type { Unsettled } from '../payments/payment-subject.ts'
import { voidRefundStatuses } from '../payments/refund.states.ts'
import { Refund } from '../payments/refund.ts'
import { lockEnrolment } from './change-enrolment.ts'
import { finishEnding } from './end-enrolment.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { restoreAfterFailedRefund } from './restore-after-failed-refund.ts'

// The three sides: captured = registered, or back, or on its way back. What an operator has in hand is not reported.
const unsettledPayments = `
  select p.id as "paymentId", e.status
  from payment p
  join enrolment e on e.id = p.enrolment_id
  ${balanceJoin}
  -- What was moved to another run began anew there.
  where p.captured_minor > 0 and greatest(p.captured_at, e.created_at) < ? and case
    when e.status = 'STUCK' then false
    when e.payment_id = p.id and e.status in ('PAID', 'REGISTERING') then true
    when e.payment_id = p.id and e.status in ('REGISTERED', 'COMPLETED', 'WITHDRAWN') then false
    when e.payment_id = p.id and e.status in ('REVOKING', 'COMPENSATING') then balance.on_its_way_minor = 0
    else balance.left_minor > 0
  end
  order by p.id`

/** Payments captured before `before` that nothing is being done about. */
export function unsettled(em: EntityManager, before: Date): Promise<Unsettled[]> {
  return em.execute<Unsettled[]>(unsettledPayments, [before])
}

/** Adds the job or the refund that goes on with it. False when that has failed before: then a person has to look. */
export async function takeUp(tx: EntityManager, payment: Payment, at: Date): Promise<boolean> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  if (enrolment.paymentId === payment.id && (await goOn(tx, enrolment, at))) return true
  const { leftMinor } = await balanceOf(tx, payment)
  if (leftMinor === 0) return true
  const failed = await tx.count(Refund, { paymentId: payment.id, status: { $in: [...voidRefundStatuses] } })
  if (failed > 0) return keepForNow(tx, enrolment, payment, at)
  const keepRegistration = enrolment.paymentId !== payment.id
  return (await refundInFull(tx, payment, { reason: 'NOT_SETTLED', keepRegistration, now: at })) !== null
}

/** What only waits for its job gets it again. */
async function goOn(tx: EntityManager, enrolment: Enrolment, at: Date): Promise<boolean> {
  const { status } = enrolment
  if (status === 'PAID' || status === 'REGISTERING') {
    await enrolmentJobs.register.add(tx, { enrolmentId: enrolment.id })
    return true
  }
  await finishEnding(tx, enrolment, { cause: 'RECONCILIATION', at })
  return enrolment.status !== status
}

/** It could not go back. What stood in the way of keeping it when that was heard may be over: a place taken anew. */
async function keepForNow(tx: EntityManager, enrolment: Enrolment, payment: Payment, at: Date): Promise<boolean> {
  const { status } = enrolment
  await restoreAfterFailedRefund(tx, enrolment, payment, at)
  return enrolment.status !== status && enrolment.status !== 'STUCK'
}
