/** Answers what can be done about a case, and does it. */
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql'
import { Case } from '../cases/case.ts'
import { CaseAction } from '../cases/case-action.ts'
import { caseAnew } from '../cases/loaders.ts'
import type { Context } from '../context.ts'
import { Enrolment } from '../enrolments/enrolment.ts'
import { RefundAmountExceeded } from '../enrolments/enrolment-errors.ts'
import { visibleEnrolment } from '../enrolments/visible-enrolment.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { Refuses } from '../graph/contract/refuses.ts'
import { CalendarDate, SafeInt } from '../graph/contract/scalars.ts'
import {
  IdempotencyConflict,
  IllegalTransition,
  InvalidInput,
  NotFound,
  UserError,
} from '../graph/contract/user-error.ts'
import { refundNode } from '../payments/loaders.ts'
import { Refund } from '../payments/refund.ts'
import {
  LONGEST_KEY_CHARACTERS,
  LONGEST_METHOD_CHARACTERS,
  LONGEST_REASON_CHARACTERS,
  LONGEST_REFERENCE_CHARACTERS,
} from '../values/lengths.ts'
import { ActionNotPossible } from './action-not-possible.ts'
import { actionsOf } from './actions-of.ts'
import { resolveCase } from './resolve-case.ts'

@InputType({ description: 'What to do about a case.' })
class ResolveCaseInput {
  @Field(() => ID, { description: 'The case.' })
  caseId!: string

  @Field(() => CaseAction, { description: 'One of its `actions`.' })
  action!: CaseAction

  @Field(() => String, { description: 'Why, in 1 to 500 characters; kept.' })
  @AtMost({ characters: LONGEST_REASON_CHARACTERS, inUserErrors: true })
  reason!: string

  @Field(() => SafeInt, {
    nullable: true,
    description:
      "REFUND and SETTLE_OUTSIDE: part of the case's `amount`, in minor units; all of it when it is not given.",
  })
  amountMinor!: number | null

  @Field(() => Boolean, { defaultValue: false, description: 'REFUND, SETTLE_OUTSIDE: the place outlives it.' })
  keepRegistration!: boolean

  @Field(() => String, {
    nullable: true,
    description: 'SETTLE_OUTSIDE: how, e.g. "bank transfer", 1 to 100 characters.',
  })
  @AtMost({ characters: LONGEST_METHOD_CHARACTERS, inUserErrors: true })
  method!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'SETTLE_OUTSIDE: the reference by which finance finds it, 1 to 200 characters.',
  })
  @AtMost({ characters: LONGEST_REFERENCE_CHARACTERS, inUserErrors: true })
  reference!: string | null

  @Field(() => CalendarDate, { nullable: true, description: 'SETTLE_OUTSIDE: on which day; not after today.' })
  settledOn!: string | null

  @Field(() => String, { description: 'Any text of 1 to 200 characters, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey!: string
}

@ObjectType({ simpleResolvers: true, description: 'The case, acted upon.' })
class ResolveCasePayload {
  @Field(() => Case, { nullable: true, description: 'The case, as it stands.' })
  case!: Case | null

  @Field(() => Refund, { nullable: true, description: 'The refund, when one was made.' })
  refund!: Refund | null

  @Field(() => Enrolment, { nullable: true, description: 'The enrolment, when it is about one.' })
  enrolment!: Enrolment | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@Resolver(() => Case)
export class CaseworkResolver {
  @FieldResolver(() => [CaseAction], {
    description: 'What can be done about it now; empty when only closing is left.',
  })
  actions(@Root() { id }: Case, @Ctx() context: Context): Promise<CaseAction[]> {
    return actionsOf(context, id)
  }

  @Mutation(() => ResolveCasePayload, {
    nullable: true,
    description: "Operators: does one of a case's actions.",
  })
  @Refuses<typeof resolveCase>({
    ActionNotPossible,
    IdempotencyConflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    RefundAmountExceeded,
  })
  async resolveCase(
    @Arg('input', () => ResolveCaseInput, { description: 'What to do.' }) input: ResolveCaseInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { caseId, refundId, enrolmentId, refusals } = await resolveCase(context, input)
    const about = caseId && (await caseAnew(context, caseId))
    const refund = refundId && (await refundNode(context, refundId))
    const enrolment = enrolmentId && (await visibleEnrolment(context, enrolmentId))
    return { case: about, refund: refund || null, enrolment: enrolment || null, userErrors: refusals }
  }
}
