/** Stores what waits for a person, and what was noted and done about it. */
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { exactFrom, instant, minorUnits } from '../store/row.ts'
import { CaseAction } from './case-action.ts'
import { CaseKind } from './case-kind.ts'

export const CaseStatus = { OPEN: 'OPEN', ACKNOWLEDGED: 'ACKNOWLEDGED', CLOSED: 'CLOSED' } as const
export type CaseStatus = (typeof CaseStatus)[keyof typeof CaseStatus]
publishEnum(CaseStatus, 'CaseStatus', 'Where a case stands.', {
  OPEN: 'Nobody has taken it up.',
  ACKNOWLEDGED: 'Somebody has.',
  CLOSED: 'Done with.',
})

export const CaseOutcome = { BY_ITSELF: 'BY_ITSELF', ACTED: 'ACTED', DISMISSED: 'DISMISSED' } as const
export type CaseOutcome = (typeof CaseOutcome)[keyof typeof CaseOutcome]
publishEnum(CaseOutcome, 'CaseOutcome', 'How a case ended.', {
  BY_ITSELF: "What it was about is over, without anybody's doing here.",
  ACTED: 'One of its actions was done, and it is over.',
  DISMISSED: 'An operator closed it with a note.',
})

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'Something that a person has to see to. One open case for each kind and subject.',
})
@Entity({ tableName: 'operator_case' })
@Index({
  name: 'operator_case_holds',
  expression: 'create unique index operator_case_holds on operator_case (kind, subject_key) where holds',
})
@Index({
  name: 'operator_case_not_closed',
  expression: "create index operator_case_not_closed on operator_case (due_at, since, id) where status <> 'CLOSED'",
})
@Check({ name: 'operator_case_open_holds', expression: "holds or status = 'CLOSED'" })
@Check({ name: 'operator_case_amount_exact', expression: exactFrom(0, 'amount_minor') })
export class Case extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  /** Counted from 1001; clients see it as C-1001. */
  @Property({ type: 'integer', autoincrement: true })
  count!: number

  @Field(() => CaseKind, { description: 'What kind.' })
  @Enum({ items: () => Object.values(CaseKind) })
  kind!: CaseKind

  /** `Type:id` of a node, or the stable key of what no node corresponds to. */
  @Property({ type: 'text' })
  subjectKey!: string

  @Property({ type: 'text', nullable: true })
  subjectType!: string | null

  @Property({ type: 'uuid', nullable: true })
  @Index()
  subjectId!: string | null

  @Field(() => CaseStatus, { description: 'Where it stands.' })
  @Enum({ items: () => Object.values(CaseStatus), default: 'OPEN' })
  status!: CaseStatus

  /** Whether what it is about has not been over since: so what was dismissed does not come back by itself. */
  @Property({ type: 'boolean', default: true })
  holds!: boolean

  @Field(() => DateTime, { description: 'Since when it has held.' })
  @Property({ ...instant })
  since!: Date

  @Field(() => DateTime, { description: 'When it was last found to hold.' })
  @Property({ ...instant })
  lastSeenAt!: Date

  @Property({ ...instant, nullable: true })
  dueAt!: Date | null

  @Property({ type: 'uuid', nullable: true })
  learnerId!: string | null

  @Property({ type: 'uuid', nullable: true })
  courseRunId!: string | null

  @Property({ ...minorUnits, nullable: true })
  amountMinor!: number | null

  @Property({ type: 'text', nullable: true })
  currency!: string | null

  @Field(() => String, {
    nullable: true,
    description: "The provider's or partner's reference; null when there is none.",
  })
  @Property({ type: 'text', nullable: true })
  providerReference!: string | null

  @Field(() => String, { description: 'What happened, in a sentence.' })
  @Property({ type: 'text' })
  message!: string

  @Field(() => String, {
    nullable: true,
    description: "The provider's, partner's or machine's own words; null when there are none.",
  })
  @Property({ type: 'text', nullable: true })
  detail!: string | null

  @Field(() => String, { nullable: true, description: 'Who took it in hand; null while nobody has.' })
  @Property({ type: 'text', nullable: true })
  acknowledgedBy!: string | null

  @Field(() => DateTime, { nullable: true, description: 'When.' })
  @Property({ ...instant, nullable: true })
  acknowledgedAt!: Date | null

  @Field(() => CaseOutcome, { nullable: true, description: 'How it ended; null while it is open.' })
  @Enum({ items: () => Object.values(CaseOutcome), nullable: true })
  outcome!: CaseOutcome | null

  @Field(() => String, {
    nullable: true,
    description: 'Who ended it; null while open, or when it ended by itself.',
  })
  @Property({ type: 'text', nullable: true })
  closedBy!: string | null

  @Field(() => DateTime, { nullable: true, description: 'When.' })
  @Property({ ...instant, nullable: true })
  closedAt!: Date | null
}

@ObjectType({ simpleResolvers: true, description: 'A note or deed in a case.' })
@Entity({ tableName: 'operator_case_entry' })
export class CaseEntry {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @ManyToOne(() => Case, { mapToPk: true, fieldName: 'case_id', deleteRule: 'cascade', index: true })
  caseId!: string

  @Field(() => DateTime, { description: 'When.' })
  @Property({ ...instant })
  at!: Date

  @Field(() => String, { nullable: true, description: 'Who; null for the gateway.' })
  @Property({ type: 'text', nullable: true })
  by!: string | null

  @Field(() => CaseAction, { nullable: true, description: 'What was done; null for a note.' })
  @Enum({ items: () => Object.values(CaseAction), nullable: true })
  action!: CaseAction | null

  @Field(() => String, { nullable: true, description: 'In their words; null when nothing was said.' })
  @Property({ type: 'text', nullable: true })
  note!: string | null
}

export const CaseConnection = connectionOf(() => Case, 'Case', 'cases')
