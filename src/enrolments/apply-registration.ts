/** Applies what the partner reports of a registration that stands to its enrolment. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { MoveCause } from '../store/history.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { moveEnrolment } from './change-enrolment.ts'
import { type EnrolmentCause, isMoveTarget, isOnTheRun } from './enrolment.states.ts'
import { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { finishMove } from './finish-move.ts'
import { recordResult } from './record-result.ts'
import type { Registration } from './registration-partner.ts'

/**
 * Brings a locked enrolment to what the partner has: REGISTERING becomes REGISTERED, a result makes it COMPLETED and
 * adds the job that awards the credit. Seeing the same again changes nothing, unless something `isNew` that was taken
 * before. One that is ending is left as it is.
 */
export async function applyRegistration(
  tx: EntityManager,
  enrolment: Enrolment,
  registration: Registration,
  why: MoveCause<EnrolmentCause>,
  isNew = false,
): Promise<void> {
  if (enrolment.status === 'REGISTERING') {
    const isMove = isMoveTarget(enrolment)
    enrolment.registeredAt = registration.activatedAt ?? why.at
    enrolment.holdExpiresAt = null
    forgetEnd(enrolment)
    await moveEnrolment(tx, enrolment, 'REGISTERED', why)
    if (isMove) await finishMove(tx, enrolment, why.at)
    // Registered again by an operator: the result that it had still stands.
    if (enrolment.resultOutcome !== null) {
      await moveEnrolment(tx, enrolment, 'COMPLETED', why)
      await enrolmentJobs.reviewCredit.add(tx, { enrolmentId: enrolment.id })
    }
  }
  if (!isOnTheRun(enrolment.status)) return
  const resultIsNew = await recordResult(tx, enrolment, registration, why.at)
  await recordFacts(tx, enrolment, registration, { at: why.at, isNew: isNew || resultIsNew })
}

/** It stands: whatever was kept of its end is over. */
export function forgetEnd(enrolment: Enrolment): void {
  enrolment.registrationEndedAt = null
  enrolment.registrationEndedBy = null
  enrolment.registrationEndSeenAt = null
  enrolment.registrationMissedAt = null
}

/** The registration's own facts, told to whoever looks on when any of them is new. */
export async function recordFacts(
  tx: EntityManager,
  enrolment: Enrolment,
  registration: Registration,
  { at, isNew }: { at: Date; isNew: boolean },
): Promise<void> {
  if (enrolment.registrationUuid !== registration.uuid) await takeOver(tx, enrolment, registration.uuid)
  const changed = setFacts(enrolment, registration)
  if (registration.stepsCompletedRatio !== null) enrolment.progressSeenAt = at
  if (!changed && !isNew) return
  enrolment.updatedAt = at
  await tx.flush()
  await announceEnrolment(tx, enrolment)
}

/** Whoever enrols anew before a place that was given up has ended takes its registration over. */
async function takeOver(tx: EntityManager, { id, learnerId, runId }: Enrolment, registrationUuid: string) {
  const before = {
    id: { $ne: id },
    learnerId,
    runId,
    registrationUuid,
    status: { $in: ['WITHDRAWN', 'DEFERRED', 'CANCELLED'] as const },
  }
  for (const other of await tx.find(Enrolment, before)) other.registrationUuid = null
  await tx.flush()
}

/** Answers whether anything is new. One that has ended leads nowhere to study. */
function setFacts(enrolment: Enrolment, registration: Registration): boolean {
  const { uuid: registrationUuid, studyUrl, stepsCompletedCount, stepsCompletedRatio } = registration
  const seen = {
    registrationUuid,
    studyUrl: registration.status === 'INACTIVE' ? null : studyUrl,
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
