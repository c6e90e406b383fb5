/** Answers the graph's fields about transfer eligibility and policies. */

import {
  Arg,
  Args,
  Ctx,
  createUnionType,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql'
import { isOperator, isStaff, isStaffOf } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { type ErrorCode, GraphError } from '../graph/contract/errors.ts'
import { type Page, PageArgs } from '../graph/contract/page.ts'
import { CalendarDate, Jwt } from '../graph/contract/scalars.ts'
import { InvalidInput, NotFound, refusal, TooComplex, UserError } from '../graph/contract/user-error.ts'
import { qualificationById } from '../institutions/loaders.ts'
import { Qualification } from '../institutions/qualification.ts'
import { dateIn } from '../values/dates.ts'
import { assessBatch } from './assess-batch.ts'
import { type Assessed, assess } from './assess-transfer.ts'
import { TransferEligibility, TransferEligibilityInput } from './eligibility.ts'
import { policiesOf, policyInForce } from './policies/policy.loaders.ts'
import { TransferPolicy, TransferPolicyConnection } from './policies/transfer-policy.ts'
import { signStatement } from './statement.ts'
import { MOST_QUESTIONS } from './transfer-bounds.ts'

@ObjectType({
  simpleResolvers: true,
  description: 'A question of a batch that could not be answered; the others were.',
})
class TransferEligibilityRejected {
  @Field(() => Int, { description: 'Which one, from 0.' })
  index!: number

  @Field(() => String, { nullable: true, description: "The caller's own name for the question." })
  clientRef!: string | null

  @Field(() => [UserError], { description: 'Why.' })
  userErrors!: UserError[]
}

const TransferEligibilityResult = createUnionType({
  name: 'TransferEligibilityResult',
  description: 'An answer, or why there is none.',
  types: () => [TransferEligibility, TransferEligibilityRejected] as const,
})

/** What is wrong with one question. Anything else, a limit of the caller for one, is wrong with all of them. */
const typeOfCode: Partial<Record<ErrorCode, new () => UserError>> = {
  BAD_USER_INPUT: InvalidInput,
  NOT_FOUND: NotFound,
  TOO_COMPLEX: TooComplex,
}

function rejected(
  index: number,
  { clientRef = null }: TransferEligibilityInput,
  error: GraphError,
  type: new () => UserError,
) {
  const given = (error.extensions.field as string[] | undefined) ?? []
  const field = given[0] === 'input' ? ['inputs', `${index}`, ...given.slice(1)] : given
  return {
    __typename: 'TransferEligibilityRejected',
    index,
    clientRef,
    userErrors: [refusal(type, {}, error.message, field)],
  }
}

type AssessedRow = Pick<Assessed, 'qualificationRow' | 'policyRow' | 'outcome'>

@Resolver(() => TransferEligibility)
export class TransferEligibilityResolver {
  @Query(() => TransferEligibility, {
    nullable: true,
    description:
      "Would this credit count there? Works before anything is bought (courseIds), for awarded credit (creditRecordIds: the caller's own, shared with the caller by shareCode, or in an application to the caller's institution), and for credit awarded elsewhere (externalCredits). An unknown id is null with the code NOT_FOUND.",
  })
  transferEligibility(
    @Arg('input', () => TransferEligibilityInput, { description: 'The question.' }) input: TransferEligibilityInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return assess(context, input)
  }

  @Query(() => [TransferEligibilityResult], {
    nullable: true,
    description:
      'Many checks in one call; the answer has the length and order of the inputs; an entry that fits the types but cannot be answered is rejected alone.',
  })
  async transferEligibilityBatch(
    @Arg('inputs', () => [TransferEligibilityInput], { description: 'The questions.' })
    @AtMost({ items: MOST_QUESTIONS })
    inputs: TransferEligibilityInput[],
    @Ctx() context: Context,
  ): Promise<Promise<object>[]> {
    return assessBatch(context, inputs, async (input, index): Promise<object> => {
      try {
        return Object.assign(await assess(context, input), { __typename: 'TransferEligibility' })
      } catch (error) {
        const type = error instanceof GraphError ? typeOfCode[error.code] : undefined
        if (type === undefined) throw error
        return rejected(index, input, error as GraphError, type)
      }
    })
  }

  @FieldResolver(() => Qualification, { description: 'Into which qualification.' })
  qualification(@Root() { qualificationRow }: AssessedRow): Qualification {
    return qualificationRow
  }

  @FieldResolver(() => TransferPolicy, {
    nullable: true,
    description: 'The policy that was in force; null when there was none.',
  })
  policy(@Root() { policyRow }: AssessedRow): TransferPolicy | null {
    return policyRow
  }

  @FieldResolver(() => Jwt, {
    nullable: true,
    description:
      'The answer, signed, with the source of every claim in it; null where there is no policy to answer from.',
  })
  async statement(@Root() answer: Assessed, @Ctx() context: Context): Promise<string | null> {
    if (answer.signed !== undefined) return answer.signed
    return answer.policyRow ? signStatement(context, answer) : null
  }
}

interface Row {
  id: string
}
interface PolicyRow {
  qualificationId: string
  publishedBy: string
}

@Resolver(() => Qualification)
export class QualificationPoliciesResolver {
  @FieldResolver(() => TransferPolicy, {
    nullable: true,
    description: 'In force on the date, today when none is given.',
  })
  transferPolicy(
    @Root() qualification: Row,
    @Arg('asOf', () => CalendarDate, { nullable: true, description: 'The day.' }) asOf: string | null,
    @Ctx() context: Context,
  ): Promise<TransferPolicy | null> {
    return policyInForce(context, { qualificationId: qualification.id, asOf: asOf ?? dateIn(context.now(), 'UTC') })
  }

  @FieldResolver(() => TransferPolicyConnection, { description: 'All versions, newest first.' })
  transferPolicies(
    @Root() qualification: Row,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<TransferPolicy>> {
    return policiesOf(context, qualification.id, args)
  }
}

@Resolver(() => TransferPolicy)
export class TransferPolicyResolver {
  @FieldResolver(() => Qualification, { description: 'Whose policy it is.' })
  qualification(@Root() policy: PolicyRow, @Ctx() context: Context): Promise<Qualification | null> {
    return qualificationById(context, policy.qualificationId)
  }

  @FieldResolver(() => String, { nullable: true, description: 'Own staff and operators only.' })
  async publishedBy(@Root() policy: PolicyRow, @Ctx() context: Context): Promise<string | null> {
    const { viewer } = context
    if (isOperator(viewer)) return policy.publishedBy
    if (!isStaff(viewer)) return null
    const qualification = await qualificationById(context, policy.qualificationId)
    return qualification && isStaffOf(viewer, qualification.institutionId) ? policy.publishedBy : null
  }
}
