/** Answers the graph's fields and mutations about shares of credit records. */

import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql'
import { isOwner, requireAnyMember, requireLearner, requireOwner } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { AtMost } from '../../graph/contract/at-most.ts'
import { ForwardArgs, type Page, PageArgs } from '../../graph/contract/page.ts'
import { Refuses } from '../../graph/contract/refuses.ts'
import { DateTime, Url } from '../../graph/contract/scalars.ts'
import { IdempotencyConflict, InvalidInput, NotFound, RateLimited, UserError } from '../../graph/contract/user-error.ts'
import { Institution } from '../../institutions/institution.ts'
import { institutionById } from '../../institutions/loaders.ts'
import { Learner } from '../../learners/learner.ts'
import { learnerById } from '../../learners/loaders.ts'
import { LONGEST_KEY_CHARACTERS, LONGEST_SLUG_CHARACTERS } from '../../values/lengths.ts'
import { CreditRecord } from '../credit-record.ts'
import { CreditShare, CreditShareConnection, ShareAccess, ShareAccessConnection } from './credit-share.ts'
import { LONGEST_CODE_CHARACTERS, openShare } from './open-share.ts'
import { accessesOf, shareById, sharedRecords, sharesOf } from './share.loaders.ts'
import { MOST_RECORDS, revokeCreditShare, type ShareResult, shareCredit } from './share-credit.ts'

@InputType({ description: 'Which credit records to show, to whom, and until when.' })
class ShareCreditInput {
  @Field(() => [ID], { description: "The learner's own records, one or more." })
  @AtMost({ items: MOST_RECORDS, inUserErrors: true })
  creditRecordIds!: string[]

  @Field(() => String, {
    nullable: true,
    description: 'Only this institution may open it; any that takes part when not given.',
  })
  @AtMost({ characters: LONGEST_SLUG_CHARACTERS })
  institutionSlug?: string | null

  @Field(() => DateTime, { description: 'The code opens nothing afterwards; in the future.' })
  expiresAt!: Date

  @Field(() => String, {
    nullable: true,
    description: 'Any text but a blank one; the same key finds the same share.',
  })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey?: string | null
}

@ObjectType({ simpleResolvers: true, description: 'The share with its code.' })
class ShareCreditPayload {
  @Field(() => CreditShare, { nullable: true, description: 'The share.' })
  creditShare!: CreditShare | null

  @Field(() => Learner, { nullable: true, description: 'Whose shares they are: leads to the list.' })
  learner!: Learner | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@InputType({ description: 'Which share to take back.' })
class RevokeCreditShareInput {
  @Field(() => ID, { description: 'The share.' })
  creditShareId!: string
}

@ObjectType({ simpleResolvers: true, description: 'The share, which opens nothing any more.' })
class RevokeCreditSharePayload extends ShareCreditPayload {}

interface ShareRow {
  id: string
  code: string
  learnerId: string
  institutionId: string | null
}

async function payload(context: Context, { shareId, refusals }: ShareResult): Promise<object> {
  const [creditShare, learner] = await Promise.all([
    shareId === null ? null : shareById(context, shareId),
    learnerById(context, requireLearner(context.viewer).id),
  ])
  return { creditShare, learner, userErrors: refusals }
}

@Resolver(() => CreditShare)
export class CreditShareResolver {
  @Query(() => CreditShare, {
    nullable: true,
    description:
      "What a learner shared with the caller's institution. Every look is logged and visible to the learner.",
  })
  async creditShare(
    @Arg('code', () => String, { description: 'As the learner handed it over.' })
    @AtMost({ characters: LONGEST_CODE_CHARACTERS })
    code: string,
    @Ctx() context: Context,
  ): Promise<CreditShare | null> {
    requireAnyMember(context.viewer)
    const opened = await openShare(context, code)
    return opened && shareById(context, opened.id)
  }

  @Mutation(() => ShareCreditPayload, {
    nullable: true,
    description:
      'Shows chosen credit records to whichever institution has the code, until an instant, revocably. RateLimited while 50 shares of the learner open still.',
  })
  @Refuses<typeof shareCredit>({ IdempotencyConflict, InvalidInput, NotFound, RateLimited })
  async shareCredit(
    @Arg('input', () => ShareCreditInput, { description: 'What to share.' }) input: ShareCreditInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await shareCredit(context, input))
  }

  @Mutation(() => RevokeCreditSharePayload, {
    nullable: true,
    description: 'Takes a share back, at once and for good.',
  })
  @Refuses<typeof revokeCreditShare>({ NotFound })
  async revokeCreditShare(
    @Arg('input', () => RevokeCreditShareInput, { description: 'The share.' }) input: RevokeCreditShareInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await revokeCreditShare(context, input.creditShareId))
  }

  @FieldResolver(() => Url, { description: 'The same as a link.' })
  url(@Root() share: ShareRow, @Ctx() context: Context): string {
    return `${context.settings.publicUrl}/shares/${share.code}`
  }

  @FieldResolver(() => String, { description: 'Whose credit it is.' })
  async learnerName(@Root() share: ShareRow, @Ctx() context: Context): Promise<string> {
    return (await learnerById(context, share.learnerId))!.displayName
  }

  @FieldResolver(() => [CreditRecord], { description: 'The records, as they stand now.' })
  creditRecords(@Root() share: ShareRow, @Ctx() context: Context): Promise<(CreditRecord | null)[]> {
    return sharedRecords(context, share.id)
  }

  @FieldResolver(() => Institution, {
    nullable: true,
    description: 'The only one that may open it; null when any may.',
  })
  async institution(@Root() share: ShareRow, @Ctx() context: Context): Promise<Institution | null> {
    return share.institutionId === null ? null : institutionById(context, share.institutionId)
  }

  @FieldResolver(() => ShareAccessConnection, {
    nullable: true,
    description: 'Who looked, newest first; null for all but the learner.',
  })
  async accesses(
    @Root() share: ShareRow,
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Ctx() context: Context,
  ): Promise<Page<ShareAccess> | null> {
    return isOwner(context.viewer, share.learnerId) ? accessesOf(context, share.id, args) : null
  }
}

@Resolver(() => ShareAccess)
export class ShareAccessResolver {
  @FieldResolver(() => Institution, { description: 'For which institution.' })
  institution(@Root() access: { institutionId: string }, @Ctx() context: Context): Promise<Institution | null> {
    return institutionById(context, access.institutionId)
  }
}

@Resolver(() => Learner)
export class LearnerSharesResolver {
  @FieldResolver(() => CreditShareConnection, { description: 'Their shares, newest first.' })
  async creditShares(
    @Root() learner: { id: string },
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<CreditShare>> {
    // The code opens the share for whoever has it: not even operators are shown it.
    requireOwner(context.viewer, learner.id)
    return sharesOf(context, learner.id, args)
  }
}
