/** Stores receipts, and credit notes for money that went back, as they were issued. */
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../../graph/contract/enum.ts'
import { Money } from '../../graph/contract/money.ts'
import { Node } from '../../graph/contract/node.ts'
import { connectionOf } from '../../graph/contract/page.ts'
import { Decimal } from '../../graph/contract/scalars.ts'
import { TaxTreatment } from '../../graph/contract/tax-treatment.ts'
import { instant, minorUnits } from '../../store/row.ts'
import { Payment } from '../payment.ts'
import { Refund } from '../refund.ts'

export const ReceiptKind = { RECEIPT: 'RECEIPT', CREDIT_NOTE: 'CREDIT_NOTE' } as const
export type ReceiptKind = (typeof ReceiptKind)[keyof typeof ReceiptKind]
publishEnum(ReceiptKind, 'ReceiptKind', 'Receipt or credit note.', {
  RECEIPT: 'Money came.',
  CREDIT_NOTE: 'Money went back.',
})

@ObjectType({ simpleResolvers: true, description: 'One side of a receipt.' })
export class ReceiptParty {
  @Field(() => String, { description: 'Name.' })
  name!: string

  @Field(() => [String], { description: 'Address, line by line; empty when it is not known.' })
  address!: string[]

  @Field(() => String, { nullable: true, description: 'E-mail address; null when it is not known.' })
  email!: string | null

  @Field(() => String, { nullable: true, description: 'Tax number; null when there is none.' })
  taxNumber!: string | null
}

@ObjectType({ simpleResolvers: true, description: 'One thing on a receipt.' })
export class ReceiptLine {
  @Field(() => String, { description: 'E.g. "Evidence-Based Coaching at Work, starts 4 January 2027".' })
  description!: string

  @Field(() => TaxTreatment, { description: 'How it is taxed.' })
  taxTreatment!: TaxTreatment

  @Field(() => Decimal, {
    nullable: true,
    description: 'Per cent, exact, e.g. "20"; null when exempt or outside the tax.',
  })
  taxRate!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The words that the law wants when there is no tax; null otherwise.',
  })
  taxNote!: string | null

  @Field(() => Money, { description: 'Without tax.' })
  net!: Money

  @Field(() => Money, { description: 'Tax.' })
  tax!: Money

  @Field(() => Money, { description: 'With tax.' })
  gross!: Money
}

/** As it is kept; its currency is the receipt's. */
export interface KeptLine extends Pick<ReceiptLine, 'description' | 'taxTreatment' | 'taxRate' | 'taxNote'> {
  netMinor: number
  taxMinor: number
  grossMinor: number
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A receipt, or the credit note for money that went back. Never changed once it is made.',
})
@Entity({ tableName: 'receipt' })
@Index({
  name: 'receipt_of_payment',
  expression: `create unique index "receipt_of_payment" on "receipt" ("payment_id") where kind = 'RECEIPT'`,
})
@Index({ properties: ['issuedAt'] })
export class Receipt extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => Payment, { mapToPk: true, fieldName: 'payment_id', deleteRule: 'restrict', index: true })
  paymentId!: string

  @ManyToOne(() => Refund, { mapToPk: true, fieldName: 'refund_id', deleteRule: 'restrict', nullable: true })
  @Unique()
  refundId!: string | null

  @ManyToOne(() => Receipt, { mapToPk: true, fieldName: 'corrects_id', deleteRule: 'restrict', nullable: true })
  correctsId!: string | null

  @Field(() => ReceiptKind, { description: 'Which of the two.' })
  @Enum({ items: () => Object.values(ReceiptKind) })
  kind!: ReceiptKind

  @Field(() => String, { description: 'Consecutive within its kind and year, e.g. R-2026-000123.' })
  @Property({ type: 'text' })
  @Unique()
  number!: string

  @Property({ ...instant })
  issuedAt!: Date

  @Property({ ...instant, nullable: true })
  voidedAt!: Date | null

  @Field(() => ReceiptParty, { description: 'Who sells.' })
  @Property({ type: 'json' })
  seller!: ReceiptParty

  @Field(() => ReceiptParty, { description: 'Who bought, as they were known then.' })
  @Property({ type: 'json' })
  buyer!: ReceiptParty

  @Property({ type: 'json' })
  keptLines!: KeptLine[]

  @Property({ type: 'text' })
  currency!: string

  @Property({ ...minorUnits })
  totalMinor!: number

  @Property({ ...minorUnits })
  taxMinor!: number

  @Field(() => String, { description: 'How it was paid, e.g. "Visa ending in 4242", or how it went back.' })
  @Property({ type: 'text' })
  paidBy!: string

  @Field(() => String, {
    nullable: true,
    description:
      "The provider's reference as the buyer sees it on their own papers: PayPal's transaction id, Stripe's charge; null when there is none.",
  })
  @Property({ type: 'text', nullable: true })
  providerReference!: string | null
}

/** The last number handed out: its row is locked by whoever takes the next. */
@Entity({ tableName: 'receipt_number' })
export class ReceiptNumber {
  @PrimaryKey({ type: 'text' })
  kind!: string

  /** In the seller's zone. */
  @PrimaryKey({ type: 'integer' })
  year!: number

  @Property({ type: 'integer' })
  last!: number
}

export const ReceiptConnection = connectionOf(() => Receipt, 'Receipt', 'receipts')
