/** What the graph answers about shares of credit, and the mutations that make and revoke them. */
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
import type { Context } from '../context.ts'
import { ForwardArgs, type Page, PageArgs } from '../graph/page.ts'
import { DateTime, Url } from '../graph/scalars.ts'
import { UserError } from '../graph/user-error.ts'
import { Institution } from '../institutions/institution.ts'
import { institutionById } from '../institutions/loaders.ts'
import { Learner } from '../learners/learner.ts'
import { learnerById } from '../learners/loaders.ts'
import { CreditRecord } from './credit-record.ts'
import { CreditShare, CreditShareConnection, ShareAccess, ShareAccessConnection } from './credit-share.ts'
import { creditRecordById } from './loaders.ts'
import { openShare } from './open-share.ts'
import { revokeShare, shareCredit } from './share-credit.ts'
import { accessesOf, recordIdsOfShare, shareById, sharesOf } from './share-loaders.ts'

@InputType({ description: 'What to share, with whom, and until when.' })
class ShareCreditInput {
  @Field(() => [ID], { description: "The learner's own credit records." })
  creditRecordIds!: string[]

  @Field(() => String, {
    nullable: true,
    description: 'Only this institution; any participating one when none is given.',
  })
  institutionSlug?: string | null

  @Field(() => DateTime, { description: 'The code opens nothing afterwards.' })
  expiresAt!: Date

  @Field(() => String, { nullable: true, description: 'Any text of 1 to 200 characters, new for each new request.' })
  idempotencyKey?: string | null
}

@InputType({ description: 'Which share to take back.' })
class RevokeCreditShareInput {
  @Field(() => ID, { description: 'The share.' })
  creditShareId!: string
}

@ObjectType({ simpleResolvers: true, description: 'The share that was made.' })
class ShareCreditPayload {
  @Field(() => CreditShare, { nullable: true, description: 'The share, with its code.' })
  creditShare!: CreditShare | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@ObjectType({ simpleResolvers: true, description: 'The share that was taken back.' })
class RevokeCreditSharePayload extends ShareCreditPayload {}

type ShareRow = CreditShare
interface Row {
  id: string
}
interface OfInstitution {
  institutionId: string
}

@Resolver(() => CreditShare)
export class CreditShareResolver {
  @Query(() => CreditShare, {
    nullable: true,
    description:
      "What a learner shared with the caller's institution. Every look is logged and visible to the learner.",
  })
  creditShare(
    @Arg('code', () => String, { description: 'The code that the learner handed over.' }) code: string,
    @Ctx() context: Context,
  ): Promise<CreditShare | null> {
    return openShare(context, code)
  }

  @Mutation(() => ShareCreditPayload, { nullable: true, description: 'Shows chosen credit to whoever has the code.' })
  async shareCredit(
    @Arg('input', () => ShareCreditInput, { description: 'What to share.' }) input: ShareCreditInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { shareId, refusals } = await shareCredit(context, input)
    return { creditShare: shareId && (await shareById(context, shareId)), userErrors: refusals }
  }

  @Mutation(() => RevokeCreditSharePayload, { nullable: true, description: 'Takes a share back, at once.' })
  async revokeCreditShare(
    @Arg('input', () => RevokeCreditShareInput, { description: 'Which one.' }) input: RevokeCreditShareInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { shareId, refusals } = await revokeShare(context, input.creditShareId)
    return { creditShare: shareId && (await shareById(context, shareId)), userErrors: refusals }
  }

  @FieldResolver(() => Url, { description: "The code as an address of this gateway's, for handing over." })
  url(@Root() share: ShareRow, @Ctx() context: Context): string {
    return `${context.settings.publicUrl}/shares/${share.code}`
  }

  @FieldResolver(() => String, { description: 'Whose credit it is.' })
  async learnerName(@Root() share: ShareRow, @Ctx() context: Context): Promise<string> {
    return (await learnerById(context, share.learnerId))?.displayName ?? ''
  }

  @FieldResolver(() => [CreditRecord], { description: 'The records that it shows.' })
  async creditRecords(@Root() share: ShareRow, @Ctx() context: Context): Promise<(CreditRecord | null)[]> {
    const ids = await recordIdsOfShare(context, share.id)
    return Promise.all(ids.map((id) => creditRecordById(context, id)))
  }

  @FieldResolver(() => Institution, {
    nullable: true,
    description: 'The one institution that it is for, if it is for one.',
  })
  institution(@Root() { institutionId }: ShareRow, @Ctx() context: Context): Promise<Institution | null> | null {
    return institutionId === null ? null : institutionById(context, institutionId)
  }

  @FieldResolver(() => ShareAccessConnection, {
    nullable: true,
    description: "Who looked, oldest first; the learner's.",
  })
  accesses(
    @Root() share: ShareRow,
    @Args(() => ForwardArgs) args: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<ShareAccess>> | null {
    return context.viewer.learner?.id === share.learnerId ? accessesOf(context, share.id, args) : null
  }
}

@Resolver(() => ShareAccess)
export class ShareAccessResolver {
  @FieldResolver(() => Institution, { description: 'For which institution.' })
  institution(@Root() access: OfInstitution, @Ctx() context: Context): Promise<Institution | null> {
    return institutionById(context, access.institutionId)
  }
}

@Resolver(() => Learner)
export class LearnerSharesResolver {
  @FieldResolver(() => CreditShareConnection, { description: 'What they share, newest first; the learner alone.' })
  creditShares(
    @Root() learner: Row,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<CreditShare>> {
    // An operator sees that there is a learner, never a code that opens their credit.
    const nothing = [{ sql: 'false', value: undefined }]
    return sharesOf(context, learner.id, args, context.viewer.learner?.id === learner.id ? [] : nothing)
  }
}
