/** Withdraws a registration at the partner once its place is given up. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type Context, TryAgainLater } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { PartnerAccount } from '../learners/learner.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { keepEnd } from './apply-news.ts'
import { lockEnrolment, moveEnrolment, patience } from './change-enrolment.ts'
import { isPaymentBack } from './end-enrolment.ts'
import { isGivenUp, isOnTheRun, isUnderWay } from './enrolment.states.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'

const withdrawalReason = 'The payment for this enrolment went back to the learner.'
const moveReason = 'The learner has moved to another run.'

/**
 * Ends the registration of an enrolment that is REVOKING and whose money is back, or that was given up. Repeating it
 * finds the registration ended. Throws UpstreamFailure when the partner cannot say whether it did.
 */
async function withdrawRegistration(context: Context, enrolmentId: string): Promise<void> {
  const enrolment = await toBeWithdrawn(context, enrolmentId)
  if (enrolment === null) return
  const registrationUuid = await registrationOf(context, enrolment)
  if (registrationUuid !== null && !(await coversAnother(context, enrolment, registrationUuid))) {
    await deactivate(context, registrationUuid, enrolment.status === 'DEFERRED' ? moveReason : withdrawalReason)
  }
  await record(context, enrolmentId)
}

/** Read under the lock: a refund may have bounced since the job was added. */
function toBeWithdrawn(context: Context, enrolmentId: string): Promise<Enrolment | null> {
  return inTransaction(context.em, async (tx) => {
    const enrolment = await lockEnrolment(tx, enrolmentId)
    if (enrolment.status === 'REVOKING') return (await isPaymentBack(tx, enrolment)) ? enrolment : null
    waitWhileUnderWay(enrolment)
    const { status, registrationEndSeenAt } = enrolment
    const leaves = (status === 'WITHDRAWN' || status === 'DEFERRED') && registrationEndSeenAt === null
    return leaves || isGivenUp(enrolment) ? enrolment : null
  })
}

const LOOK_AGAIN_SECONDS = 15

/** It is wanted again and being registered: whether what was ended here was found still there shows after that. */
function waitWhileUnderWay({ status }: Enrolment): void {
  if (isUnderWay(status)) throw new TryAgainLater('it is being registered again', LOOK_AGAIN_SECONDS)
}

/** The partner's uuid of it; looked up when the answer that named it was lost, and then only when it is this one. */
async function registrationOf({ em, partner }: Context, enrolment: Enrolment): Promise<string | null> {
  if (enrolment.registrationUuid !== null) return enrolment.registrationUuid
  const fork = em.fork({ clear: true })
  const account = await fork.findOne(PartnerAccount, { learnerId: enrolment.learnerId })
  if (account === null) return null
  const { partnerUuid } = await fork.findOneOrFail(CourseRun, enrolment.runId)
  const found = await partner.find(account.membershipUuid, partnerUuid)
  return found?.externalReference === enrolment.id && found.status !== 'INACTIVE' ? found.uuid : null
}

/** Whether another enrolment of the learner on the run holds a place: the partner knows one registration of the two. */
async function coversAnother({ em }: Context, enrolment: Enrolment, registrationUuid: string): Promise<boolean> {
  const { id, learnerId, runId } = enrolment
  const others = await em.fork({ clear: true }).count(Enrolment, {
    id: { $ne: id },
    learnerId,
    runId,
    status: { $nin: [...endedStatuses] },
    $or: [{ registrationUuid }, { registrationUuid: null }],
  })
  return others > 0
}

/** A refusal is looked into: what is gone or ended needs no ending. */
export async function deactivate({ partner }: Context, registrationUuid: string, reason: string): Promise<void> {
  try {
    await partner.deactivate(registrationUuid, reason)
  } catch (failure) {
    if (!isUpstreamFailure(failure, 'REFUSED')) throw failure
    const now = await partner.registration(registrationUuid)
    if (now !== null && now.status !== 'INACTIVE') throw failure
  }
}

function record(context: Context, enrolmentId: string): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const enrolment = await lockEnrolment(tx, enrolmentId)
    if (isOnTheRun(enrolment.status)) return lookAgain(tx, enrolment)
    waitWhileUnderWay(enrolment)
    if (enrolment.registrationUuid !== null && enrolment.registrationEndSeenAt === null) {
      const { registrationUuid: uuid } = enrolment
      keepEnd(enrolment, { uuid, deactivatedAt: at, deactivatedBy: 'GATEWAY' }, at)
    }
    if (enrolment.status === 'REVOKING') {
      await moveEnrolment(tx, enrolment, 'REVOKED', { cause: 'REGISTRATION_ENDED', at })
      await enrolmentJobs.reviewCredit.add(tx, { enrolmentId })
    }
  })
}

/** The refund bounced while the partner was asked: what was just ended is heard of as news. */
async function lookAgain(tx: EntityManager, { registrationUuid }: Enrolment): Promise<void> {
  if (registrationUuid !== null) await enrolmentJobs.fetchRegistration.add(tx, { registrationUuid })
}

export const withdrawRegistrationJob = enrolmentJobs.withdrawRegistration.runs(
  async (context: Context, { enrolmentId }, attempt) => {
    try {
      await withdrawRegistration(context, enrolmentId)
    } catch (failure) {
      if (!isUpstreamFailure(failure)) throw failure
      throw new TryAgainLater(failure.message, patience(attempt.number, failure.retryAfterSeconds))
    }
  },
)
