/** Answers the mutation that publishes a policy and the query that tries one. */
import { Arg, Args, Ctx, Field, FieldResolver, Int, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql'
import type { Context } from '../../context.ts'
import { connectionOf, ForwardArgs, type Page } from '../../graph/contract/page.ts'
import { Refuses } from '../../graph/contract/refuses.ts'
import { Forbidden, IdempotencyConflict, InvalidInput, NotFound, UserError } from '../../graph/contract/user-error.ts'
import { TransferApplication } from '../applications/transfer-application.ts'
import { TransferEligibility } from '../eligibility.ts'
import { pageOfRows } from '../page-of-rows.ts'
import { type DryRunCase, dryRun } from './dry-run.ts'
import { policyById } from './policy.loaders.ts'
import { PolicyOverlap } from './policy-errors.ts'
import { publishPolicy } from './publish-policy.ts'
import { PublishTransferPolicyInput } from './publish-transfer-policy-input.ts'
import { TransferPolicy } from './transfer-policy.ts'

const newestFirst = {
  list: 'dry-run-cases',
  keyCount: 1,
  descending: true,
  keysOf: ({ id }: DryRunCase) => [id],
}

@ObjectType({ simpleResolvers: true, description: 'The version that was published.' })
class PublishTransferPolicyPayload {
  @Field(() => TransferPolicy, { nullable: true, description: 'The version.' })
  policy!: TransferPolicy | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@ObjectType({ simpleResolvers: true, description: 'An application whose answer would be another.' })
class TransferPolicyDryRunCase {
  @Field(() => TransferApplication, { description: 'The application.' })
  application!: TransferApplication

  @Field(() => TransferEligibility, { description: 'The answer that it was given.' })
  before!: TransferEligibility

  @Field(() => TransferEligibility, { description: 'The answer that it would be given.' })
  after!: TransferEligibility
}

const DryRunCaseConnection = connectionOf(() => TransferPolicyDryRunCase, 'TransferPolicyDryRunCase', 'cases')

@ObjectType({ simpleResolvers: true, description: 'What a policy would change; nothing is published.' })
class TransferPolicyDryRun {
  @Field(() => [UserError], { description: 'Why it could not be published so; empty when it could.' })
  userErrors!: UserError[]

  @Field(() => Int, { description: 'How many past applications were decided anew: the newest 2000 at most.' })
  examined!: number
}

interface DryRunRow {
  page: Page<DryRunCase> | null
}

@Resolver(() => TransferPolicyDryRun)
export class PolicyPublicationResolver {
  @Mutation(() => PublishTransferPolicyPayload, {
    nullable: true,
    description:
      "A new version of a qualification's policy, never edited afterwards; it ends an open version that it starts inside.",
  })
  @Refuses<typeof publishPolicy>({ Forbidden, IdempotencyConflict, InvalidInput, NotFound, PolicyOverlap })
  async publishTransferPolicy(
    @Arg('input', () => PublishTransferPolicyInput, { description: 'The policy.' }) input: PublishTransferPolicyInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { policyId, refusals } = await publishPolicy(context, input)
    return { policy: policyId && (await policyById(context, policyId)), userErrors: refusals }
  }

  @Query(() => TransferPolicyDryRun, {
    nullable: true,
    description:
      "What publishing this policy would change in the institution's past applications, without publishing it.",
  })
  async transferPolicyDryRun(
    @Arg('input', () => PublishTransferPolicyInput, { description: 'The policy.' }) input: PublishTransferPolicyInput,
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Ctx() context: Context,
  ): Promise<object> {
    const { refusals, examined, changed } = await dryRun(context, input)
    const cases = refusals.length ? null : pageOfRows(changed, args, newestFirst)
    return { userErrors: refusals, examined, page: cases }
  }

  @FieldResolver(() => Int, { description: 'How many of them would be answered otherwise.' })
  changed(@Root() { page }: DryRunRow): number | Promise<number> {
    return page ? page.totalCount() : 0
  }

  @FieldResolver(() => DryRunCaseConnection, { nullable: true, description: 'Those, newest application first.' })
  cases(@Root() { page }: DryRunRow): Page<DryRunCase> | null {
    return page
  }
}
