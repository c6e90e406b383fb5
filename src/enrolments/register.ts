/** Registers a paid enrolment at the partner, or refunds it when definitively refused. */
import { type Context, TryAgainLater } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { Learner, PartnerAccount } from '../learners/learner.ts'
import { ensureInvitation } from '../learners/link-partner-account.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { applyNews } from './apply-news.ts'
import { lockAfterOrigin, lockEnrolment, lockRun, moveEnrolment, patience } from './change-enrolment.ts'
import { compensate, lockPayments } from './compensate.ts'
import { type EnrolmentCause, isGivenUp, isUnderWay } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { giveUpMove, isOverdue } from './give-up-move.ts'
import { freePlaces, lookForPlaces } from './places.ts'
import type { Registration } from './registration-partner.ts'
import { compensateForRun } from './run-cancelled.ts'

/** Whom to register on what, in the partner's names. */
interface RegistrationRequest {
  enrolment: Enrolment
  run: CourseRun
  membershipUuid: string
  runUuid: string
}

/**
 * Registers the learner, or finds that it is done. Throws UpstreamFailure when the partner cannot say: the next try looks
 * before it asks again.
 */
export async function register(context: Context, enrolmentId: string): Promise<void> {
  const request = await begin(context, enrolmentId)
  if (request === null) return
  if (isOverdue(request.enrolment, context.now())) return giveUpMove(context, enrolmentId)
  if (request.run.cancelled) return compensateForRun(context, enrolmentId)
  const found = await lookUp(context, request)
  if (found) return record(context, enrolmentId, found)
  if (await hasPlaceGone(context, request))
    return compensate(context, enrolmentId, { cause: 'RUN_FULL', reason: 'RUN_FULL' })
  const { membershipUuid, runUuid } = request
  try {
    const made = await context.partner.register({ membershipUuid, runUuid, externalReference: enrolmentId })
    await record(context, enrolmentId, made)
  } catch (failure) {
    if (!isUpstreamFailure(failure, 'REFUSED')) throw failure
    // An earlier call whose answer was lost may have come through since: money only goes back once that is ruled out.
    const late = await lookUp(context, request)
    if (late) return record(context, enrolmentId, late)
    const cause = causeOfRefusal.get(failure.code) ?? 'REGISTRATION_REFUSED'
    await compensate(context, enrolmentId, { cause, reason: failure.code.toUpperCase() })
  }
}

/** The partner's refusals that the history names; a code that only this partner has stays with the refund. */
const causeOfRefusal: ReadonlyMap<string, EnrolmentCause> = new Map([
  ['run_full', 'RUN_FULL'],
  ['run_closed', 'RUN_CLOSED'],
  ['run_unknown', 'RUN_UNKNOWN'],
  ['membership_unknown', 'MEMBERSHIP_UNKNOWN'],
])

/** Transaction 1: REGISTERING. Null when there is nothing to register any more. */
async function begin(context: Context, enrolmentId: string): Promise<RegistrationRequest | null> {
  const at = context.now()
  const enrolment = await inTransaction(context.em, async (tx) => {
    const row = await lockEnrolment(tx, enrolmentId)
    if (row.status === 'PAID') await moveEnrolment(tx, row, 'REGISTERING', { cause: 'REGISTRATION_STARTED', at })
    return row.status === 'REGISTERING' ? row : null
  })
  if (enrolment === null) return null
  const em = context.em.fork({ clear: true })
  const run = await em.findOneOrFail(CourseRun, enrolment.runId)
  const account = await em.findOne(PartnerAccount, { learnerId: enrolment.learnerId })
  const { membershipUuid } =
    account ?? (await ensureInvitation(context, await em.findOneOrFail(Learner, enrolment.learnerId)))
  return { enrolment, run, membershipUuid, runUuid: run.partnerUuid }
}

/** The registration that holds the learner's place, if there is one. A partner that has no look-up refuses it. */
async function lookUp(
  { partner }: Context,
  { membershipUuid, runUuid }: RegistrationRequest,
): Promise<Registration | null> {
  try {
    const found = await partner.find(membershipUuid, runUuid)
    return found?.status === 'INACTIVE' ? null : found
  } catch (failure) {
    if (isUpstreamFailure(failure, 'REFUSED')) return null
    throw failure
  }
}

/** Paid after its hold had ended: only when no other learner holds the place by now. */
async function hasPlaceGone(context: Context, { enrolment, runUuid }: RegistrationRequest): Promise<boolean> {
  if (enrolment.holdExpiresAt === null) return false
  const seen = await lookForPlaces(context, runUuid)
  return inTransaction(context.em, async (tx) => {
    await lockRun(tx, enrolment.runId)
    const free = await freePlaces(tx, enrolment.runId, seen, enrolment.id)
    return free !== null && free <= 0
  })
}

/** Transaction 2. What was made for an enrolment that ended meanwhile is withdrawn again. */
function record(context: Context, enrolmentId: string, registration: Registration): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payments = await lockPayments(tx, enrolmentId)
    const enrolment = await lockAfterOrigin(tx, enrolmentId)
    if (isUnderWay(enrolment.status) || isGivenUp(enrolment)) {
      await applyNews(tx, { enrolment, payments }, registration, { askedAt: at, at })
    }
  })
}

export const registerEnrolmentJob = enrolmentJobs.register.runs(async (context: Context, { enrolmentId }, attempt) => {
  try {
    await register(context, enrolmentId)
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    throw new TryAgainLater(failure.message, patience(attempt.number, failure.retryAfterSeconds))
  }
})
