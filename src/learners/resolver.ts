/** Answers the graph's fields about learners and the mutation that links an account. */
import type { GraphQLResolveInfo } from 'graphql'
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Info,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql'
import { isOwnerOrOperator, isSignedIn, learnerIdOf, requireLearner } from '../auth/permissions.ts'
import { Case } from '../cases/case.ts'
import type { Context } from '../context.ts'
import { globalId } from '../graph/contract/global-id.ts'
import { Refuses } from '../graph/contract/refuses.ts'
import { Url } from '../graph/contract/scalars.ts'
import { InvalidInput, ProviderRefused, ProviderUnavailable, refusal, UserError } from '../graph/contract/user-error.ts'
import { ownClient, ownOperator, ownStaff } from '../institutions/own-roles.ts'
import type { Loaded } from '../reading/loader.ts'
import { type Wanted, wantedBelow } from '../reading/selection.ts'
import { stableUuid } from '../store/stable-uuid.ts'
import { returnUrlProblem } from '../values/return-url.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { emailRefusal } from './email-refusal.ts'
import { Learner, PartnerAccount } from './learner.ts'
import { ensureInvitation } from './link-partner-account.ts'
import { findPartnerAccount, learnerById } from './loaders.ts'
import { Viewer } from './viewer.ts'

interface LearnerRow {
  id: string
}

@InputType({ description: 'Where the learner comes back to.' })
class LinkPartnerAccountInput {
  @Field(() => Url, { description: "Where the partner's page may send the learner afterwards; http or https." })
  returnUrl!: string
}

@ObjectType({ simpleResolvers: true, description: 'The account as it stands after the call.' })
class LinkPartnerAccountPayload {
  @Field(() => PartnerAccount, { nullable: true, description: 'The account: PENDING with its invitation, or LINKED.' })
  partnerAccount!: PartnerAccount | null

  @Field(() => Learner, { nullable: true, description: 'The learner.' })
  learner!: Learner | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

/** What is answered from the row; everything else needs the id alone. */
const ofTheRow: readonly (keyof Learner)[] = ['displayName', 'email', 'timeZone']

function learnerAsWanted(context: Context, id: string, wanted: Wanted): Loaded<LearnerRow | null> {
  return ofTheRow.some((field) => wanted.has(`learner.${field}`)) ? learnerById(context, id) : { id }
}

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { nullable: true, description: 'Who is asking; null when anonymous.' })
  async viewer(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): Promise<object | null> {
    const { viewer } = context
    if (!isSignedIn(viewer)) return null
    const learnerId = learnerIdOf(viewer)
    return {
      key: viewer.key,
      learner: learnerId && (await learnerAsWanted(context, learnerId, wantedBelow(info))),
      staff: ownStaff(viewer),
      client: ownClient(viewer),
      operator: ownOperator(viewer),
    }
  }

  // Only when it is asked for: a digest would be a fortieth of a page's processor time.
  @FieldResolver(() => ID, {
    description:
      'The same for the same caller whenever they ask, for caches; it opens nothing by `node`. Who is anonymous has none.',
  })
  id(@Root() { key }: { key: string }): string {
    return globalId('Viewer', stableUuid(`viewer:${key}`))
  }
}

@Resolver(() => Learner)
export class LearnerResolver {
  @FieldResolver(() => PartnerAccount, {
    nullable: true,
    description: 'The account at the registration partner; null until an invitation was asked for.',
  })
  partnerAccount(@Root() learner: LearnerRow, @Ctx() context: Context): Promise<PartnerAccount | null> {
    return findPartnerAccount(context, learner.id)
  }

  @Mutation(() => LinkPartnerAccountPayload, {
    nullable: true,
    description: 'Starts linking the learner to an account at the registration partner.',
  })
  @Refuses<typeof linkAccount>({ InvalidInput, ProviderRefused, ProviderUnavailable })
  async linkPartnerAccount(
    @Arg('input', () => LinkPartnerAccountInput, { description: 'Where the learner comes back to.' })
    input: LinkPartnerAccountInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { refusals: userErrors, ...linked } = await linkAccount(context, input.returnUrl)
    return { ...linked, userErrors }
  }
}

@Resolver(() => Case)
export class CaseLearnerResolver {
  @FieldResolver(() => Learner, {
    nullable: true,
    description: 'The learner concerned; null when there is none, or nobody knows.',
  })
  async learner(@Root() { learnerId }: Case, @Ctx() context: Context): Promise<Learner | null> {
    return learnerId === null ? null : learnerById(context, learnerId)
  }
}

/** Invites the viewer. Throws UNAUTHENTICATED or FORBIDDEN for those who are no learners. */
async function linkAccount(context: Context, returnUrl: string) {
  const learner = requireLearner(context.viewer)
  const nothing = { partnerAccount: null, learner: null }
  const badUrl = returnUrlProblem(returnUrl, context.settings.returnUrlOrigins)
  if (badUrl) return { ...nothing, refusals: [refusal(InvalidInput, {}, badUrl, ['input', 'returnUrl'])] }
  try {
    const partnerAccount = await ensureInvitation(context, learner, returnUrl)
    return { partnerAccount, learner: await learnerById(context, learner.id), refusals: [] }
  } catch (error) {
    if (!isUpstreamFailure(error)) throw error
    const refused = emailRefusal(error, learner)
    if (refused) return { ...nothing, refusals: [refused] }
    const { retryAfterSeconds } = error
    const message = 'The registration partner does not answer right now; try again in a moment.'
    return { ...nothing, refusals: [refusal(ProviderUnavailable, { provider: 'PARTNER', retryAfterSeconds }, message)] }
  }
}

/** A learner by id: the learner themself and operators only. */
export async function learnerNode(context: Context, uuid: string): Promise<object | null> {
  return isOwnerOrOperator(context.viewer, uuid) ? learnerById(context, uuid) : null
}
