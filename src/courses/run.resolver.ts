/** Answers the graph's fields about runs and their live events. */
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import { Case } from '../cases/case.ts'
import type { Context } from '../context.ts'
import { Money } from '../graph/contract/money.ts'
import { inReadersZone, ReadersZone } from '../graph/contract/readers-zone.ts'
import { DateTime, TimeZone } from '../graph/contract/scalars.ts'
import type { Loaded } from '../reading/loader.ts'
import { inZone, isTimeZone } from '../values/dates.ts'
import { Course } from './course.ts'
import { CourseRun, LiveEvent, RunStatus } from './course-run.ts'
import { type CompleteRun, courseById, liveEventsOf, runById } from './loaders.ts'
import { placesRemaining } from './places.ts'
import { PriceTax, priceTax } from './price-tax.ts'
import { openForEnrolment, runStatus } from './run-status.rules.ts'

type RunRow = Pick<
  CompleteRun,
  | 'id'
  | 'courseId'
  | 'partnerUuid'
  | 'startsAt'
  | 'endsAt'
  | 'enrolmentOpensAt'
  | 'enrolmentClosesAt'
  | 'cancelled'
  | 'timeZone'
  | 'priceMinor'
  | 'currency'
  | 'taxTreatment'
  | 'taxRate'
  | 'taxNote'
> & { course?: Course | null }

interface EventRow {
  startsAt: Date
  timeZone: string
}

@Resolver(() => CourseRun)
export class CourseRunResolver {
  @FieldResolver(() => Course, { description: 'The course that is run.' })
  course(@Root() run: RunRow, @Ctx() context: Context): Loaded<Course | null> {
    return run.course ?? courseById(context, run.courseId)
  }

  @FieldResolver(() => RunStatus, { description: 'Where it stands now.' })
  status(@Root() run: RunRow, @Ctx() context: Context): RunStatus {
    return runStatus(run, context.now())
  }

  @FieldResolver(() => Boolean, { description: 'Whether one can enrol now; a running course can still be open.' })
  openForEnrolment(@Root() run: RunRow, @Ctx() context: Context): boolean {
    return openForEnrolment(run, context.now())
  }

  @FieldResolver(() => Money, { description: 'What it costs.' })
  price(@Root() run: RunRow): Money {
    return { amountMinor: run.priceMinor, currency: run.currency } as Money
  }

  @FieldResolver(() => DateTime, { description: 'First instant at which one can enrol.' })
  enrolmentOpensAt(@Root() { enrolmentOpensAt }: RunRow, @ReadersZone() timeZone: string | null): Date | string {
    return inReadersZone(enrolmentOpensAt, timeZone)
  }

  @FieldResolver(() => PriceTax, { nullable: true, description: 'The tax in the price; null for a free run.' })
  tax(@Root() run: RunRow, @Ctx() { settings }: Context): PriceTax | null {
    return priceTax(run, settings.seller)
  }

  @FieldResolver(() => DateTime, { description: 'Last instant at which one can enrol.' })
  enrolmentClosesAt(@Root() { enrolmentClosesAt }: RunRow, @ReadersZone() timeZone: string | null): Date | string {
    return inReadersZone(enrolmentClosesAt, timeZone)
  }

  @FieldResolver(() => [LiveEvent], { description: 'Its live events, the earliest first.' })
  liveEvents(@Root() run: RunRow, @Ctx() context: Context): Promise<LiveEvent[]> {
    return liveEventsOf(context, run.id)
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'Live from the partner, who is waited for 300 ms at most; then the last that is known, or null with an error entry. `freshness.stale` of the course says so.',
  })
  placesRemaining(@Root() run: RunRow, @Ctx() context: Context): Promise<number | null> {
    return placesRemaining(context, run.partnerUuid)
  }
}

@Resolver(() => LiveEvent)
export class LiveEventResolver {
  @FieldResolver(() => DateTime, {
    description: "In the given zone, the run's own when none is given, or none that is known.",
  })
  startsAt(
    @Root() event: EventRow,
    @Arg('timeZone', () => TimeZone, { nullable: true, description: "The reader's zone." }) timeZone: string | null,
  ): string {
    return inZone(event.startsAt, timeZone != null && isTimeZone(timeZone) ? timeZone : event.timeZone)
  }
}

@Resolver(() => Case)
export class CaseRunResolver {
  @FieldResolver(() => CourseRun, { nullable: true, description: 'The run concerned; null when there is none.' })
  async run(@Root() { courseRunId }: Case, @Ctx() context: Context): Promise<CourseRun | null> {
    return courseRunId === null ? null : runById(context, courseRunId)
  }
}
