/** Shows in the graph the refund right of whoever buys a run now. */
import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql'
import { zoneOf } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import type { CompleteRun } from '../courses/loaders.ts'
import { inReadersZone, ReadersZone, readersZone } from '../graph/contract/readers-zone.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import {
  contractualWindow,
  purchaseWindow,
  RefundBasis,
  type RightFacts,
  rightInWords,
  statutoryWindow,
} from '../payments/refund-window.rules.ts'

@ObjectType({
  simpleResolvers: true,
  description: 'Until when money can be asked back, and why until then.',
})
export class RefundRight implements RightFacts {
  @Field(() => RefundBasis, { description: 'Which of the two it is.' })
  basis!: RefundBasis

  deadline!: Date
  contractual!: Date
  statutory!: Date
  startsAt!: Date
  now!: Date

  /** In which it is said unless its reader asks for another. */
  timeZone!: string
}

@Resolver(() => RefundRight)
export class RefundRightResolver {
  @FieldResolver(() => DateTime, { description: 'The later of the two below.' })
  deadline(@Root() { deadline }: RefundRight, @ReadersZone() timeZone: string | null): Date | string {
    return inReadersZone(deadline, timeZone)
  }

  @FieldResolver(() => DateTime, {
    description: "14 calendar days after the start, at the same wall-clock time in the run's zone.",
  })
  contractualDeadline(@Root() { contractual }: RefundRight, @ReadersZone() timeZone: string | null): Date | string {
    return inReadersZone(contractual, timeZone)
  }

  @FieldResolver(() => DateTime, {
    description: "The end of the 14th day after the day of the contract, in the run's zone.",
  })
  statutoryDeadline(@Root() { statutory }: RefundRight, @ReadersZone() timeZone: string | null): Date | string {
    return inReadersZone(statutory, timeZone)
  }

  @FieldResolver(() => String, {
    description:
      "All of it in one or two sentences, for the page on which one buys. It names its zone: the reader's, else the learner's own when it is known, else the run's.",
  })
  summary(@Root() right: RefundRight, @ReadersZone() timeZone: string | null): string {
    return rightInWords(right, readersZone(timeZone) ?? right.timeZone)
  }
}

type RunRow = Pick<CompleteRun, 'priceMinor' | 'startsAt' | 'timeZone'>

@Resolver(() => CourseRun)
export class RunRefundRightResolver {
  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      'The last instant at which whoever buys now could ask for the money back: the later of contract and law. Null for a free run.',
  })
  refundDeadline(
    @Root() { priceMinor, startsAt, timeZone: runZone }: RunRow,
    @ReadersZone() timeZone: string | null,
    @Ctx() { now }: Context,
  ): Date | string | null {
    return inReadersZone(priceMinor === 0 ? null : purchaseWindow(startsAt, now(), runZone).until, timeZone)
  }

  @FieldResolver(() => RefundRight, {
    nullable: true,
    description: 'The refund right of whoever buys now, with its basis; null for a free run.',
  })
  refundRight(@Root() run: RunRow, @Ctx() context: Context): RefundRight | null {
    const { priceMinor, startsAt, timeZone } = run
    if (priceMinor === 0) return null
    const now = context.now()
    const { basis, until: deadline } = purchaseWindow(startsAt, now, timeZone)
    return {
      basis,
      deadline,
      contractual: contractualWindow(startsAt, timeZone).until,
      statutory: statutoryWindow(now, timeZone).until,
      startsAt,
      now,
      timeZone: zoneOf(context.viewer) ?? timeZone,
    }
  }
}
