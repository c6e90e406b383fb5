/** Ends an enrolment and its registration step by step when its money goes back. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { balanceOf, isAllBack, isBack } from '../payments/balance.ts'
import { Payment } from '../payments/payment.ts'
import type { MoveCause } from '../store/history.ts'
import { moveEnrolment } from './change-enrolment.ts'
import { type EnrolmentCause, isMoving } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'

/** Longer than a call that registers may take: what it makes is found then. */
const REGISTERED_MEANWHILE_AFTER_MS = 15_000

/**
 * The money is going back, or is back: REVOKING when the learner is on the run, COMPENSATING when not yet. One that is
 * ending or has ended already is left; one that is being moved, until the move has ended. The enrolment is locked.
 */
export async function beginEnding(
  tx: EntityManager,
  enrolment: Enrolment,
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  if (isMoving(enrolment)) return
  switch (enrolment.status) {
    case 'REGISTERED':
    case 'COMPLETED':
      enrolment.statusBeforeRevoking = enrolment.status
      return moveEnrolment(tx, enrolment, 'REVOKING', why)
    case 'REGISTERING':
      await endLateRegistration(tx, enrolment)
      return moveEnrolment(tx, enrolment, 'COMPENSATING', why)
    case 'PAID':
    case 'STUCK':
      return moveEnrolment(tx, enrolment, 'COMPENSATING', why)
  }
}

/** Later than any call that registers may take: what it has made by then is ended. */
export function endLateRegistration(tx: EntityManager, { id: enrolmentId }: Enrolment): Promise<void> {
  return enrolmentJobs.withdrawRegistration.add(tx, { enrolmentId }, { afterMs: REGISTERED_MEANWHILE_AFTER_MS })
}

/** Once the money is back, goes on to the end: COMPENSATED here, REVOKED by the job that ends a registration that stands. */
export async function finishEnding(
  tx: EntityManager,
  enrolment: Enrolment,
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  if (enrolment.status === 'REVOKING') {
    if (!(await isPaymentBack(tx, enrolment))) return
    return enrolmentJobs.withdrawRegistration.add(tx, { enrolmentId: enrolment.id })
  }
  if (enrolment.status === 'WITHDRAWN') {
    if (!(await isPaymentBack(tx, enrolment))) return
    await moveEnrolment(tx, enrolment, 'REVOKED', why)
    return hearAgain(tx, enrolment)
  }
  if (enrolment.status !== 'COMPENSATING' && enrolment.status !== 'STUCK') return
  if (!(await isAllBack(tx, enrolment.id))) return
  if (enrolment.status === 'STUCK') await moveEnrolment(tx, enrolment, 'COMPENSATING', why)
  await moveEnrolment(tx, enrolment, 'COMPENSATED', why)
  await hearAgain(tx, enrolment)
}

/** A registration that had ended may have been given back while the money was on its way. */
async function hearAgain(tx: EntityManager, enrolment: Enrolment): Promise<void> {
  const { registrationUuid, registrationEndSeenAt } = enrolment
  if (registrationUuid === null || registrationEndSeenAt === null) return
  await enrolmentJobs.fetchRegistration.add(tx, { registrationUuid })
}

/** Whether what paid for the registration is with the buyer again. */
export async function isPaymentBack(tx: EntityManager, { paymentId }: Enrolment): Promise<boolean> {
  const payment = paymentId === null ? null : await tx.findOne(Payment, paymentId)
  return payment !== null && isBack(await balanceOf(tx, payment))
}

/** The money stays after all: back to where it was before. What the partner said meanwhile is fetched again. */
export async function undoRevoking(
  tx: EntityManager,
  enrolment: Enrolment,
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  const before = enrolment.statusBeforeRevoking === 'COMPLETED' ? 'COMPLETED' : 'REGISTERED'
  enrolment.statusBeforeRevoking = null
  await moveEnrolment(tx, enrolment, before, why)
  const { registrationUuid } = enrolment
  if (registrationUuid !== null) await enrolmentJobs.fetchRegistration.add(tx, { registrationUuid })
}
