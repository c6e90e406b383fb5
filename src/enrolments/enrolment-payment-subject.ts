/** Implements the payment subject port: moves an enrolment as its payment changes. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { Course } from '../courses/course.ts'
import { CourseRun } from '../courses/course-run.ts'
import { Learner } from '../learners/learner.ts'
import { balanceOf, isBack } from '../payments/balance.ts'
import type { Dispute } from '../payments/dispute.ts'
import { openPaymentStatuses } from '../payments/payment.states.ts'
import { Payment } from '../payments/payment.ts'
import { paymentJobs } from '../payments/payment-jobs.ts'
import type { OrderFacts, PaymentSubject } from '../payments/payment-subject.ts'
import type { Refund, RefundStatus } from '../payments/refund.ts'
import { purchaseWindow, statutoryWindow } from '../payments/refund-window.rules.ts'
import type { MoveCause } from '../store/history.ts'
import { reviewRun } from './advance-refund-run.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { hasSuccessor, lockEnrolment, moveEnrolment } from './change-enrolment.ts'
import { reviewDisputeCases } from './dispute-cases.ts'
import { beginEnding, finishEnding } from './end-enrolment.ts'
import type { EnrolmentCause } from './enrolment.states.ts'
import { Enrolment } from './enrolment.ts'
import { enrolmentJobs, givenUpAt } from './enrolment-jobs.ts'
import { takeUp, unsettled, unsettledOf } from './find-unsettled.ts'
import { itemDescription } from './item-description.rules.ts'
import { lookAtRegistrations } from './look-at-registrations.ts'
import { receiptFacts } from './receipt-facts.ts'
import { restoreAfterFailedRefund } from './restore-after-failed-refund.ts'
import { restoreAfterReversedDispute } from './restore-after-reversed-dispute.ts'
import { type MoneyMessage, tellLearner } from './tell-learner.ts'
import { visibleEnrolment } from './visible-enrolment.ts'

async function orderFor(em: EntityManager, payment: Payment): Promise<OrderFacts> {
  const enrolment = await em.findOneOrFail(Enrolment, payment.enrolmentId)
  const run = await em.findOneOrFail(CourseRun, enrolment.runId)
  const course = await em.findOneOrFail(Course, run.courseId)
  const { email } = await em.findOneOrFail(Learner, enrolment.learnerId)
  return {
    description: itemDescription(course.title, run),
    buyerEmail: email || null,
    holdExpiresAt: enrolment.holdExpiresAt,
    awaitsPayment: enrolment.status === 'PENDING_PAYMENT',
  }
}

/** A page that was opened late is open for the full time, and the place is held for as long. */
async function opened(tx: EntityManager, payment: Payment, until: Date): Promise<void> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  const { id, status, holdExpiresAt } = enrolment
  if (status !== 'PENDING_PAYMENT' || holdExpiresAt === null || holdExpiresAt >= until) return
  enrolment.holdExpiresAt = until
  await tx.flush()
  await enrolmentJobs.expire.add(tx, { enrolmentId: id }, { runAt: givenUpAt(until) })
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
async function takeMoney(
  tx: EntityManager,
  enrolment: Enrolment,
  payment: Payment,
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  enrolment.paymentId = payment.id
  const run = await tx.findOneOrFail(CourseRun, enrolment.runId)
  // Its start may have been taken back since the place was reserved: then the run promises nothing, and the law still does.
  const { startsAt, timeZone } = run
  const boughtAt = payment.capturedAt ?? why.at
  const { basis, until } =
    startsAt === null ? statutoryWindow(boughtAt, timeZone) : purchaseWindow(startsAt, boughtAt, timeZone)
  enrolment.refundUntil = until
  enrolment.refundBasis = basis
  await moveEnrolment(tx, enrolment, 'PAID', why)
  await enrolmentJobs.register.add(tx, { enrolmentId: enrolment.id })
  const others = { enrolmentId: enrolment.id, id: { $ne: payment.id }, status: { $in: [...openPaymentStatuses] } }
  for (const { id } of await tx.find(Payment, others)) {
    await paymentJobs.close.add(tx, { paymentId: id })
  }
  const { id: paymentId, amountMinor, currency } = payment
  const kind = 'PAYMENT_RECEIVED'
  await tellLearner(tx, enrolment, { kind, amount: { amountMinor, currency }, paymentId, at: why.at })
}

