/** Answers the graph's fields about enrolments, also on the types they belong to. */

import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Args, Ctx, Field, FieldResolver, Info, ObjectType, Resolver, Root } from 'type-graphql'
import { learnerIdOf, requireOwnerOrOperator } from '../auth/permissions.ts'
import { Case } from '../cases/case.ts'
import { casesAbout } from '../cases/loaders.ts'
import type { Context } from '../context.ts'
import { CourseRun, LiveEvent } from '../courses/course-run.ts'
import { type CompleteRun, runById } from '../courses/loaders.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { Money } from '../graph/contract/money.ts'
import { type Page, PageArgs } from '../graph/contract/page.ts'
import { inReadersZone, ReadersZone } from '../graph/contract/readers-zone.ts'
import { DateTime, Url } from '../graph/contract/scalars.ts'
import { Learner } from '../learners/learner.ts'
import { learnerById } from '../learners/loaders.ts'
import { type PaymentRow, paymentsOfEnrolment } from '../payments/loaders.ts'
import { methodsOffered } from '../payments/methods-offered.ts'
import { Payment, PaymentMethod } from '../payments/payment.ts'
import type { Loaded } from '../reading/loader.ts'
import { wantedOfRows } from '../reading/selection.ts'
import { defineHistory, HistoryEntry } from '../store/history.ts'
import { MOST_STATUSES } from '../values/lengths.ts'
import { Enrolability, enrolabilityOf } from './enrolability.ts'
import { isMoving, isOnTheRun } from './enrolment.states.ts'
import { AssessmentResult, Enrolment, EnrolmentConnection, EnrolmentStatus } from './enrolment.ts'
import { type EnrolmentRow, enrolmentById, statusIs, viewerEnrolmentOn } from './loaders.ts'
import { priceOf } from './price-refusal.ts'
import { Progress, progressOf } from './progress.ts'
import { Refundability } from './refundability.ts'
import { paymentOf, refundabilityOfRow } from './refundability-of-row.ts'
import { withdrawalOffer } from './withdrawal-offer.rules.ts'

interface Row {
  id: string
}

@ObjectType({ simpleResolvers: true, description: 'Whether the place can be given up without money back.' })
class WithdrawalOffer {
  @Field(() => Boolean, { description: 'Whether it can now.' })
  possible!: boolean

  @Field(() => Money, { description: 'What is given up with it: what could still be asked back. Zero when nothing.' })
  forgone!: Money

  @Field(() => String, { description: 'Why not, or what follows, in one sentence.' })
  message!: string
}

const historyOf = defineHistory('Enrolment')

@Resolver(() => Enrolment)
export class EnrolmentResolver {
  @FieldResolver(() => Learner, { description: 'Whose it is.' })
  learner(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<Learner | null> {
    return learnerById(context, enrolment.learnerId)
  }

  @FieldResolver(() => CourseRun, { description: 'The run.' })
  run(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Loaded<CourseRun | null> {
    return enrolment.run ?? runById(context, enrolment.runId)
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'Until when the place is held while nothing is paid; null otherwise. No page to pay on lives longer.',
  })
  holdExpiresAt(
    @Root() { status, holdExpiresAt }: EnrolmentRow,
    @ReadersZone() timeZone: string | null,
  ): Date | string | null {
    return inReadersZone(status === 'PENDING_PAYMENT' ? holdExpiresAt : null, timeZone)
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'What it cost when the place was reserved; null when it was made at the partner.',
  })
  price(@Root() { priceMinor, priceCurrency }: EnrolmentRow): Money | null {
    return priceMinor === null || priceCurrency === null
      ? null
      : ({ amountMinor: priceMinor, currency: priceCurrency } as Money)
  }

  @FieldResolver(() => Payment, {
    nullable: true,
    description: 'The payment that paid for it, else the latest; null when it was made at the partner or cost nothing.',
  })
  payment(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Loaded<PaymentRow | null> {
    return paymentOf(context, enrolment)
  }

  @FieldResolver(() => [Payment], { description: 'Every attempt to pay, oldest first.' })
  payments(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<PaymentRow[]> {
    return paymentsOfEnrolment(context, enrolment.id)
  }

  @FieldResolver(() => Progress, {
    nullable: true,
    description:
      'Live from the partner, who is waited for 300 ms at most; then the last that is known, marked stale, or null with an error entry.',
  })
  progress(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<Progress | null> | Progress | null {
    return progressOf(context, enrolment)
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

  @FieldResolver(() => Refundability, { description: 'Whether a refund can be asked for, and how much can go back.' })
  refundability(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<Refundability> {
    return refundabilityOfRow(context, enrolment)
  }

  @FieldResolver(() => WithdrawalOffer, { description: 'Whether the place can be given up without money back.' })
  async withdrawal(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Promise<WithdrawalOffer> {
    const { refundable, maximum } = await refundabilityOfRow(context, enrolment)
    const { status, stuckReason } = enrolment
    const moving = isMoving(enrolment)
    const facts = { status, stuckReason, moving, refundable, maximumMinor: maximum.amountMinor }
    const { forgoneMinor, ...offer } = withdrawalOffer(facts)
    return { ...offer, forgone: { amountMinor: forgoneMinor, currency: maximum.currency } as Money }
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
    @AtMost({ items: MOST_STATUSES })
    status: EnrolmentStatus[] | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page<Enrolment>> {
    requireOwnerOrOperator(context.viewer, learner.id)
    return context.enrolmentsOf(context, learner.id, args, statusIs(status), wantedOfRows(info))
  }
}

@Resolver(() => CourseRun)
export class RunEnrolmentResolver {
  @FieldResolver(() => Enrolment, { nullable: true, description: "The viewer's own enrolment on this run, if any." })
  viewerEnrolment(@Root() run: Row, @Ctx() context: Context): Promise<Enrolment | null> {
    return viewerEnrolmentOn(context, run.id)
  }

  @FieldResolver(() => [PaymentMethod], {
    description: 'By which methods this price can be paid; empty for a free run, or when no provider takes the amount.',
  })
  paymentMethods(@Root() run: Pick<CompleteRun, 'priceMinor' | 'currency'>, @Ctx() context: Context): PaymentMethod[] {
    return methodsOffered(context.providers, priceOf(run))
  }

  @FieldResolver(() => Enrolability, {
    description:
      'Whether the viewer can enrol; of nobody in particular, what can be said without a learner. Places are live from the partner: while it cannot say, they are no reason against it.',
  })
  enrolability(@Root() run: CompleteRun, @Ctx() context: Context): Promise<Enrolability> {
    return enrolabilityOf(context, run)
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
    if (event.joinUrl === null || learnerIdOf(context.viewer) === null) return null
    const enrolment = await viewerEnrolmentOn(context, event.runId)
    return enrolment && (isOnTheRun(enrolment.status) || enrolment.status === 'DEFERRING') ? event.joinUrl : null
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

@Resolver(() => Enrolment)
export class EnrolmentCasesResolver {
  @FieldResolver(() => [Case], {
    nullable: true,
    description: 'Operators: what waits for a person about it; null for everybody else.',
  })
  cases(@Root() { id }: Row, @Ctx() context: Context): Promise<Case[] | null> {
    return casesAbout(context, id)
  }
}
