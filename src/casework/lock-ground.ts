/** Locks what a case is about, in the order of the house. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Case } from '../cases/case.ts'
import { lockEnrolment } from '../enrolments/change-enrolment.ts'
import { lockPayments } from '../enrolments/compensate.ts'
import { Dispute } from '../payments/dispute.ts'
import { Payment } from '../payments/payment.ts'
import { Refund } from '../payments/refund.ts'
import type { Ground } from './deed.ts'

const nothing: Ground = { enrolment: null, payments: [], payment: null, refund: null }

/** Payments by id, then the enrolment; nothing of what has neither. The case is locked after it. */
export async function lockGround(tx: EntityManager, about: Case): Promise<Ground> {
  const paymentId = await paymentOf(tx, about)
  const enrolmentId = await enrolmentOf(tx, about, paymentId)
  if (enrolmentId === null) return nothing
  const payments = await lockPayments(tx, enrolmentId)
  const enrolment = await lockEnrolment(tx, enrolmentId)
  const named = paymentId ?? enrolment.paymentId
  const lastPaid = payments.findLast(({ capturedMinor }) => capturedMinor !== null)
  const payment = payments.find(({ id }) => id === named) ?? lastPaid ?? null
  return { enrolment, payments, payment, refund: await refundOf(tx, about) }
}

async function paymentOf(tx: EntityManager, { subjectType, subjectId }: Case): Promise<string | null> {
  if (subjectId === null) return null
  if (subjectType === 'Payment') return subjectId
  if (subjectType === 'Refund') return (await tx.findOneOrFail(Refund, subjectId)).paymentId
  if (subjectType === 'Dispute') return (await tx.findOneOrFail(Dispute, subjectId)).paymentId
  return null
}

async function enrolmentOf(
  tx: EntityManager,
  { subjectType, subjectId }: Case,
  paymentId: string | null,
): Promise<string | null> {
  if (subjectType === 'Enrolment') return subjectId
  return paymentId === null ? null : (await tx.findOneOrFail(Payment, paymentId)).enrolmentId
}

/** As it is under the lock of its payment. */
async function refundOf(tx: EntityManager, { subjectType, subjectId }: Case): Promise<Refund | null> {
  return subjectType === 'Refund' && subjectId !== null ? tx.findOneOrFail(Refund, subjectId, { refresh: true }) : null
}
