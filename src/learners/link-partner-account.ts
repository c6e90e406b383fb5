/** Links a learner to a partner account by an invitation that they follow. */

import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import type { LearnerIdentity } from '../auth/viewer.ts'
import { inTransaction } from '../store/transaction.ts'
import type { AccountPartner, Membership } from './account-partner.ts'
import { Learner, PartnerAccount } from './learner.ts'

/** What these commands need of the context. */
export interface Linking {
  partner: AccountPartner
  em: EntityManager
  now(): Date
}

/**
 * The learner's account as the partner has it now, inviting the learner when the partner knows none. Repeating it
 * finds the same membership. `returnUrl` is where the partner's page may send the learner afterwards.
 * Throws UpstreamFailure.
 */
export async function ensureInvitation(
  context: Linking,
  learner: Pick<LearnerIdentity, 'id' | 'subject' | 'email' | 'givenName' | 'familyName'>,
  returnUrl: string | null = null,
): Promise<PartnerAccount> {
  const { partner } = context
  const membership =
    (await partner.findMembership(learner.subject)) ??
    (await partner.invite({
      externalLearnerId: learner.subject,
      email: learner.email,
      firstName: learner.givenName,
      lastName: learner.familyName,
      returnUrl,
    }))
  return recordMembership(context, learner.id, membership)
}

/** Stores what the partner says of a membership; a linked account stays linked. */
export function recordMembership(context: Linking, learnerId: string, membership: Membership): Promise<PartnerAccount> {
  const now = context.now()
  return inTransaction(context.em, async (tx) => {
    await tx.findOneOrFail(Learner, learnerId, { lockMode: LockMode.PESSIMISTIC_WRITE })
    const account =
      (await tx.findOne(PartnerAccount, { learnerId })) ??
      tx.create(PartnerAccount, {
        learnerId,
        membershipUuid: membership.uuid,
        status: 'PENDING' as const,
        invitationUrl: null,
        linkedAt: null,
        updatedAt: now,
      })
    account.membershipUuid = membership.uuid
    account.status = membership.linked ? 'LINKED' : 'PENDING'
    account.invitationUrl = membership.linked ? null : membership.invitationUrl
    account.linkedAt = membership.linked ? (account.linkedAt ?? now) : null
    account.updatedAt = now
    await tx.flush()
    return account
  })
}
