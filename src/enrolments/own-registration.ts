/** Tells whether a registration is under a membership of the enrolment's learner. */
import type { Context } from '../context.ts'
import { Learner, PartnerAccount } from '../learners/learner.ts'
import { recordMembershipOf } from '../learners/record-membership.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Enrolment } from './enrolment.ts'
import { closeDiffers, openDiffers } from './news-cases.ts'
import type { Registration } from './registration-partner.ts'

/**
 * The account takes over the membership that its own was merged into. When it is somebody else's, that is for a person:
 * nothing of such a registration is applied. Throws UpstreamFailure when the partner cannot say.
 */
export async function isOwnRegistration(
  context: Context,
  enrolment: Enrolment,
  registration: Registration,
): Promise<boolean> {
  const em = context.em.fork({ clear: true })
  const account = await em.findOne(PartnerAccount, { learnerId: enrolment.learnerId })
  const { membershipUuid } = registration
  if (account === null || account.membershipUuid === membershipUuid) return true
  const theirs =
    (await isOfLearner(context, enrolment.learnerId, membershipUuid)) ||
    (await wasMerged(context, account, membershipUuid))
  const key = `registration:${registration.uuid}`
  await inTransaction(context.em, (tx) =>
    theirs
      ? closeDiffers(tx, key, context.now())
      : openDiffers(
          tx,
          key,
          `Registration ${registration.uuid} is under membership ${membershipUuid}, which is not the learner's.`,
          context.now(),
        ),
  )
  return theirs
}

/** One person can have several memberships, each with our id of the learner. */
async function isOfLearner({ em, partner }: Context, learnerId: string, membershipUuid: string): Promise<boolean> {
  const membership = await partner.membership(membershipUuid)
  if (membership === null) return false
  const { subject } = await em.fork({ clear: true }).findOneOrFail(Learner, learnerId)
  return membership.externalLearnerId === subject
}

async function wasMerged(context: Context, account: PartnerAccount, into: string): Promise<boolean> {
  const membership = await context.partner.membership(account.membershipUuid)
  if (membership === null || membership.mergedInto === null) return false
  const em = context.em.fork({ clear: true })
  const recorded = await recordMembershipOf(context, em, account.learnerId, membership)
  const now = await em.findOne(PartnerAccount, { learnerId: account.learnerId }, { refresh: true })
  return recorded === 'RECORDED' && now?.membershipUuid === into
}
