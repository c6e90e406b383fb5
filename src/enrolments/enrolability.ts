/** Shows in the graph whether the viewer can enrol on a run now. */
import { Field, ObjectType } from 'type-graphql'
import { isSignedIn, learnerIdOf } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { type CompleteRun, courseById } from '../courses/loaders.ts'
import { type PlacesSeen, placesSeen } from '../courses/places.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { Forbidden, refusal } from '../graph/contract/user-error.ts'
import { findPartnerAccount } from '../learners/loaders.ts'
import { methodsOffered } from '../payments/methods-offered.ts'
import { enrolmentRefusal } from './enrolment.rules.ts'
import { viewerPlaceOn } from './loaders.ts'
import { placesHeld } from './places.ts'
import { methodRefusal, priceOf } from './price-refusal.ts'
import { unpaidHoldsOf } from './unpaid-holds.ts'

/** Codes of the refusals that `enrol` answers of a run and its learner. */
export const EnrolabilityRefusal = {
  ALREADY_ENROLLED: 'ALREADY_ENROLLED',
  ENROLMENT_CLOSED: 'ENROLMENT_CLOSED',
  RUN_FULL: 'RUN_FULL',
  PARTNER_ACCOUNT_REQUIRED: 'PARTNER_ACCOUNT_REQUIRED',
  RATE_LIMITED: 'RATE_LIMITED',
  PAYMENT_METHOD_NOT_OFFERED: 'PAYMENT_METHOD_NOT_OFFERED',
  FORBIDDEN: 'FORBIDDEN',
} as const
export type EnrolabilityRefusal = (typeof EnrolabilityRefusal)[keyof typeof EnrolabilityRefusal]
publishEnum(EnrolabilityRefusal, 'EnrolabilityRefusal', 'Why one cannot enrol; the codes are those of `enrol`.', {
  ALREADY_ENROLLED: 'The viewer has a place on this run.',
  ENROLMENT_CLOSED: 'Outside the enrolment window, or not offered any more.',
  RUN_FULL: 'No place is left.',
  PARTNER_ACCOUNT_REQUIRED: 'The viewer needs an account at the partner first, see linkPartnerAccount.',
  RATE_LIMITED: 'The viewer holds as many unpaid places as one may.',
  PAYMENT_METHOD_NOT_OFFERED: 'No provider takes this price.',
  FORBIDDEN: 'The viewer is no learner.',
})

@ObjectType({ simpleResolvers: true, description: 'Shown before anyone enrols, by the rules that `enrol` asks.' })
export class Enrolability {
  @Field(() => Boolean, { description: 'Whether `enrol` would give a place now.' })
  possible!: boolean

  @Field(() => EnrolabilityRefusal, { nullable: true, description: 'Why not; null when possible.' })
  reasonCode!: EnrolabilityRefusal | null

  @Field(() => String, { nullable: true, description: 'The same in one sentence; null when possible.' })
  reason!: string | null
}

/** The first reason that holds. Of nobody in particular it is what can be said without a learner. */
export async function enrolabilityOf(context: Context, run: CompleteRun): Promise<Enrolability> {
  const why = await refusalFor(context, run)
  return {
    possible: why === null,
    reasonCode: (why?.code as EnrolabilityRefusal | undefined) ?? null,
    reason: why?.message ?? null,
  }
}

async function refusalFor(context: Context, run: CompleteRun) {
  const learnerId = learnerIdOf(context.viewer)
  if (learnerId === null && isSignedIn(context.viewer)) return refusal(Forbidden, {}, 'Only learners can enrol.')
  const [course, free, learner] = await Promise.all([
    courseById(context, run.courseId),
    freePlacesOn(context, run),
    learnerId === null ? { active: null } : learnerFacts(context, learnerId, run.id),
  ])
  const withdrawn = course?.withdrawnAt != null
  const facts = { run, withdrawn, now: context.now(), freePlaces: free, active: learner.active }
  return enrolmentRefusal(facts) ?? unpayable(context, run) ?? enrolmentRefusal({ ...facts, ...learner })
}

/** When no method is offered: then it is refused by any. */
function unpayable({ providers }: Context, run: CompleteRun) {
  const price = priceOf(run)
  return methodsOffered(providers, price).length === 0 ? methodRefusal(providers, price, 'CARD') : null
}

async function learnerFacts(context: Context, learnerId: string, runId: string) {
  const [active, partnerAccount, holdsEnd] = await Promise.all([
    viewerPlaceOn(context, runId),
    findPartnerAccount(context, learnerId),
    unpaidHoldsOf(context, learnerId),
  ])
  return { active, partnerAccount, holdsEnd }
}

/** Null when there is no limit, or nobody can say: the partner decides itself when it registers. */
async function freePlacesOn(context: Context, { id: runId, partnerUuid }: CompleteRun): Promise<number | null> {
  const { value: { remaining, seenAt } = nobodyCanSay } = await placesSeen(context, partnerUuid)
  return remaining === null ? null : remaining - (await placesHeld(context, { runId, seenAt }))
}

const nobodyCanSay: PlacesSeen = { remaining: null, seenAt: new Date(0) }
