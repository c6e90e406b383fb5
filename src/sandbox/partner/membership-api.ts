/** Answers calls that invite a learner once and find the invitation again. */
import { z } from 'zod'
import type { Membership } from '../seed/learner.ts'
import { ApiRefusal, parse, seeReference } from './api-answers.ts'
import type { ServeOperation } from './api-routes.ts'
import type { PartnerWorld } from './partner-world.ts'
import { membershipBody, referenceTo } from './representations.ts'

const invitation = z.object({
  external_learner_id: z.string().min(1).max(255),
  email: z.email({ error: 'expected an email address' }),
  first_name: z.string().min(1).max(255),
  last_name: z.string().min(1).max(255),
  /** Ours, optional: the invitation page ends with a link to it. */
  return_url: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).nullish(),
})

export function serveMemberships(
  serve: ServeOperation,
  world: PartnerWorld,
  isRefused: (email: string) => boolean,
): void {
  serve('organisation_memberships.create', 'POST', '/organisation_memberships', ({ body }) => {
    const { return_url = null, ...person } = parse(invitation, body)
    if (isRefused(person.email)) throw new ApiRefusal(400, 'invalid_email', `${person.email} cannot receive mail.`)
    const existing = membershipOf(world, person.external_learner_id)
    if (existing) {
      const reference = referenceTo(world, 'organisation_memberships', existing.uuid)
      throw new ApiRefusal(409, 'already_exists', 'This external_learner_id has a membership.', reference)
    }
    const created = world.addMembership({ ...person, return_url })
    const location = world.href('organisation_memberships', created.uuid)
    return { status: 201, headers: { location }, body: membershipBody(world, created) }
  })
  serve('organisation_memberships.find', 'GET', '/organisation_memberships/find', ({ query }) => {
    const found = membershipOf(world, query.external_learner_id ?? '')
    if (!found) throw new ApiRefusal(404, 'not_found', 'This external_learner_id has no membership.')
    return seeReference(302, referenceTo(world, 'organisation_memberships', found.uuid))
  })
  serve('organisation_memberships.get', 'GET', '/organisation_memberships/:uuid', ({ uuid }) => {
    const membership = world.membership(uuid)
    if (!membership) throw new ApiRefusal(404, 'not_found', 'There is no such membership.')
    return { status: 200, body: membershipBody(world, membership) }
  })
  serve('learners.get', 'GET', '/learners/:uuid', ({ uuid }) => {
    const membership = world.memberships.find((one) => one.learner_uuid === uuid)
    if (!membership) throw new ApiRefusal(404, 'not_found', 'There is no such learner.')
    const { first_name, last_name, email } = membership
    return { status: 200, body: { ...referenceTo(world, 'learners', uuid), first_name, last_name, email } }
  })
}

/** The one that is left of those that were merged. */
function membershipOf(world: PartnerWorld, externalLearnerId: string): Membership | undefined {
  let found = world.memberships.find((one) => one.external_learner_id === externalLearnerId)
  while (found?.merged_into) found = world.membership(found.merged_into)
  return found
}
