/** Moves a place to another run of its course, for its learner or an operator. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { isOperator, isOwnerOrOperator, requireLearnerOrOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { Course } from '../courses/course.ts'
import { CourseRun } from '../courses/course-run.ts'
import { type CompleteRun, openRunAfter, runById } from '../courses/loaders.ts'
import type { PlacesSeen } from '../courses/places.ts'
import { openForEnrolment } from '../courses/run-status.rules.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { InvalidInput, NotFound, type Refusal, refusal } from '../graph/contract/user-error.ts'
import type { Payment } from '../payments/payment.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { charactersOf, LONGEST_REASON_CHARACTERS } from '../values/lengths.ts'
import { addEnrolment } from './add-enrolment.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { findEnrolment, lockEnrolment, lockRun, moveEnrolment } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import { deferralRefusal, deferralRefusalInWords } from './deferral-refusal.rules.ts'
import { isMoving } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { AlreadyEnrolled, DeferralRefused, RunFull } from './enrolment-errors.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { passMoney, reviewCancelledRun } from './finish-move.ts'
import { moveEndsAt } from './give-up-move.ts'
import { countMoves } from './loaders.ts'
import { freePlaces, lookForPlaces } from './places.ts'
import { refundabilityOfLocked } from './refundability-of-locked.ts'
import { activeOn } from './reserve.ts'

export interface DeferRequest {
  enrolmentId: string
  courseRunId: string
  reason?: string | null
  idempotencyKey: string
}

const refused = <Name extends string>(refusal: Refusal<Name>, deferredId: string | null = null) => ({
  enrolmentId: null,
  deferredId,
  refusals: [refusal],
})

/**
 * The new place is PAID and its old one DEFERRING, at once; the job registers it. Somebody else's enrolment reads like one
 * that does not exist. Throws UNAUTHENTICATED or FORBIDDEN for those who are neither learner nor operator.
 */
export async function deferEnrolment(context: Context, input: DeferRequest) {
  const { viewer } = context
  requireLearnerOrOperator(viewer)
  const wrong = inputRefusal(context, input)
  if (wrong) return refused(wrong)
  const id = uuidOf('Enrolment', input.enrolmentId)
  const known = id === null ? null : await findEnrolment(context.em, id)
  if (known === null || !isOwnerOrOperator(viewer, known.learnerId)) {
    const message = noSuch('Enrolment', input.enrolmentId, 'There is no such enrolment of yours.')
    return refused(refusal(NotFound, {}, message, ['input', 'enrolmentId']))
  }
  const runId = uuidOf('CourseRun', input.courseRunId)
  const run = runId === null ? null : await runById(context, runId)
  if (run === null) {
    const message = noSuch('CourseRun', input.courseRunId, 'There is no such run; take nextRun from the enrolment.')
    return refused(refusal(NotFound, {}, message, ['input', 'courseRunId']))
  }
  const places = await lookForPlaces(context, run.partnerUuid)
  const next = await openRunAfter(context, known.runId)
  const named = { runId: run.id, isNext: next?.id === run.id, places }
  return inTransaction(context.em, (tx) => defer(context, tx, { known, input, named }))
}

function inputRefusal({ viewer }: Context, { idempotencyKey, reason }: DeferRequest) {
  const badKey = keyRefusal(idempotencyKey)
  if (badKey) return badKey
  const said = reason?.trim() ?? ''
  const isMissing = isOperator(viewer) && said === ''
  if (!isMissing && charactersOf(said) <= LONGEST_REASON_CHARACTERS) return null
  const message = `Give the reason in 1 to ${LONGEST_REASON_CHARACTERS} characters; operators have to.`
  return refusal(InvalidInput, {}, message, ['input', 'reason'])
}

/** The run that was named, as it was seen before anything was locked. */
interface Named {
  runId: string
  isNext: boolean
  places: PlacesSeen
}

async function defer(
  context: Context,
  tx: EntityManager,
  { known, input, named }: { known: Enrolment; input: DeferRequest; named: Named },
) {
  const { viewer, log } = context
  const now = context.now()
  const { idempotencyKey: key, ...request } = input
  const taken = await takeKey(tx, { caller: viewer.key, operation: 'deferEnrolment', key, request, now })
  if (taken.kind === 'conflict') return refused(taken.refusal)
  if (taken.kind === 'repeat') {
    const { enrolmentId = null, deferredId = null } = taken.result
    return { enrolmentId, deferredId, refusals: [] }
  }
  const payments = await lockPayments(tx, known.id)
  const origin = await lockEnrolment(tx, known.id)
  const run = (await lockRun(tx, named.runId)) as CompleteRun
  const firstRefusal = await refusalOf(context, tx, { origin, payments, run, named, now })
  if (firstRefusal) return refused(firstRefusal, origin.id)
  const target = await move(context, tx, { origin, payments, run, now })
  log.info({ enrolmentId: origin.id, targetId: target.id, reason: request.reason ?? null }, 'a place is being moved')
  taken.keep({ enrolmentId: target.id, deferredId: origin.id })
  return { enrolmentId: target.id, deferredId: origin.id, refusals: [] }
}

