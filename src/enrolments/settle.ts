/** What the money means for the enrolment: told by payments, in the payment's own transaction, after the payment's lock. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { Course } from '../courses/course.ts'
import { CourseRun } from '../courses/course-run.ts'
import { Learner } from '../learners/learner.ts'
import type { PaidThing, Unsettled } from '../payments/paid-thing.ts'
import type { Payment } from '../payments/payment.ts'
import type { Refund } from '../payments/refund.ts'
import { move } from '../store/history.ts'
import { addJob, announce } from '../store/transaction.ts'
import { enrolmentStates } from './enrolment.states.ts'
import { Enrolment, type EnrolmentStatus, endedStatuses } from './enrolment.ts'

/** The enrolment of a payment, locked: always after the payment. */
function lockedOf(tx: EntityManager, { enrolmentId }: Payment): Promise<Enrolment> {
  return tx.findOneOrFail(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
}

async function go(tx: EntityManager, row: Enrolment, to: EnrolmentStatus, cause: string, at: Date): Promise<void> {
  move(tx, enrolmentStates, row, to, { cause, at })
  await tx.flush()
  await announce(tx, 'enrolment', row.id)
}

/** Whether the learner has another enrolment on the run that is still active. */
async function isElsewhereActive(tx: EntityManager, { id, learnerId, runId }: Enrolment): Promise<boolean> {
  const status = { $nin: [...endedStatuses] }
  return (await tx.count(Enrolment, { id: { $ne: id }, learnerId, runId, status })) > 0
}

async function paid(tx: EntityManager, payment: Payment, at: Date): Promise<'wanted' | 'unwanted'> {
  const enrolment = await lockedOf(tx, payment)
  if (enrolment.status === 'PENDING_PAYMENT') {
    await register(tx, enrolment, 'PAYMENT_SUCCEEDED', at)
    return 'wanted'
  }
  // The money came late. An expired place is honoured while nobody else has it; a cancelled one is not wished for.
  if (enrolment.status === 'EXPIRED' && !(await isElsewhereActive(tx, enrolment))) {
    const run = await tx.findOneOrFail(CourseRun, enrolment.runId)
    if (!run.cancelled && run.enrolmentClosesAt !== null && at <= run.enrolmentClosesAt) {
      await register(tx, enrolment, 'PAYMENT_SUCCEEDED_LATE', at)
      return 'wanted'
    }
  }
  if (enrolment.status === 'EXPIRED' || enrolment.status === 'CANCELLED') {
    await go(tx, enrolment, 'COMPENSATING', 'PAYMENT_SUCCEEDED_LATE', at)
  }
  return 'unwanted'
}

async function register(tx: EntityManager, enrolment: Enrolment, cause: string, at: Date): Promise<void> {
  await go(tx, enrolment, 'PAID', cause, at)
  enrolment.holdExpiresAt = null
  await tx.flush()
  await addJob(tx, 'register_enrolment', { enrolmentId: enrolment.id }, { key: `register:${enrolment.id}` })
}

async function refunded(
  tx: EntityManager,
  payment: Payment,
  refund: Refund,
  refundedMinor: number,
  at: Date,
): Promise<void> {
  const enrolment = await lockedOf(tx, payment)
  const whole = refundedMinor >= (payment.capturedMinor ?? 0)
  if (!whole) return
  if (enrolment.status === 'COMPENSATING') {
    await go(tx, enrolment, 'COMPENSATED', 'MONEY_RETURNED', at)
    return
  }
  // A second payment, or a conflicted one, that went back says nothing about the enrolment.
  if (refund.origin === 'COMPENSATION' || refund.keepRegistration) return
  if (enrolment.status === 'REGISTERED' || enrolment.status === 'COMPLETED') {
    await startRevoking(tx, enrolment, 'MONEY_RETURNED', at)
  }
  if (enrolment.status === 'REVOKING') {
    await addJob(tx, 'revoke_enrolment', { enrolmentId: enrolment.id }, { key: `revoke:${enrolment.id}` })
  }
}

/** The registration ends once the money is back; until then access and credit wait. */
export async function startRevoking(tx: EntityManager, enrolment: Enrolment, cause: string, at: Date): Promise<void> {
  enrolment.statusBeforeRevoking = enrolment.status
  await go(tx, enrolment, 'REVOKING', cause, at)
  await addJob(tx, 'review_credit', { enrolmentId: enrolment.id })
}

async function refundFailed(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void> {
  const enrolment = await lockedOf(tx, payment)
  if (enrolment.status === 'REVOKING') {
    await go(tx, enrolment, enrolment.statusBeforeRevoking ?? 'REGISTERED', 'REFUND_FAILED', at)
    await addJob(tx, 'review_credit', { enrolmentId: enrolment.id })
  } else if (enrolment.status === 'COMPENSATING' || enrolment.status === 'COMPENSATED') {
    if (refund.origin === 'COMPENSATION') await go(tx, enrolment, 'STUCK', 'REFUND_FAILED', at)
  }
}

/** Filled in for payments; joined in app.ts. */
export const paidThing: PaidThing = {
  async orderFor(em, { enrolmentId }) {
    const enrolment = await em.findOneOrFail(Enrolment, enrolmentId)
    const run = await em.findOneOrFail(CourseRun, enrolment.runId)
    const course = await em.findOneOrFail(Course, run.courseId)
    const learner = await em.findOneOrFail(Learner, enrolment.learnerId)
    return {
      description: course.title,
      buyerEmail: learner.email,
      holdExpiresAt: enrolment.holdExpiresAt,
      awaitsPayment: enrolment.status === 'PENDING_PAYMENT',
    }
  },
  paid,
  async conflicted(tx, payment, at) {
    const enrolment = await lockedOf(tx, payment)
    enrolment.updatedAt = at
  },
  async refundStarted(tx, payment, refund, at) {
    const enrolment = await lockedOf(tx, payment)
    const whole = refund.amountMinor >= (payment.capturedMinor ?? 0)
    const registered = enrolment.status === 'REGISTERED' || enrolment.status === 'COMPLETED'
    if (whole && registered && !refund.keepRegistration) await startRevoking(tx, enrolment, 'REFUND_STARTED', at)
  },
  refunded,
  refundFailed,
  async disputed(tx, payment, dispute, at) {
    const enrolment = await lockedOf(tx, payment)
    if (dispute.status === 'LOST' && (enrolment.status === 'REGISTERED' || enrolment.status === 'COMPLETED')) {
      await startRevoking(tx, enrolment, 'DISPUTE_LOST', at)
      await addJob(tx, 'revoke_enrolment', { enrolmentId: enrolment.id }, { key: `revoke:${enrolment.id}` })
    } else {
      await addJob(tx, 'review_credit', { enrolmentId: enrolment.id })
    }
  },
  async unsettled(em, before) {
    return em.execute<Unsettled[]>(
      `select p.id as "paymentId", e.status from payment p join enrolment e on e.id = p.enrolment_id
       where p.status = 'SUCCEEDED' and p.captured_at < ? and e.status in ('PENDING_PAYMENT', 'PAID', 'REGISTERING')
       order by p.id limit 500`,
      [before],
    )
  },
  async takeUp(tx, payment, at) {
    const enrolment = await lockedOf(tx, payment)
    if (enrolment.status === 'PENDING_PAYMENT') {
      await register(tx, enrolment, 'RECONCILED', at)
      return true
    }
    if (enrolment.status !== 'PAID' && enrolment.status !== 'REGISTERING') return false
    await addJob(tx, 'register_enrolment', { enrolmentId: enrolment.id }, { key: `register:${enrolment.id}` })
    return true
  },
}