async function refundStarted(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  if (enrolment.paymentId !== payment.id) return
  const { leftMinor } = await balanceOf(tx, payment)
  if (leftMinor === 0 && !refund.keepRegistration) await beginEnding(tx, enrolment, { cause: 'REFUND_BY_PROVIDER', at })
}

async function refunded(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  const why: MoveCause<EnrolmentCause> = { cause: 'REFUND_SUCCEEDED', at }
  if (enrolment.paymentId === payment.id) {
    // The rest may be on its way with the registration to be kept: what ends it is the refund that brings the last of it.
    if (!refund.keepRegistration && isBack(await balanceOf(tx, payment))) await beginEnding(tx, enrolment, why)
    await enrolmentJobs.reviewCredit.add(tx, { enrolmentId: enrolment.id })
  }
  await finishEnding(tx, enrolment, why)
  await reviewDisputeCases(tx, enrolment, payment, at)
  await reviewRun(tx, enrolment, at)
  await tellOfRefund(tx, enrolment, refund, at)
}

async function refundFailed(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  await restoreAfterFailedRefund(tx, enrolment, payment, at)
  await reviewDisputeCases(tx, enrolment, payment, at)
  if (enrolment.paymentId === payment.id) await enrolmentJobs.reviewCredit.add(tx, { enrolmentId: enrolment.id })
  await reviewRun(tx, enrolment, at)
  await tellOfRefund(tx, enrolment, refund, at)
}

const toldOf: Partial<Record<RefundStatus, MoneyMessage>> = {
  SUCCEEDED: 'REFUND_SUCCEEDED',
  SETTLED_OUTSIDE: 'REFUND_SETTLED_OUTSIDE',
}

function tellOfRefund(tx: EntityManager, enrolment: Enrolment, refund: Refund, at: Date): Promise<void> {
  const { amountMinor, currency, status, paymentId } = refund
  const kind = toldOf[status] ?? 'REFUND_FAILED'
  return tellLearner(tx, enrolment, { kind, amount: { amountMinor, currency }, paymentId, at })
}

async function disputed(tx: EntityManager, payment: Payment, dispute: Dispute, at: Date): Promise<void> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  const why: MoveCause<EnrolmentCause> = { cause: 'DISPUTE_LOST', at }
  const lost = dispute.status === 'LOST'
  if (enrolment.paymentId === payment.id) {
    // Whatever is on its way besides comes to nothing: more than everything does not go back.
    if (lost && isBack(await balanceOf(tx, payment))) await beginEnding(tx, enrolment, why)
    if (dispute.status === 'WON' || dispute.status === 'WITHDRAWN') {
      await restoreAfterReversedDispute(tx, enrolment, payment, dispute, at)
    }
    await enrolmentJobs.reviewCredit.add(tx, { enrolmentId: enrolment.id })
  }
  if (lost) await finishEnding(tx, enrolment, why)
  await reviewDisputeCases(tx, enrolment, payment, at)
  await announceEnrolment(tx, enrolment)
}

async function warnedOfFraud(tx: EntityManager, payment: Payment, at: Date): Promise<void> {
  await reviewDisputeCases(tx, await lockEnrolment(tx, payment.enrolmentId), payment, at)
}

async function changed(tx: EntityManager, { enrolmentId }: Payment): Promise<void> {
  await announceEnrolment(tx, await tx.findOneOrFail(Enrolment, enrolmentId))
}

/** The enrolments' answer to what payments tell. */
export const enrolmentPaymentSubject: PaymentSubject = {
  orderFor,
  opened,
  paid,
  receiptFacts,
  refundStarted,
  refunded,
  refundFailed,
  changed,
  disputed,
  warnedOfFraud,
  unsettled,
  unsettledOf,
  takeUp,
  lookAgain: lookAtRegistrations,
  node: visibleEnrolment,
}
