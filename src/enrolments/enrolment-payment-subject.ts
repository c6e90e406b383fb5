/** Implements the payment subject port: moves an enrolment as its payment changes. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { Course } from '../courses/course.ts'
import { CourseRun } from '../courses/course-run.ts'
import { Learner } from '../learners/learner.ts'
import { balanceOf } from '../payments/balance.ts'
import type { Dispute } from '../payments/dispute.ts'
import { openPaymentStatuses } from '../payments/payment.states.ts'
import { Payment } from '../payments/payment.ts'
import type { OrderFacts, PaymentSubject } from '../payments/payment-subject.ts'
import type { Refund } from '../payments/refund.ts'
import type { MoveCause } from '../store/history.ts'
import { addJob } from '../store/transaction.ts'
import { hasSuccessor, lockEnrolment, moveEnrolment, registerSoon, reviewCreditSoon } from './change-enrolment.ts'
import { beginEnding, finishEnding } from './end-enrolment.ts'
import { Enrolment } from './enrolment.ts'
import { takeUp, unsettled } from './find-unsettled.ts'
import { restoreAfterFailedRefund } from './restore-after-failed-refund.ts'

/** The enrolment does not end with this refund: part of the money, or told to keep it. */
const endsIt = (leftMinor: number, refund: Refund) => leftMinor === 0 && !refund.keepRegistration

async function orderFor(em: EntityManager, payment: Payment): Promise<OrderFacts> {
  const enrolment = await em.findOneOrFail(Enrolment, payment.enrolmentId)
  const run = await em.findOneOrFail(CourseRun, enrolment.runId)
  const course = await em.findOneOrFail(Course, run.courseId)
  const { email } = await em.findOneOrFail(Learner, enrolment.learnerId)
  return {
    description: `${course.title} (${run.code})`,
    buyerEmail: email || null,
    holdExpiresAt: enrolment.holdExpiresAt,
    awaitsPayment: enrolment.status === 'PENDING_PAYMENT',
  }
}

async function paid(tx: EntityManager, payment: Payment, at: Date): Promise<'wanted' | 'unwanted'> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  if (enrolment.status === 'PENDING_PAYMENT') {
    enrolment.holdExpiresAt = null
    await takeMoney(tx, enrolment, payment, { cause: 'PAYMENT_SUCCEEDED', at })
    return 'wanted'
  }
  const ended = enrolment.status === 'CANCELLED' || enrolment.status === 'EXPIRED'
  if (!ended || (await hasSuccessor(tx, enrolment))) return 'unwanted'
  if (enrolment.status === 'CANCELLED') {
    enrolment.paymentId = payment.id
    await moveEnrolment(tx, enrolment, 'COMPENSATING', { cause: 'PAID_AFTER_CANCELLATION', at })
    return 'unwanted'
  }
  await takeMoney(tx, enrolment, payment, { cause: 'PAID_AFTER_EXPIRY', at })
  return 'wanted'
}

/** "Paid" and the job that registers are one; what else could still be paid is closed. */
async function takeMoney(tx: EntityManager, enrolment: Enrolment, payment: Payment, why: MoveCause): Promise<void> {
  enrolment.paymentId = payment.id
  await moveEnrolment(tx, enrolment, 'PAID', why)
  await registerSoon(tx, enrolment.id)
  const others = { enrolmentId: enrolment.id, id: { $ne: payment.id }, status: { $in: [...openPaymentStatuses] } }
  for (const { id } of await tx.find(Payment, others)) {
    await addJob(tx, 'close_payment', { paymentId: id }, { key: `close_payment:${id}` })
  }
}

async function refundStarted(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  if (enrolment.paymentId !== payment.id) return
  const { leftMinor } = await balanceOf(tx, payment)
  if (endsIt(leftMinor, refund)) await beginEnding(tx, enrolment, { cause: `REFUND_BY_${refund.origin}`, at })
}

async function refunded(
  tx: EntityManager,
  payment: Payment,
  refund: Refund,
  refundedMinor: number,
  at: Date,
): Promise<void> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  const why = { cause: 'REFUND_SUCCEEDED', at }
  if (enrolment.paymentId === payment.id) {
    const { capturedMinor, backMinor } = await balanceOf(tx, payment)
    const leftMinor = capturedMinor - Math.max(backMinor, refundedMinor)
    if (endsIt(Math.max(0, leftMinor), refund)) await beginEnding(tx, enrolment, why)
    await reviewCreditSoon(tx, enrolment.id)
  }
  await finishEnding(tx, enrolment, why)
}

async function refundFailed(tx: EntityManager, payment: Payment, _refund: Refund, at: Date): Promise<void> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  await restoreAfterFailedRefund(tx, enrolment, payment, at)
  if (enrolment.paymentId === payment.id) await reviewCreditSoon(tx, enrolment.id)
}

async function disputed(tx: EntityManager, payment: Payment, dispute: Dispute, at: Date): Promise<void> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  const why = { cause: `DISPUTE_${dispute.status}`, at }
  if (enrolment.paymentId === payment.id) {
    const { capturedMinor, backMinor } = await balanceOf(tx, payment)
    // Whatever is on its way besides comes to nothing: more than everything does not go back.
    if (dispute.status === 'LOST' && backMinor >= capturedMinor) await beginEnding(tx, enrolment, why)
    await reviewCreditSoon(tx, enrolment.id)
  }
  if (dispute.status === 'LOST') await finishEnding(tx, enrolment, why)
}

/** The enrolments' answer to what payments tell. */
export const enrolmentPaymentSubject: PaymentSubject = {
  orderFor,
  paid,
  // The place stays held: the learner may pay again, with another card.
  conflicted: async () => undefined,
  refundStarted,
  refunded,
  refundFailed,
  disputed,
  unsettled,
  takeUp,
}
