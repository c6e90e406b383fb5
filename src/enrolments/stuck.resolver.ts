/** The operators' mutation for what could not be finished. */
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver, registerEnumType } from 'type-graphql'
import type { Context } from '../context.ts'
import { UserError } from '../graph/user-error.ts'
import { Enrolment } from './enrolment.ts'
import { enrolmentById } from './loaders.ts'
import { resolveStuckEnrolment } from './resolve-stuck-enrolment.ts'

const StuckResolution = { RETRY_REGISTRATION: 'RETRY_REGISTRATION', RETRY_REFUND: 'RETRY_REFUND' } as const
type StuckResolution = (typeof StuckResolution)[keyof typeof StuckResolution]
registerEnumType(StuckResolution, { name: 'StuckResolution', description: 'What to try again.' })

@InputType({ description: 'Which enrolment to take up again, and how.' })
class ResolveStuckEnrolmentInput {
  @Field(() => ID, { description: 'The enrolment.' })
  enrolmentId!: string

  @Field(() => StuckResolution, { description: 'What to try again.' })
  resolution!: StuckResolution

  @Field(() => String, { description: 'Why, for the record.' })
  reason!: string

  @Field(() => String, { description: 'Any text of 1 to 200 characters, new for each new request.' })
  idempotencyKey!: string
}

@ObjectType({ simpleResolvers: true, description: 'The enrolment, on its way again.' })
class ResolveStuckEnrolmentPayload {
  @Field(() => Enrolment, { nullable: true, description: 'The enrolment, as it stands.' })
  enrolment!: Enrolment | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@Resolver()
export class StuckResolver {
  @Mutation(() => ResolveStuckEnrolmentPayload, {
    nullable: true,
    description: 'Operators: take up again what could not be finished.',
  })
  async resolveStuckEnrolment(
    @Arg('input', () => ResolveStuckEnrolmentInput, { description: 'Which one, and how.' })
    input: ResolveStuckEnrolmentInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { enrolmentId, refusals } = await resolveStuckEnrolment(context, input)
    return { enrolment: enrolmentId && (await enrolmentById(context, enrolmentId)), userErrors: refusals }
  }
}
