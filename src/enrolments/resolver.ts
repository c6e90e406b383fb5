/** What the graph answers about enrolments, and about other things as far as they hang on one. */
import { Arg, Args, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { CourseRun, LiveEvent } from '../courses/course-run.ts'
import { Freshness } from '../courses/freshness.ts'
import { type CompleteRun, runById } from '../courses/loaders.ts'
import { ForwardArgs, type Page, PageArgs } from '../graph/page.ts'
import { Decimal, Url } from '../graph/scalars.ts'
import { Operator } from '../institutions/operator.ts'
import { Learner } from '../learners/learner.ts'
import { learnerById } from '../learners/loaders.ts'
import { disputesOf, type PaymentRow, paymentsOfEnrolment as paymentsOf, refundsOf } from '../payments/loaders.ts'
import { Payment } from '../payments/payment.ts'
import { defineHistory, HistoryEntry } from '../store/history.ts'
import { type Condition, readPage } from '../store/list.ts'
import { AssessmentResult, Enrolment, EnrolmentConnection, EnrolmentStatus } from './enrolment.ts'
import { allEnrolments, enrolmentById, enrolmentsOf, stuckEnrolments, viewerEnrolmentOn } from './loaders.ts'
import { Refundability, refundability } from './refundability.ts'

@ObjectType({ simpleResolvers: true, description: 'How far the learner has come, as the partner counts it.' })
class Progress {
  @Field(() => Decimal, { description: '0 to 1.' })
  stepsCompletedRatio!: string

  @Field(() => Int, { description: 'How many steps.' })
  stepsCompleted!: number

  @Field(() => Freshness, { description: 'How old this is.' })
  freshness!: Freshness
}

interface Row {
  id: string
}
type EnrolmentRow = Enrolment
const historyOf = defineHistory('Enrolment')
const anyStatus = (status: EnrolmentStatus[] | null): Condition[] =>
  status ? [{ sql: 'e.status = any(?::text[])', value: status }] : []

/** The last payment that took money, else the last one. */
async function mainPayment(context: Context, enrolmentId: string): Promise<PaymentRow | null> {
  const payments = await paymentsOf(context, enrolmentId)
  return payments.findLast((payment) => payment.status === 'SUCCEEDED') ?? payments.at(-1) ?? null
}

@Resolver(() => Enrolment)
export class EnrolmentResolver {
  @FieldResolver(() => Learner, { description: 'Whose it is.' })
  learner(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<Learner | null> {
    return learnerById(context, enrolment.learnerId)
  }

  @FieldResolver(() => CourseRun, { description: 'The run.' })
  run(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<CourseRun | null> {
    return runById(context, enrolment.runId)
  }

  @FieldResolver(() => Payment, {
    nullable: true,
    description: 'The payment that counts: the last that took money, else the last; null for one made at the partner.',
  })
  payment(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<PaymentRow | null> {
    return mainPayment(context, enrolment.id)
  }

  @FieldResolver(() => [Payment], { description: 'Every attempt to pay, oldest first.' })
  payments(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<PaymentRow[]> {
    return paymentsOf(context, enrolment.id)
  }

  @FieldResolver(() => Progress, {
    nullable: true,
    description: 'How far the learner has come, once the partner said so.',
  })
  progress(
    @Root() { stepsCompletedRatio, stepsCompleted, progressSeenAt }: EnrolmentRow,
    @Ctx() context: Context,
  ): Progress | null {
    if (stepsCompletedRatio == null || progressSeenAt == null) return null
    const stale = context.now().getTime() - progressSeenAt.getTime() > context.settings.staleAfterMinutes * 60_000
    const freshness = { source: 'partner', fetchedAt: progressSeenAt, stale }
    return { stepsCompletedRatio, stepsCompleted: stepsCompleted ?? 0, freshness }
  }

  @FieldResolver(() => AssessmentResult, { nullable: true, description: 'The result, once the partner reported it.' })
  result(@Root() enrolment: EnrolmentRow): AssessmentResult | null {
    if (enrolment.resultOutcome == null) return null
    return {
      outcome: enrolment.resultOutcome,
      grade: enrolment.resultGrade,
      awardedOn: enrolment.resultAwardedOn,
      identityVerified: enrolment.resultIdentityVerified,
    }
  }

  @FieldResolver(() => Refundability, { description: 'Whether a refund can be asked for.' })
  async refundability(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<Refundability> {
    const [run, payments] = await Promise.all([runById(context, enrolment.runId), paymentsOf(context, enrolment.id)])
    const payment = payments.findLast((one) => one.status === 'SUCCEEDED') ?? null
    const [refunds, disputes] = payment
      ? await Promise.all([refundsOf(context, payment.id), disputesOf(context, payment.id)])
      : [[], []]
    return refundability(run as CompleteRun, { payment, refunds, disputes }, context.now())
  }

  @FieldResolver(() => [HistoryEntry], { description: 'Append-only, oldest first.' })
  history(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<HistoryEntry[]> {
    return historyOf(context, enrolment.id)
  }
}

@Resolver(() => Learner)
export class LearnerEnrolmentsResolver {
  @FieldResolver(() => EnrolmentConnection, { description: 'Their enrolments, newest first.' })
  enrolments(
    @Root() learner: Row,
    @Args(() => PageArgs) args: PageArgs,
    @Arg('status', () => [EnrolmentStatus], { nullable: true, description: 'Any of these.' })
    status: EnrolmentStatus[] | null,
    @Ctx() context: Context,
  ): Promise<Page<Enrolment>> {
    return enrolmentsOf(context, learner.id, args, anyStatus(status))
  }
}

@Resolver(() => CourseRun)
export class RunEnrolmentResolver {
  @FieldResolver(() => Enrolment, { nullable: true, description: "The viewer's own enrolment on this run, if any." })
  viewerEnrolment(@Root() run: Row, @Ctx() context: Context): Promise<Enrolment | null> {
    return viewerEnrolmentOn(context, run.id)
  }
}

interface EventRow {
  runId: string
  joinUrl: string | null
}

@Resolver(() => LiveEvent)
export class LiveEventJoinResolver {
  @FieldResolver(() => Url, { nullable: true, description: 'Only for enrolled learners.' })
  async joinUrl(@Root() event: EventRow, @Ctx() context: Context): Promise<string | null> {
    if (event.joinUrl === null || !context.viewer.learner) return null
    const enrolment = await viewerEnrolmentOn(context, event.runId)
    return enrolment && ['REGISTERED', 'COMPLETED'].includes(enrolment.status) ? event.joinUrl : null
  }
}

interface OfEnrolment {
  enrolmentId: string
}

@Resolver(() => Payment)
export class PaymentEnrolmentResolver {
  @FieldResolver(() => Enrolment, { description: 'What it pays for.' })
  enrolment(@Root() payment: OfEnrolment, @Ctx() context: Context): Promise<Enrolment | null> {
    return enrolmentById(context, payment.enrolmentId)
  }
}

@Resolver(() => Operator)
export class OperatorEnrolmentsResolver {
  @FieldResolver(() => EnrolmentConnection, { description: 'What waits for an operator, oldest first.' })
  stuckEnrolments(@Args(() => ForwardArgs) args: PageArgs, @Ctx() context: Context): Promise<Page<Enrolment>> {
    requireOperator(context.viewer)
    return readPage(context, stuckEnrolments, args, [{ sql: 'e.status = ?', value: 'STUCK' }])
  }

  @FieldResolver(() => EnrolmentConnection, { description: 'All enrolments, newest first.' })
  enrolments(
    @Args(() => ForwardArgs) args: PageArgs,
    @Arg('status', () => [EnrolmentStatus], { nullable: true, description: 'Any of these.' })
    status: EnrolmentStatus[] | null,
    @Arg('search', () => String, { nullable: true, description: "Part of the learner's name or e-mail address." })
    search: string | null,
    @Ctx() context: Context,
  ): Promise<Page<Enrolment>> {
    requireOperator(context.viewer)
    const conditions = anyStatus(status)
    if (search?.trim()) {
      const value = `%${search.trim().replaceAll(/[\\%_]/g, '\\$&')}%`
      conditions.push({ sql: '(l.display_name ilike ? or l.email ilike ?)', value })
    }
    return readPage(context, allEnrolments, args, conditions)
  }
}
