/** Stores the refund of a whole run with its items, one for each enrolment. */
import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, Int, ObjectType } from 'type-graphql'
import { CourseRun } from '../courses/course-run.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { Refund } from '../payments/refund.ts'
import { instant } from '../store/row.ts'
import { Enrolment } from './enrolment.ts'

export const RefundRunItemStatus = {
  WAITING: 'WAITING',
  UNDER_WAY: 'UNDER_WAY',
  DONE: 'DONE',
  FAILED: 'FAILED',
  SKIPPED: 'SKIPPED',
} as const
export type RefundRunItemStatus = (typeof RefundRunItemStatus)[keyof typeof RefundRunItemStatus]
publishEnum(RefundRunItemStatus, 'RefundRunItemStatus', 'Where one of them stands.', {
  WAITING: 'Not begun.',
  UNDER_WAY: 'On its way.',
  DONE: 'The money is back.',
  FAILED: 'A person has to see to it.',
  SKIPPED: 'Left out.',
})

@ObjectType({ implements: Node, simpleResolvers: true, description: 'Sending back the money of a whole run.' })
@Entity({ tableName: 'refund_run' })
@Unique({
  name: 'refund_run_one_unfinished',
  expression: 'create unique index refund_run_one_unfinished on refund_run (run_id) where finished_at is null',
})
export class RefundRun extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => CourseRun, { mapToPk: true, fieldName: 'run_id', deleteRule: 'restrict', index: true })
  runId!: string

  /** In the words of whoever began it; on every refund. */
  @Property({ type: 'text' })
  reason!: string

  /** Whether it goes on when the run takes place. */
  @Property({ type: 'boolean' })
  evenIfNotCancelled!: boolean

  @Field(() => DateTime, { description: 'When it began.' })
  @Property({ ...instant })
  startedAt!: Date

  @Field(() => DateTime, { nullable: true, description: 'When nothing was left to do; null while it goes on.' })
  @Property({ ...instant, nullable: true })
  finishedAt!: Date | null

  /** Viewer key. */
  @Field(() => String, { description: 'Who began it.' })
  @Property({ type: 'text' })
  startedBy!: string

  @Field(() => Int, { description: 'How many enrolments it is about.' })
  @Property({ type: 'integer' })
  total!: number
}

@ObjectType({ simpleResolvers: true, description: 'One enrolment of a run that is refunded.' })
@Entity({ tableName: 'refund_run_item' })
@Index({ properties: ['refundRunId', 'id'] })
@Unique({ properties: ['refundRunId', 'enrolmentId'] })
@Check({ name: 'refund_run_item_skipped_for_a_reason', expression: 'refund_id is null or skipped is null' })
export class RefundRunItem {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @ManyToOne(() => RefundRun, { mapToPk: true, fieldName: 'refund_run_id', deleteRule: 'cascade' })
  refundRunId!: string

  @ManyToOne(() => Enrolment, { mapToPk: true, fieldName: 'enrolment_id', deleteRule: 'restrict', index: true })
  enrolmentId!: string

  /** The first row of its wish: how it stands is told by the last one. Null when it was not begun, or left out. */
  @ManyToOne(() => Refund, { mapToPk: true, fieldName: 'refund_id', deleteRule: 'restrict', nullable: true })
  refundId!: string | null

  /** Why it was left out; null otherwise. */
  @Property({ type: 'text', nullable: true })
  skipped!: string | null
}

export const RefundRunConnection = connectionOf(() => RefundRun, 'RefundRun', 'refunds of whole runs')
export const RefundRunItemConnection = connectionOf(
  () => RefundRunItem,
  'RefundRunItem',
  'enrolments of a run that is refunded',
)
