/** Answers operators' fields and mutation about enrolments that may need a person. */

import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { ForwardArgs, type Page } from '../graph/contract/page.ts'
import { Refuses } from '../graph/contract/refuses.ts'
import {
  IdempotencyConflict,
  IllegalTransition,
  InvalidInput,
  NotFound,
  UserError,
} from '../graph/contract/user-error.ts'
import { Operator } from '../institutions/operator.ts'
import { readPage } from '../reading/list.ts'
import {
  LONGEST_KEY_CHARACTERS,
  LONGEST_REASON_CHARACTERS,
  LONGEST_SEARCH_CHARACTERS,
  MOST_STATUSES,
} from '../values/lengths.ts'
import { Enrolment, EnrolmentConnection, EnrolmentStatus } from './enrolment.ts'
import { allEnrolments, enrolmentAnew, statusIs, stuckEnrolments } from './loaders.ts'
import { resolveStuckEnrolment, StuckResolution } from './resolve-stuck-enrolment.ts'

publishEnum(
  StuckResolution,
  'StuckResolution',
  'What to try once more: registering at the partner, or paying the money back.',
  {
    RETRY_REGISTRATION: 'Register the learner at the partner.',
    RETRY_REFUND: 'Pay the money back.',
  },
)

@InputType({ description: 'Which stuck enrolment to take up, and how.' })
class ResolveStuckEnrolmentInput {
  @Field(() => ID, { description: 'The enrolment; it has to be STUCK.' })
  enrolmentId!: string

  @Field(() => StuckResolution, { description: 'What to try once more.' })
  resolution!: StuckResolution

  @Field(() => String, { description: 'Why; kept in the log.' })
  @AtMost({ characters: LONGEST_REASON_CHARACTERS, inUserErrors: true })
  reason!: string

  @Field(() => String, { description: 'Any text but a blank one, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey!: string
}

@ObjectType({ simpleResolvers: true, description: 'The enrolment, going on.' })
class ResolveStuckEnrolmentPayload {
  @Field(() => Enrolment, { nullable: true, description: 'The enrolment as it stands now.' })
  enrolment!: Enrolment | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@Resolver(() => Operator)
export class OperatorEnrolmentsResolver {
  @FieldResolver(() => EnrolmentConnection, { description: 'What waits for an operator, oldest first.' })
  stuckEnrolments(@Args(() => ForwardArgs) args: ForwardArgs, @Ctx() context: Context): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    return readPage(context, stuckEnrolments, args, statusIs(['STUCK']))
  }

  @FieldResolver(() => EnrolmentConnection, { description: 'All enrolments, newest first.' })
  enrolments(
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Arg('status', () => [EnrolmentStatus], { nullable: true, description: 'Only those that stand so.' })
    @AtMost({ items: MOST_STATUSES })
    status: EnrolmentStatus[] | null,
    @Arg('search', () => String, { nullable: true, description: "Part of the learner's name or e-mail address." })
    @AtMost({ characters: LONGEST_SEARCH_CHARACTERS })
    search: string | null,
    @Ctx() context: Context,
  ): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    const conditions = statusIs(status)
    if (search?.trim()) {
      const value = `%${search.trim().replaceAll(/[\\%_]/g, '\\$&')}%`
      conditions.push({ sql: `concat_ws(' ', l.display_name, l.email) ilike ?`, values: [value] })
    }
    return readPage(context, allEnrolments, args, conditions)
  }

  @Mutation(() => ResolveStuckEnrolmentPayload, {
    nullable: true,
    description: 'Operators: take up again what could not be finished.',
  })
  @Refuses<typeof resolveStuckEnrolment>({ IdempotencyConflict, IllegalTransition, InvalidInput, NotFound })
  async resolveStuckEnrolment(
    @Arg('input', () => ResolveStuckEnrolmentInput, { description: 'The enrolment and what to try.' })
    input: ResolveStuckEnrolmentInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { enrolmentId, refusals } = await resolveStuckEnrolment(context, input)
    return { enrolment: enrolmentId && (await enrolmentAnew(context, enrolmentId)), userErrors: refusals }
  }
}
