/** Records a registration's result, its corrections, and that it was taken back. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { noteInHistory } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { moveEnrolment } from './change-enrolment.ts'
import { enrolmentStates } from './enrolment.states.ts'
import { type Enrolment, endedStatuses } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import type { Registration, RegistrationResult } from './registration-partner.ts'

/**
 * Of a locked enrolment; answers whether anything is new. Undefined says nothing, and null that there is none: one that
 * this registration reported is taken back. What it means for the credit that rests on it is the job's business, with both
 * results.
 */
export async function recordResult(
  tx: EntityManager,
  enrolment: Enrolment,
  { uuid, result }: Pick<Registration, 'uuid' | 'result'>,
  at: Date,
): Promise<boolean> {
  const before = resultOf(enrolment)
  if (result === undefined || isSame(before, result)) return false
  if (result === null && enrolment.resultRegistrationUuid !== uuid) return false
  setResult(enrolment, result)
  enrolment.resultRegistrationUuid = result === null ? null : uuid
  if (before !== null) await correct(tx, enrolment, before, result, at)
  if (result === null) {
    await withdrawResult(tx, enrolment, at)
    return true
  }
  await completeWith(tx, enrolment, at)
  const stands = enrolment.status !== 'DEFERRING' && !(endedStatuses as readonly string[]).includes(enrolment.status)
  if (result.outcome === 'PASSED' && stands) await enrolmentJobs.awardCredit.add(tx, { enrolmentId: enrolment.id })
  return true
}

/** Whoever is on the run, or was until the partner ended it, has completed it; of all others it is only kept. */
async function completeWith(tx: EntityManager, enrolment: Enrolment, at: Date): Promise<void> {
  const { status, stuckReason } = enrolment
  if (status !== 'REGISTERED' && !(status === 'STUCK' && stuckReason === 'REGISTRATION_ENDED')) return
  await moveEnrolment(tx, enrolment, 'COMPLETED', { cause: 'RESULT_REPORTED', at })
}

async function withdrawResult(tx: EntityManager, enrolment: Enrolment, at: Date): Promise<void> {
  if (enrolment.statusBeforeRevoking === 'COMPLETED') enrolment.statusBeforeRevoking = 'REGISTERED'
  if (enrolment.status === 'COMPLETED') {
    await moveEnrolment(tx, enrolment, 'REGISTERED', { cause: 'RESULT_WITHDRAWN', at })
  }
}

async function correct(
  tx: EntityManager,
  enrolment: Enrolment,
  from: RegistrationResult,
  to: RegistrationResult | null,
  at: Date,
): Promise<void> {
  if (to !== null) {
    const change = { from: resultInWords(from), to: resultInWords(to) }
    noteInHistory(tx, enrolmentStates, enrolment, change, { cause: 'RESULT_CORRECTED', at })
  }
  await tx.flush()
  const corrected = { entryId: newId(), from, to }
  await enrolmentJobs.reviewCredit.add(tx, { enrolmentId: enrolment.id, corrected })
}

export const resultInWords = ({ outcome, grade }: RegistrationResult): string =>
  grade === null ? outcome : `${outcome} ${grade}`

function resultOf(enrolment: Enrolment): RegistrationResult | null {
  if (enrolment.resultOutcome === null) return null
  return {
    outcome: enrolment.resultOutcome,
    grade: enrolment.resultGrade,
    awardedOn: enrolment.resultAwardedOn,
    identityVerified: enrolment.resultIdentityVerified,
  }
}

function setResult(enrolment: Enrolment, result: RegistrationResult | null): void {
  enrolment.resultOutcome = result?.outcome ?? null
  enrolment.resultGrade = result?.grade ?? null
  enrolment.resultAwardedOn = result?.awardedOn ?? null
  enrolment.resultIdentityVerified = result?.identityVerified ?? null
}

function isSame(before: RegistrationResult | null, now: RegistrationResult | null): boolean {
  if (before === null || now === null) return before === now
  return (
    gradeIn(before) === gradeIn(now) &&
    before.outcome === now.outcome &&
    before.awardedOn === now.awardedOn &&
    before.identityVerified === now.identityVerified
  )
}

/** Two decimals, as the column has them. */
const gradeIn = ({ grade }: RegistrationResult) => (grade === null ? null : Number(Number(grade).toFixed(2)))
