/** Withdraws a registration at the partner once its money is back. */
import { type Context, TryAgainLater } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { PartnerAccount } from '../learners/learner.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { lockEnrolment, moveEnrolment, patience } from './change-enrolment.ts'
import { isPaymentBack } from './end-enrolment.ts'
import { isGivenUp, isOnTheRun, isUnderWay, restorations } from './enrolment.states.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'

const withdrawalReason = 'The payment for this enrolment went back to the learner.'

/**
 * Ends the registration of an enrolment that is REVOKING and whose money is back, or that was given up. Repeating it
 * finds the registration ended; and one that is wanted again by then, after a call that was not answered, is made again.
 * Throws UpstreamFailure when the partner cannot say whether it did.
 */
async function withdrawRegistration(context: Context, enrolmentId: string): Promise<void> {
  const enrolment = await toBeWithdrawn(context, enrolmentId)
  if (enrolment === null) return
  if (isOnTheRun(enrolment.status)) {
    return (await hasEnded(context, enrolment)) ? record(context, enrolmentId) : undefined
  }
  const registrationUuid = await registrationOf(context, enrolment)
  if (registrationUuid !== null && !(await coversAnother(context, enrolment, registrationUuid))) {
    await deactivate(context, registrationUuid)
  }
  await record(context, enrolmentId)
}

/** Read under the lock: a refund may have bounced since the job was added. */
function toBeWithdrawn(context: Context, enrolmentId: string): Promise<Enrolment | null> {
  return inTransaction(context.em, async (tx) => {
    const enrolment = await lockEnrolment(tx, enrolmentId)
    if (enrolment.status === 'REVOKING') return (await isPaymentBack(tx, enrolment)) ? enrolment : null
    waitWhileUnderWay(enrolment)
    return isGivenUp(enrolment.status) || isOnTheRun(enrolment.status) ? enrolment : null
  })
}

const LOOK_AGAIN_SECONDS = 15

/** It is wanted again and being registered: whether what was ended here was found still there shows after that. */
function waitWhileUnderWay({ status }: Enrolment): void {
  if (isUnderWay(status)) throw new TryAgainLater('it is being registered again', LOOK_AGAIN_SECONDS)
}

/** Whether the partner ended it before its refund bounced, and we never heard. */
async function hasEnded({ partner }: Context, { registrationUuid }: Enrolment): Promise<boolean> {
  const now = registrationUuid === null ? null : await partner.registration(registrationUuid)
  return now?.status === 'INACTIVE'
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
async function deactivate({ partner }: Context, registrationUuid: string): Promise<void> {
  try {
    await partner.deactivate(registrationUuid, withdrawalReason)
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
    enrolment.studyUrl = null
    if (enrolment.status === 'REVOKING') {
      await moveEnrolment(tx, enrolment, 'REVOKED', { cause: 'REGISTRATION_ENDED', at })
      await enrolmentJobs.reviewCredit.add(tx, { enrolmentId })
    } else if (isOnTheRun(enrolment.status)) {
      // The refund bounced while the partner was asked: what was just ended is made again.
      enrolment.registrationUuid = null
      await moveEnrolment(tx, enrolment, 'REGISTERING', { cause: 'REFUND_FAILED', at }, restorations)
      await enrolmentJobs.register.add(tx, { enrolmentId })
    } else waitWhileUnderWay(enrolment)
  })
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
