/** Stores a dispute: the buyer demands the money back through bank or PayPal. */
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { exactFrom, instant, minorUnits } from '../store/row.ts'
import { DisputeReason, DisputeRefundable, DisputeStage } from './dispute-stage.ts'
import { Payment } from './payment.ts'

export const DisputeStatus = {
  OPEN: 'OPEN',
  UNDER_REVIEW: 'UNDER_REVIEW',
  WON: 'WON',
  LOST: 'LOST',
  WITHDRAWN: 'WITHDRAWN',
} as const
export type DisputeStatus = (typeof DisputeStatus)[keyof typeof DisputeStatus]
publishEnum(DisputeStatus, 'DisputeStatus', 'WON and LOST are as the seller sees it.', {
  OPEN: 'Opened by the buyer; an answer is awaited.',
  UNDER_REVIEW: 'The bank or PayPal is deciding.',
  WON: 'The money stays.',
  LOST: 'The money went back to the buyer.',
  WITHDRAWN: 'The buyer has taken it back.',
})

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A payment that the buyer contests at their bank or PayPal.',
})
@Entity({ tableName: 'dispute' })
@Unique({ properties: ['paymentId', 'reference'] })
@Index({ properties: ['reference'] })
@Index({ properties: ['status'] })
@Index({ properties: ['openedAt'] })
@Index({
  name: 'dispute_ended',
  expression: 'create index "dispute_ended" on "dispute" ("closed_at", "looked_at") where closed_at is not null',
})
@Index({ properties: ['closedAt'] })
@Check({ name: 'dispute_amount_exact', expression: exactFrom(0, 'amount_minor') })
@Check({ name: 'dispute_lost_exact', expression: exactFrom(0, 'lost_minor') })
@Check({ name: 'dispute_fee_exact', expression: exactFrom(0, 'fee_minor') })
@Check({
  name: 'dispute_closed_once_decided',
  expression: "(closed_at is null) = (status in ('OPEN', 'UNDER_REVIEW'))",
})
export class Dispute extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => Payment, { mapToPk: true, fieldName: 'payment_id', deleteRule: 'restrict', index: true })
  paymentId!: string

  @Property({ type: 'text' })
  reference!: string

  @Property({ ...minorUnits })
  amountMinor!: number

  @Property({ type: 'text' })
  currency!: string

  @Field(() => DisputeStatus, { description: 'Where it stands.' })
  @Enum({ items: () => Object.values(DisputeStatus) })
  status!: DisputeStatus

  @Field(() => DisputeStage, { description: 'How far it has got at the provider.' })
  @Enum({ items: () => Object.values(DisputeStage) })
  stage!: DisputeStage

  @Enum({ items: () => Object.values(DisputeReason) })
  reason!: DisputeReason

  /** The provider's or network's own; null when there is none. */
  @Property({ type: 'text', nullable: true })
  reasonCode!: string | null

  @Property({ ...instant, nullable: true })
  evidenceDueBy!: Date | null

  @Property({ type: 'boolean', default: false })
  evidenceSubmitted!: boolean

  @Field(() => DisputeRefundable, { description: 'What may be refunded meanwhile.' })
  @Enum({ items: () => Object.values(DisputeRefundable) })
  refundable!: DisputeRefundable

  /** What went back through it, in the payment's currency, as the provider said when it was last lost. */
  @Property({ ...minorUnits, default: 0 })
  lostMinor!: number

  /** Whether refunds that were made since it was opened are among what the provider says went back. */
  @Property({ type: 'boolean', default: false })
  countsRefunds!: boolean

  @Property({ ...minorUnits, nullable: true })
  feeMinor!: number | null

  @Property({ type: 'text', nullable: true })
  feeCurrency!: string | null

  @Field(() => DateTime, { description: 'When it was opened.' })
  @Property({ ...instant })
  openedAt!: Date

  @Field(() => DateTime, { nullable: true, description: 'When it was settled.' })
  @Property({ ...instant, nullable: true })
  closedAt!: Date | null

  /** When the provider was last asked about it. */
  @Property({ ...instant })
  lookedAt!: Date
}

export const DisputeConnection = connectionOf(() => Dispute, 'Dispute', 'disputes')
