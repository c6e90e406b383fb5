/** Stores a dispute: the buyer demands the money back through bank or PayPal. */
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { exactFrom, instant, minorUnits } from '../store/row.ts'
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
@Index({ properties: ['closedAt'] })
@Check({ name: 'dispute_amount_exact', expression: exactFrom(0, 'amount_minor') })
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

  @Field(() => DateTime, { description: 'When it was opened.' })
  @Property({ ...instant })
  openedAt!: Date

  @Field(() => DateTime, { nullable: true, description: 'When it was settled.' })
  @Property({ ...instant, nullable: true })
  closedAt!: Date | null
}
