/** Stores a refund: money that goes back to the buyer. */
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, Int, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { CalendarDate, DateTime } from '../graph/contract/scalars.ts'
import { exactFrom, instant, minorUnits } from '../store/row.ts'
import { Payment } from './payment.ts'

export const RefundStatus = {
  REQUESTED: 'REQUESTED',
  SUBMITTED: 'SUBMITTED',
  PENDING: 'PENDING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
  UNKNOWN: 'UNKNOWN',
  SETTLED_OUTSIDE: 'SETTLED_OUTSIDE',
} as const
export type RefundStatus = (typeof RefundStatus)[keyof typeof RefundStatus]
publishEnum(
  RefundStatus,
  'RefundStatus',
  'A refund that SUCCEEDED can still become FAILED: banks bounce refunds days later.',
  {
    REQUESTED: 'Asked for here; the provider has not been told yet.',
    SUBMITTED: 'Being sent to the provider.',
    PENDING: 'With the provider, on its way to the buyer.',
    SUCCEEDED: 'The provider has sent the money.',
    FAILED: 'The money did not go back, or came back from the bank.',
    CANCELLED: 'Called off at the provider, or settled outside or written off while it waited.',
    UNKNOWN: 'The provider was asked and its answer is not known yet.',
    SETTLED_OUTSIDE: 'Paid back some other way, e.g. by bank transfer; counts as back.',
  },
)

export const RefundOrigin = {
  LEARNER: 'LEARNER',
  OPERATOR: 'OPERATOR',
  COMPENSATION: 'COMPENSATION',
  PROVIDER: 'PROVIDER',
  RUN_CANCELLED: 'RUN_CANCELLED',
} as const
export type RefundOrigin = (typeof RefundOrigin)[keyof typeof RefundOrigin]
publishEnum(
  RefundOrigin,
  'RefundOrigin',
  'Who asked: the learner, an operator, this gateway because it could not register, someone at the provider, or an operator for a whole run.',
  {
    LEARNER: 'The learner.',
    OPERATOR: 'An operator of this gateway.',
    COMPENSATION: 'This gateway, because it could not register the learner.',
    PROVIDER: "Someone in the provider's dashboard.",
    RUN_CANCELLED: 'An operator, for everybody on a cancelled run.',
  },
)

/** What was paid back some other way says how; nothing else does. */
const outsideWhole = `(status = 'SETTLED_OUTSIDE') = (outside_method is not null and outside_reference is not null
  and outside_settled_on is not null and outside_reason is not null)`

export const RefundWait = {
  PROVIDER_BALANCE: 'PROVIDER_BALANCE',
  PAYMENT_SETTLEMENT: 'PAYMENT_SETTLEMENT',
  PROVIDER_PERMISSION: 'PROVIDER_PERMISSION',
  PROVIDER_SILENT: 'PROVIDER_SILENT',
  OPERATOR: 'OPERATOR',
} as const
export type RefundWait = (typeof RefundWait)[keyof typeof RefundWait]
publishEnum(RefundWait, 'RefundWait', 'What a refund waits for.', {
  PROVIDER_BALANCE: "The seller's balance at the provider is too low.",
  PAYMENT_SETTLEMENT: 'The payment itself is not settled yet.',
  PROVIDER_PERMISSION: 'The provider refuses our keys: an operator has to give a permission.',
  PROVIDER_SILENT: 'The provider does not answer.',
  OPERATOR: 'The provider can never make it: an operator pays it back some other way.',
})

@ObjectType({ simpleResolvers: true, description: 'A refund that did not go through a provider.' })
export class OutsideSettlement {
  @Field(() => String, { description: 'How, e.g. "bank transfer".' })
  method!: string

  @Field(() => String, { nullable: true, description: 'Its reference; null unless the caller is an operator.' })
  reference!: string | null

  @Field(() => CalendarDate, { description: 'On which day.' })
  settledOn!: string

  @Field(() => String, {
    nullable: true,
    description: "Why, in the operator's words; null unless the caller is an operator.",
  })
  reason!: string | null
}

