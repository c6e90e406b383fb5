/** Finds, locks and moves an enrolment for every command that changes one. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { CourseRun } from '../courses/course-run.ts'
import { type MoveCause, move } from '../store/history.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { type EnrolmentCause, enrolmentStates } from './enrolment.states.ts'
import { Enrolment, type EnrolmentStatus, endedStatuses, type StuckReason } from './enrolment.ts'
import { closeStuckCase, openStuckCase } from './stuck-case.ts'

/** The enrolment as it stands, not locked, for a look before a call; null when there is none. */
export function findEnrolment(em: EntityManager, id: string): Promise<Enrolment | null> {
  return em.fork({ clear: true }).findOne(Enrolment, id)
}

/** The enrolment, locked until the transaction ends: always after its payment. */
export function lockEnrolment(tx: EntityManager, id: string): Promise<Enrolment> {
  return tx.findOneOrFail(Enrolment, id, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
}

/** The same, after the place that it was moved from: both move when the move ends. */
export async function lockAfterOrigin(tx: EntityManager, id: string): Promise<Enrolment> {
  const { deferredFromId } = await tx.findOneOrFail(Enrolment, id)
  if (deferredFromId !== null) await lockEnrolment(tx, deferredFromId)
  return lockEnrolment(tx, id)
}

/** Locks the run, so that places on it are given one after the other. */
export function lockRun(tx: EntityManager, id: string): Promise<CourseRun> {
  return tx.findOneOrFail(CourseRun, id, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
}

/** Moves it by its table and tells whoever listens; to STUCK by `strandEnrolment`. Throws IllegalMove. */
export async function moveEnrolment(
  tx: EntityManager,
  enrolment: Enrolment,
  to: Exclude<EnrolmentStatus, 'STUCK'>,
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  const wasStuck = enrolment.status === 'STUCK'
  enrolment.stuckReason = null
  move(tx, enrolmentStates, enrolment, to, why)
  await tx.flush()
  if (wasStuck) await closeStuckCase(tx, enrolment, why.at)
  await announceEnrolment(tx, enrolment)
}

/** Moves it to STUCK: the money is here, the place is not, and a person has to decide. Throws IllegalMove. */
export async function strandEnrolment(
  tx: EntityManager,
  enrolment: Enrolment,
  stuckReason: StuckReason,
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  enrolment.stuckReason = stuckReason
  move(tx, enrolmentStates, enrolment, 'STUCK', why)
  await tx.flush()
  await openStuckCase(tx, enrolment, stuckReason, why.at)
  await announceEnrolment(tx, enrolment)
}

/**
 * Whether the learner has another enrolment on the run that holds a place: then this one, which has ended, cannot come
 * back. Locks the run, so that none appears meanwhile.
 */
export async function hasSuccessor(tx: EntityManager, { id, learnerId, runId }: Enrolment): Promise<boolean> {
  await lockRun(tx, runId)
  const others = await tx.count(Enrolment, { learnerId, runId, id: { $ne: id }, status: { $nin: [...endedStatuses] } })
  return others > 0
}

/** Seconds until the next try: doubling up to five minutes, never before the upstream asked to be tried again. */
export function patience(attempt: number, retryAfterSeconds: number | null): number {
  return Math.max(2 ** Math.min(attempt - 1, 8), retryAfterSeconds ?? 0)
}
