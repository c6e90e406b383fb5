/** Applies what the partner reports of a registration to its enrolment. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { MoveCause } from '../store/history.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { moveEnrolment } from './change-enrolment.ts'
import { type EnrolmentCause, isOnTheRun } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import type { Registration } from './registration-partner.ts'

/**
 * Brings a locked enrolment to what the partner has: REGISTERING becomes REGISTERED, a result makes it COMPLETED and
 * adds the job that awards the credit. Seeing the same again changes nothing. One that is ending is left as it is.
 */
export async function applyRegistration(
  tx: EntityManager,
  enrolment: Enrolment,
  registration: Registration,
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  if (enrolment.status === 'REGISTERING') {
    enrolment.registeredAt = registration.activatedAt ?? why.at
    enrolment.holdExpiresAt = null
    await moveEnrolment(tx, enrolment, 'REGISTERED', why)
    // Registered again after its refund bounced: the result that it had still stands.
    if (enrolment.resultOutcome !== null) {
      await moveEnrolment(tx, enrolment, 'COMPLETED', why)
      await enrolmentJobs.reviewCredit.add(tx, { enrolmentId: enrolment.id })
    }
  }
  if (!isOnTheRun(enrolment.status)) return
  const changed = [recordFacts(enrolment, registration), await recordResult(tx, enrolment, registration, why.at)]
  if (registration.stepsCompletedRatio !== null) enrolment.progressSeenAt = why.at
  if (!changed.includes(true)) return
  enrolment.updatedAt = why.at
  await tx.flush()
  await announceEnrolment(tx, enrolment)
}

/** Answers whether anything is new. */
function recordFacts(enrolment: Enrolment, registration: Registration): boolean {
  const { uuid: registrationUuid, studyUrl, stepsCompletedCount, stepsCompletedRatio } = registration
  const seen = {
    registrationUuid,
    studyUrl,
    stepsCompleted: stepsCompletedCount ?? enrolment.stepsCompleted,
    stepsCompletedRatio: stepsCompletedRatio === null ? enrolment.stepsCompletedRatio : ratioText(stepsCompletedRatio),
  }
  const before = JSON.stringify([
    enrolment.registrationUuid,
    enrolment.studyUrl,
    enrolment.stepsCompleted,
    enrolment.stepsCompletedRatio,
  ])
  Object.assign(enrolment, seen)
  return before !== JSON.stringify(Object.values(seen))
}

/** Four decimals, as the column has them: partners divide, and divide without end. */
export const ratioText = (ratio: string): string => Number(ratio).toFixed(4)

async function recordResult(
  tx: EntityManager,
  enrolment: Enrolment,
  { result }: Registration,
  at: Date,
): Promise<boolean> {
  if (result == null || isSameResult(enrolment, result)) return false
  const corrected = enrolment.resultOutcome !== null
  enrolment.resultOutcome = result.outcome
  enrolment.resultGrade = result.grade
  enrolment.resultAwardedOn = result.awardedOn
  enrolment.resultIdentityVerified = result.identityVerified
  if (enrolment.status === 'REGISTERED') {
    await moveEnrolment(tx, enrolment, 'COMPLETED', { cause: 'RESULT_REPORTED', at })
  }
  const about = { enrolmentId: enrolment.id }
  if (result.outcome === 'PASSED') await enrolmentJobs.awardCredit.add(tx, about)
  if (corrected) await enrolmentJobs.reviewCredit.add(tx, about)
  return true
}

function isSameResult(enrolment: Enrolment, result: NonNullable<Registration['result']>): boolean {
  const gradeBefore = enrolment.resultGrade === null ? null : Number(enrolment.resultGrade)
  const sameGrade = gradeBefore === (result.grade === null ? null : Number(Number(result.grade).toFixed(2)))
  return (
    sameGrade &&
    enrolment.resultOutcome === result.outcome &&
    enrolment.resultAwardedOn === result.awardedOn &&
    enrolment.resultIdentityVerified === result.identityVerified
  )
}
