/** Invites learners to the partner's memberships and reads which account each one joined. */
import type { AccountPartner } from '../../learners/account-partner.ts'
import type { PartnerExchange } from './partner-exchange.ts'
import { membershipFacts } from './partner-facts.ts'
import { membership } from './partner-replies.ts'
import { createThing, findThing, getThing } from './partner-thing.ts'

const membershipThing = { name: 'organisation_memberships', shape: membership }

export function partnerAccounts(exchange: PartnerExchange): AccountPartner {
  const byLearner = (externalLearnerId: string) => ({ external_learner_id: externalLearnerId })
  return {
    invite: async ({ externalLearnerId, email, firstName, lastName, returnUrl }) => {
      const body = {
        ...byLearner(externalLearnerId),
        email,
        first_name: firstName,
        last_name: lastName,
        ...(returnUrl !== null && { return_url: returnUrl }),
      }
      return membershipFacts(await createThing(exchange, membershipThing, { body, find: byLearner(externalLearnerId) }))
    },
    findMembership: async (externalLearnerId) => {
      const found = await findThing(exchange, membershipThing, byLearner(externalLearnerId))
      return found && membershipFacts(found)
    },
    membership: async (uuid) => {
      const found = await getThing(exchange, membershipThing, uuid)
      return found && membershipFacts(found)
    },
  }
}