interface Move {
  origin: Enrolment
  payments: readonly Payment[]
  run: CompleteRun
  now: Date
}

/** As `enrol` asks it of the run; of the place, whether it may be moved there. */
async function refusalOf(
  { viewer }: Context,
  tx: EntityManager,
  { origin, payments, run, named, now }: Move & { named: Named },
) {
  const from = (await tx.findOneOrFail(CourseRun, origin.runId)) as CompleteRun
  const { refundable, reasonCode } = await refundabilityOfLocked(tx, { enrolment: origin, payments }, now)
  const [moved] = await tx.execute<{ moves: number }[]>(countMoves('?'), [`{${origin.id}}`])
  const byOperator = isOperator(viewer)
  const facts = {
    status: origin.status,
    moving: isMoving(origin),
    timesMoved: moved?.moves ?? 0,
    byOperator,
    hasResult: origin.resultOutcome !== null,
    endsAt: from.endsAt,
    hasRun: await isRunFor(tx, { from, run, isNext: named.isNext, byOperator, now }),
    moneyHere: refundable || reasonCode === 'WINDOW_CLOSED',
    now,
  }
  const reason = deferralRefusal(facts)
  if (reason !== null) {
    const message = deferralRefusalInWords(reason, { ...facts, timeZone: from.timeZone })
    const field = reason === 'NO_RUN' ? 'courseRunId' : 'enrolmentId'
    return refusal(DeferralRefused, { reason }, message, ['input', field])
  }
  const active = await activeOn(tx, origin.learnerId, run.id)
  const field = ['input', 'courseRunId']
  if (active !== null) {
    return refusal(AlreadyEnrolled, { enrolment: active }, 'There is a place on that run already.', field)
  }
  const free = await freePlaces(tx, run.id, named.places)
  return free === null || free > 0 ? null : refusal(RunFull, {}, 'Every place on that run is taken.', field)
}

/** The next one; for operators any later one of the course that is neither cancelled nor over. */
async function isRunFor(
  tx: EntityManager,
  {
    from,
    run,
    isNext,
    byOperator,
    now,
  }: Pick<Move, 'run' | 'now'> & { from: CompleteRun; isNext: boolean; byOperator: boolean },
): Promise<boolean> {
  const isLater = run.courseId === from.courseId && run.startsAt > from.startsAt && !run.cancelled && run.endsAt > now
  if (!isLater || byOperator) return isLater
  const { withdrawnAt } = await tx.findOneOrFail(Course, from.courseId)
  return isNext && withdrawnAt === null && openForEnrolment(run, now)
}

/** Both places, their money and the jobs that go on with it, in one transaction. */
async function move({ viewer }: Context, tx: EntityManager, { origin, payments, run, now }: Move): Promise<Enrolment> {
  const cause = isOperator(viewer) ? ('DEFERRED_BY_OPERATOR' as const) : ('DEFERRED_BY_LEARNER' as const)
  const why = { cause, actor: viewer.key, at: now }
  const beginning = {
    learnerId: origin.learnerId,
    runId: run.id,
    status: 'PAID' as const,
    deferredFromId: origin.id,
    holdExpiresAt: null,
    priceMinor: origin.priceMinor,
    priceCurrency: origin.priceCurrency,
    termsVersion: origin.termsVersion,
    termsAcceptedAt: origin.termsAcceptedAt,
    expressRequestAt: origin.expressRequestAt,
    registrationUuid: null,
    registeredAt: null,
    language: origin.language,
    createdAt: now,
  }
  const target = await addEnrolment(tx, beginning, why)
  await passMoney(tx, origin, target, { payments, why })
  await moveEnrolment(tx, origin, 'DEFERRING', why)
  await announceEnrolment(tx, target)
  await enrolmentJobs.register.add(tx, { enrolmentId: target.id })
  await enrolmentJobs.giveUpMove.add(tx, { enrolmentId: target.id }, { runAt: moveEndsAt(now) })
  await reviewCancelledRun(tx, origin, now)
  return target
}