@ObjectType({ implements: Node, simpleResolvers: true, description: 'Money paid back, or on its way.' })
@Entity({ tableName: 'refund' })
@Index({ properties: ['status', 'updatedAt'] })
@Index({
  name: 'refund_settled_outside',
  expression: `create index "refund_settled_outside" on "refund" ("outside_settled_on") where outside_settled_on is not null`,
})
@Index({ properties: ['updatedAt'] })
@Check({ name: 'refund_amount_exact', expression: exactFrom(1, 'amount_minor') })
@Check({ name: 'refund_outside_whole', expression: outsideWhole })
export class Refund extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => Payment, { mapToPk: true, fieldName: 'payment_id', deleteRule: 'restrict', index: true })
  paymentId!: string

  @Property({ ...minorUnits })
  amountMinor!: number

  @Property({ type: 'text' })
  currency!: string

  @Field(() => RefundStatus, { description: 'Where it stands.' })
  @Enum({ items: () => Object.values(RefundStatus) })
  status!: RefundStatus

  @Field(() => RefundOrigin, { description: 'Who asked for it.' })
  @Enum({ items: () => Object.values(RefundOrigin) })
  origin!: RefundOrigin

  @Field(() => String, { nullable: true, description: 'Why, in the words of whoever asked.' })
  @Property({ type: 'text', nullable: true })
  reason!: string | null

  @Field(() => String, { nullable: true, description: 'Stable code of why it failed.' })
  @Property({ type: 'text', nullable: true })
  failureReason!: string | null

  /** Whether the registration outlives the refund. */
  @Property({ type: 'boolean', default: false })
  keepRegistration!: boolean

  /** Key of the call, stored before it: refund id and number of the call. */
  @Property({ type: 'text' })
  @Unique()
  callKey!: string

  /** Counts the rows of its wish: each try is a row. */
  @Field(() => Int, { description: 'Number of this try, from 1.' })
  @Property({ type: 'integer', default: 1 })
  attempt!: number

  /** Id of the first row of its wish. */
  @Property({ type: 'uuid', index: true })
  wishId!: string

  @Field(() => DateTime, {
    description: 'When this money was first asked for, however many tries there were: the instant that counts.',
  })
  @Property({ ...instant })
  askedAt!: Date

  @Field(() => RefundWait, { nullable: true, description: 'Why it is not on its way yet; null when it is.' })
  @Enum({ items: () => Object.values(RefundWait), nullable: true })
  waitingFor!: RefundWait | null

  @Property({ ...instant, nullable: true })
  nextTryAt!: Date | null

  /** When a person decided that nothing more is expected of the wish; null while it stands. */
  @Property({ ...instant, nullable: true })
  writtenOffAt!: Date | null

  /** What the provider said, in its own words. */
  @Property({ type: 'text', nullable: true })
  providerMessage!: string | null

  /** How it was paid back some other way, e.g. bank transfer. */
  @Property({ type: 'text', nullable: true })
  outsideMethod!: string | null

  @Property({ type: 'text', nullable: true })
  outsideReference!: string | null

  @Property({ type: 'date', nullable: true })
  outsideSettledOn!: string | null

  /** In the operator's words, for operators. */
  @Property({ type: 'text', nullable: true })
  outsideReason!: string | null

  /** Since when somebody sends its call without having said how it went; null when nobody does. */
  @Property({ ...instant, nullable: true })
  sendingSince!: Date | null

  @Property({ type: 'text', nullable: true })
  @Unique()
  reference!: string | null

  /** Viewer key of whoever asked; null for compensation and the provider's own. */
  @Property({ type: 'text', nullable: true })
  requestedBy!: string | null

  @Field(() => DateTime, { description: 'When it was asked for.' })
  @Property({ ...instant })
  requestedAt!: Date

  @Field(() => DateTime, { nullable: true, description: 'When the provider said that it is done, or that it failed.' })
  @Property({ ...instant, nullable: true })
  settledAt!: Date | null

  @Property({ ...instant })
  updatedAt!: Date
}

export const RefundConnection = connectionOf(() => Refund, 'Refund', 'refunds')
