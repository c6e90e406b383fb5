/** Stores a refund: money that goes back to the buyer. */
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { DateTime } from '../graph/contract/scalars.ts'
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
    CANCELLED: 'Called off at the provider.',
    UNKNOWN: 'The provider was asked and its answer is not known yet.',
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

@ObjectType({ implements: Node, simpleResolvers: true, description: 'Money paid back, or on its way.' })
@Entity({ tableName: 'refund' })
@Index({ properties: ['status', 'updatedAt'] })
@Index({ properties: ['updatedAt'] })
@Check({ name: 'refund_amount_exact', expression: exactFrom(1, 'amount_minor') })
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

  /** Key of the call, stored before it: refund id and attempt number. */
  @Property({ type: 'text' })
  @Unique()
  callKey!: string

  @Property({ type: 'integer', default: 1 })
  attempt!: number

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
