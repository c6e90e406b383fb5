/** Answers what moves a place to another run, and where it came from. */
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql'
import { isOperator } from '../auth/permissions.ts'
import { zoneOf } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { type CompleteRun, openRunAfter, runById } from '../courses/loaders.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { inReadersZone, ReadersZone, readersZone } from '../graph/contract/readers-zone.ts'
import { Refuses } from '../graph/contract/refuses.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { IdempotencyConflict, InvalidInput, NotFound, UserError } from '../graph/contract/user-error.ts'
import { LONGEST_KEY_CHARACTERS, LONGEST_REASON_CHARACTERS } from '../values/lengths.ts'
import { deferEnrolment } from './defer-enrolment.ts'
import { DeferralRefusal, deferralRefusal, deferralRefusalInWords } from './deferral-refusal.rules.ts'
import { isMoving } from './enrolment.states.ts'
import { Enrolment } from './enrolment.ts'
import { AlreadyEnrolled, DeferralRefused, RunFull } from './enrolment-errors.ts'
import { type EnrolmentRow, enrolmentAnew, enrolmentById, enrolmentMovedTo, timesMoved } from './loaders.ts'
import { refundabilityOfRow } from './refundability-of-row.ts'

publishEnum(DeferralRefusal, 'DeferralRefusal', 'Why a place cannot be moved.', {
  ALREADY_DEFERRED: 'It was moved once already.',
  NOT_REGISTERED: 'The learner is not on the run.',
  HAS_RESULT: 'The result is known.',
  RUN_ENDED: 'The run is over.',
  NO_RUN: 'There is no later run, or none that is open.',
  MONEY_NOT_HERE: 'Nothing was paid here, or the money is back, on its way back, or disputed.',
})

@ObjectType({
  simpleResolvers: true,
  description: 'Whether the place can be moved to the next run, and to which.',
})
class DeferralOffer {
  @Field(() => Boolean, { description: 'Whether it can now.' })
  possible!: boolean

  @Field(() => CourseRun, { nullable: true, description: 'The next run; null when there is none.' })
  nextRun!: CourseRun | null

  until!: Date | null

  @Field(() => DeferralRefusal, { nullable: true, description: 'Why not; null when possible.' })
  reasonCode!: DeferralRefusal | null

  moving!: boolean
  endsAt!: Date

  /** In which the reason is said unless its reader asks for another. */
  timeZone!: string
}

@Resolver(() => DeferralOffer)
export class DeferralOfferResolver {
  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'Until when it can be asked for; null when it never can.',
  })
  until(@Root() { until }: DeferralOffer, @ReadersZone() timeZone: string | null): Date | string | null {
    return inReadersZone(until, timeZone)
  }

  @FieldResolver(() => String, { nullable: true, description: 'The same in one sentence; null when possible.' })
  reason(@Root() { reasonCode, ...offer }: DeferralOffer, @ReadersZone() timeZone: string | null): string | null {
    if (reasonCode === null) return null
    return deferralRefusalInWords(reasonCode, { ...offer, timeZone: readersZone(timeZone) ?? offer.timeZone })
  }
}

@InputType({ description: 'Which place to move, and where.' })
class DeferEnrolmentInput {
  @Field(() => ID, { description: 'The enrolment.' })
  enrolmentId!: string

  @Field(() => ID, { description: 'The next run, as shown; operators may name any later run of the course.' })
  courseRunId!: string

  @Field(() => String, { nullable: true, description: 'Why; required of operators.' })
  @AtMost({ characters: LONGEST_REASON_CHARACTERS, inUserErrors: true })
  reason?: string | null

  @Field(() => String, { description: 'Any text of 1 to 200 characters, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey!: string
}

@ObjectType({ simpleResolvers: true, description: 'The place, moving.' })
class DeferEnrolmentPayload {
  @Field(() => Enrolment, {
    nullable: true,
    description: 'The enrolment on the other run; its status says whether the partner has taken it.',
  })
  enrolment!: Enrolment | null

  @Field(() => Enrolment, { nullable: true, description: 'The enrolment that was left.' })
  deferred!: Enrolment | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@Resolver(() => Enrolment)
export class EnrolmentDeferralResolver {
  @Mutation(() => DeferEnrolmentPayload, {
    nullable: true,
    description: 'Moves a place to the next run, once and at no further fee.',
  })
  @Refuses<typeof deferEnrolment>({
    AlreadyEnrolled,
    DeferralRefused,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    RunFull,
  })
  async deferEnrolment(
    @Arg('input', () => DeferEnrolmentInput, { description: 'Which, and where.' }) input: DeferEnrolmentInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { enrolmentId, deferredId, refusals: userErrors } = await deferEnrolment(context, input)
    const [enrolment, deferred] = await Promise.all([
      enrolmentId && enrolmentAnew(context, enrolmentId),
      deferredId && enrolmentAnew(context, deferredId),
    ])
    return { enrolment: enrolment || null, deferred: deferred || null, userErrors }
  }

  @FieldResolver(() => DeferralOffer, { description: 'Whether the place can be moved to the next run.' })
  async deferral(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<DeferralOffer> {
    const [from, nextRun, moves, { refundable, reasonCode: why }] = await Promise.all([
      enrolment.run ?? runById(context, enrolment.runId),
      openRunAfter(context, enrolment.runId),
      enrolment.deferredFromId === null ? 0 : timesMoved(context, enrolment.id),
      refundabilityOfRow(context, enrolment),
    ])
    const { endsAt, timeZone } = from as CompleteRun
    const moving = isMoving(enrolment)
    const reasonCode = deferralRefusal({
      status: enrolment.status,
      moving,
      timesMoved: moves,
      byOperator: isOperator(context.viewer),
      hasResult: enrolment.resultOutcome !== null,
      endsAt,
      hasRun: nextRun !== null,
      moneyHere: refundable || why === 'WINDOW_CLOSED',
      now: context.now(),
    })
    const closesAt = nextRun === null || nextRun.enrolmentClosesAt > endsAt ? endsAt : nextRun.enrolmentClosesAt
    const until = reasonCode === null ? closesAt : null
    return {
      possible: reasonCode === null,
      nextRun,
      until,
      reasonCode,
      moving,
      endsAt,
      timeZone: zoneOf(context.viewer) ?? timeZone,
    }
  }

  @FieldResolver(() => Enrolment, {
    nullable: true,
    description: 'The enrolment that this one took the place of; null when none.',
  })
  deferredFrom(@Root() { deferredFromId }: EnrolmentRow, @Ctx() context: Context): Promise<Enrolment | null> | null {
    return deferredFromId === null ? null : enrolmentById(context, deferredFromId)
  }

  @FieldResolver(() => Enrolment, {
    nullable: true,
    description: 'The enrolment that took the place of this one; null when none.',
  })
  deferredTo(@Root() { id }: EnrolmentRow, @Ctx() context: Context): Promise<Enrolment | null> {
    return enrolmentMovedTo(context, id)
  }
}
