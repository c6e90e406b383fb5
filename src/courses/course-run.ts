/** Stores a run: one dated presentation of a course, with its price and window. */
import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, Int, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { DateTime, TimeZone, Url } from '../graph/contract/scalars.ts'
import { exactFrom, instant, minorUnits } from '../store/row.ts'
import type { TaxTreatment } from '../values/tax.ts'
import { Course } from './course.ts'

export const RunStatus = {
  UPCOMING: 'UPCOMING',
  OPEN: 'OPEN',
  CLOSED: 'CLOSED',
  RUNNING: 'RUNNING',
  ENDED: 'ENDED',
  CANCELLED: 'CANCELLED',
} as const
export type RunStatus = (typeof RunStatus)[keyof typeof RunStatus]
publishEnum(
  RunStatus,
  'RunStatus',
  'The first that holds: CANCELLED; ENDED (past its end); RUNNING (past its start); OPEN (enrolment window); UPCOMING (before it); CLOSED. Whether one can enrol is openForEnrolment: a running course can still be open.',
  {
    UPCOMING: 'The enrolment window has not opened.',
    OPEN: 'In the enrolment window, before the start.',
    CLOSED: 'The window has closed, the run has not started.',
    RUNNING: 'Started; late enrolment may still be open.',
    ENDED: 'Past its end.',
    CANCELLED: 'Called off by the partner.',
  },
)

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "Enters the graph once it is complete (start, price, enrolment window); until then it is kept, and operators see it named in the sync's report.",
})
@Entity({ tableName: 'course_run' })
@Index({ properties: ['courseId', 'startsAt', 'id'] })
@Check({ name: 'course_run_price_exact', expression: exactFrom(0, 'price_minor') })
@Check({ name: 'course_run_ends_after_start', expression: 'ends_at >= starts_at' })
export class CourseRun extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => Course, { mapToPk: true, fieldName: 'course_id', deleteRule: 'restrict' })
  courseId!: string

  @Property({ type: 'text' })
  @Unique()
  partnerUuid!: string

  @Property({ type: 'text' })
  code!: string

  @Field(() => DateTime, { description: 'First instant of study.' })
  @Property({ ...instant, nullable: true })
  startsAt!: Date | null

  @Field(() => DateTime, { description: 'End of the last week, derived from the start and the weeks.' })
  @Property({ ...instant, nullable: true })
  endsAt!: Date | null

  @Field(() => TimeZone, { description: "The run's own time zone; refund deadlines are counted in it." })
  @Property({ type: 'text' })
  timeZone!: string

  @Property({ ...minorUnits, nullable: true })
  priceMinor!: number | null

  @Property({ type: 'text', nullable: true })
  currency!: string | null

  @Property({ ...instant, nullable: true })
  enrolmentOpensAt!: Date | null

  @Property({ ...instant, nullable: true })
  enrolmentClosesAt!: Date | null

  @Property({ type: 'boolean', default: false })
  cancelled!: boolean

  @Field(() => DateTime, { nullable: true, description: 'When the partner called it off; null while it is on.' })
  @Property({ ...instant, nullable: true })
  cancelledAt!: Date | null

  /** Since when the partner does not know the run that it had; null while it does. */
  @Property({ ...instant, nullable: true })
  missedAt!: Date | null
  /** Of its price; null where the partner does not say: then the seller's holds. */
  @Property({ type: 'text', nullable: true })
  taxTreatment!: TaxTreatment | null

  @Property({ type: 'text', nullable: true })
  taxRate!: string | null

  @Property({ type: 'text', nullable: true })
  taxNote!: string | null

  @Field(() => Url, { description: 'Where to register at the partner.' })
  @Property({ type: 'text' })
  registrationUrl!: string

  /** Complete runs are in the graph. */
  @Property({
    type: 'boolean',
    columnType: 'boolean',
    generated:
      '(starts_at is not null and ends_at is not null and price_minor is not null and currency is not null and enrolment_opens_at is not null and enrolment_closes_at is not null) stored',
  })
  complete!: boolean

  /** Last places seen, for when the partner cannot say, with the instant of that look. */
  @Property({ type: 'integer', nullable: true })
  placesSeen!: number | null

  @Property({ ...instant, nullable: true })
  placesSeenAt!: Date | null

  @Property({ ...instant })
  fetchedAt!: Date

  @Property({ ...instant, nullable: true })
  partnerUpdatedAt!: Date | null
}

@ObjectType({ implements: Node, simpleResolvers: true, description: 'A live session of a run; all are recorded.' })
@Entity({ tableName: 'live_event' })
@Check({ name: 'live_event_duration_positive', expression: 'duration_minutes > 0' })
export class LiveEvent extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => CourseRun, { mapToPk: true, fieldName: 'run_id', deleteRule: 'cascade' })
  runId!: string

  @Property({ type: 'text' })
  @Unique()
  partnerUuid!: string

  @Field(() => String, { description: 'Title.' })
  @Property({ type: 'text' })
  title!: string

  @Property({ ...instant })
  startsAt!: Date

  @Field(() => Int, { description: 'Length in minutes.' })
  @Property({ type: 'integer' })
  durationMinutes!: number

  @Property({ type: 'text', nullable: true })
  joinUrl!: string | null

  @Field(() => Url, { nullable: true, description: 'The recording, once there is one.' })
  @Property({ type: 'text', nullable: true })
  recordingUrl!: string | null
}

export const CourseRunConnection = connectionOf(() => CourseRun, 'CourseRun', 'runs')
