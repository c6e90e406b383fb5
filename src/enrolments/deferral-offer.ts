/** Shows in the graph whether a place can be moved to the next run. */
import { Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql'
import { CourseRun } from '../courses/course-run.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { inReadersZone, ReadersZone, readersZone } from '../graph/contract/readers-zone.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { DeferralRefusal, deferralRefusalInWords } from './deferral-offer.rules.ts'

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
export class DeferralOffer {
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
