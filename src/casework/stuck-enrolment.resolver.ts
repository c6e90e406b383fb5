/** Answers the mutation that takes up a stuck enrolment. */
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql'
import type { Context } from '../context.ts'
import { Enrolment } from '../enrolments/enrolment.ts'
import { enrolmentAnew } from '../enrolments/loaders.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { Refuses } from '../graph/contract/refuses.ts'
import {
  IdempotencyConflict,
  IllegalTransition,
  InvalidInput,
  NotFound,
  UserError,
} from '../graph/contract/user-error.ts'
import { LONGEST_KEY_CHARACTERS, LONGEST_REASON_CHARACTERS } from '../values/lengths.ts'
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

@Resolver()
export class StuckEnrolmentResolver {
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
