/** Records a learner's membership, or the one that it was merged into. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Membership } from './account-partner.ts'
import { PartnerAccount } from './learner.ts'
import { type Linking, recordMembership } from './link-partner-account.ts'

/** TAKEN: another learner of ours has that membership, and no account holds two. */
export type MembershipRecorded = 'RECORDED' | 'TAKEN'

/** A linked account is not given up for another membership that waits to be linked. Throws UpstreamFailure. */
export async function recordMembershipOf(
  context: Linking,
  em: EntityManager,
  learnerId: string,
  membership: Membership,
): Promise<MembershipRecorded> {
  const surviving = await follow(context, membership)
  const account = await em.findOne(PartnerAccount, { learnerId })
  const isOther = account !== null && account.membershipUuid !== surviving.uuid
  const isMerged = account?.membershipUuid === membership.uuid && membership !== surviving
  if (isOther && !isMerged && account.status === 'LINKED' && !surviving.linked) return 'RECORDED'
  const holder = await em.findOne(PartnerAccount, { membershipUuid: surviving.uuid })
  if (holder !== null && holder.learnerId !== learnerId) return 'TAKEN'
  await recordMembership(context, learnerId, surviving)
  return 'RECORDED'
}

/** Merged ones are merged again, but not for ever. */
const MOST_STEPS = 5

async function follow({ partner }: Linking, membership: Membership): Promise<Membership> {
  let last = membership
  for (let steps = 0; last.mergedInto !== null && steps < MOST_STEPS; steps += 1) {
    const next = await partner.membership(last.mergedInto)
    if (next === null) return last
    last = next
  }
  return last
}
