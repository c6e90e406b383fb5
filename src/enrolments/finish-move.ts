/** Finishes a move to another run, or undoes it. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { CourseRun } from '../courses/course-run.ts'
import { balanceOf } from '../payments/balance.ts'
import { movePayments } from '../payments/move-payments.ts'
import { Payment } from '../payments/payment.ts'
import type { MoveCause } from '../store/history.ts'
import { lockEnrolment, moveEnrolment } from './change-enrolment.ts'
import { beginEnding, finishEnding } from './end-enrolment.ts'
import type { EnrolmentCause } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { reviewRunCase } from './run-case.ts'

/** The partner has the learner on the new run: the old place ends. The target, just registered, and its payments are locked. */
export async function finishMove(tx: EntityManager, target: Enrolment, at: Date): Promise<void> {
  const origin = await lockEnrolment(tx, target.deferredFromId as string)
  await moveEnrolment(tx, origin, 'DEFERRED', { cause: 'PARTNER_REGISTERED', at })
  const { id: enrolmentId, registrationUuid, registrationEndSeenAt } = origin
  if (registrationEndSeenAt === null) await enrolmentJobs.withdrawRegistration.add(tx, { enrolmentId })
  else if (registrationUuid !== null) await enrolmentJobs.fetchRegistration.add(tx, { registrationUuid })
  await followMoney(tx, target, at)
}

/** The old place stays, with all that was paid for it; what was said of it meanwhile is fetched again. All is locked. */
export async function undoMove(
  tx: EntityManager,
  target: Enrolment,
  payments: readonly Payment[],
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  const origin = await lockEnrolment(tx, target.deferredFromId as string)
  await passMoney(tx, target, origin, { payments, why })
  await moveEnrolment(tx, target, 'CANCELLED', why)
  await moveEnrolment(tx, origin, 'REGISTERED', why)
  if (origin.resultOutcome !== null) {
    await moveEnrolment(tx, origin, 'COMPLETED', { cause: 'RESULT_REPORTED', at: why.at })
    if (origin.resultOutcome === 'PASSED') await enrolmentJobs.awardCredit.add(tx, { enrolmentId: origin.id })
  }
  const { registrationUuid } = origin
  if (registrationUuid !== null) await enrolmentJobs.fetchRegistration.add(tx, { registrationUuid })
  await followMoney(tx, origin, why.at)
  await reviewCancelledRun(tx, origin, why.at)
}

/** The money of one is the other's now, with the deadline that came with it: never an earlier one. */
export async function passMoney(
  tx: EntityManager,
  from: Enrolment,
  to: Enrolment,
  { payments, why }: { payments: readonly Payment[]; why: Pick<MoveCause<EnrolmentCause>, 'actor' | 'at'> },
): Promise<void> {
  to.paymentId = from.paymentId
  from.paymentId = null
  if (to.refundUntil === null || (from.refundUntil !== null && from.refundUntil > to.refundUntil)) {
    to.refundUntil = from.refundUntil
    to.refundBasis = from.refundBasis
  }
  await movePayments(tx, payments, to.id, why)
}

/** What went back from a dashboard or by a dispute while it was moved takes effect now. */
async function followMoney(tx: EntityManager, enrolment: Enrolment, at: Date): Promise<void> {
  const payment = await tx.findOneOrFail(Payment, enrolment.paymentId as string)
  const { leftMinor, onItsWayMinor } = await balanceOf(tx, payment)
  if (leftMinor > 0) return
  const cause = onItsWayMinor > 0 ? ('REFUND_BY_PROVIDER' as const) : ('REFUND_SUCCEEDED' as const)
  await beginEnding(tx, enrolment, { cause, at })
  await finishEnding(tx, enrolment, { cause, at })
}

/** The case of a cancelled run counts the money that is on it. */
export async function reviewCancelledRun(tx: EntityManager, { runId }: Enrolment, at: Date): Promise<void> {
  const { cancelled } = await tx.findOneOrFail(CourseRun, runId)
  if (cancelled) await reviewRunCase(tx, runId, at)
}
