/** Stores every name by which a payment is known somewhere. */
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../../graph/contract/enum.ts'
import { Payment } from '../payment.ts'
import { ProviderName } from '../payment-provider.ts'

export const PaymentReferenceKind = {
  SESSION: 'SESSION',
  INTENT: 'INTENT',
  CHARGE: 'CHARGE',
  ORDER: 'ORDER',
  CAPTURE: 'CAPTURE',
  REFUND: 'REFUND',
  DISPUTE: 'DISPUTE',
  OWN: 'OWN',
  RECEIPT: 'RECEIPT',
  OUTSIDE: 'OUTSIDE',
  PAYOUT: 'PAYOUT',
} as const
export type PaymentReferenceKind = (typeof PaymentReferenceKind)[keyof typeof PaymentReferenceKind]
publishEnum(PaymentReferenceKind, 'PaymentReferenceKind', 'What a payment is known by.', {
  SESSION: 'Stripe: checkout session.',
  INTENT: 'Stripe: payment intent.',
  CHARGE: 'Stripe: charge.',
  ORDER: 'PayPal: order.',
  CAPTURE: "PayPal: capture; the transaction id of the buyer's receipt.",
  REFUND: 'A refund, at either.',
  DISPUTE: 'A dispute, at either.',
  OWN: 'Our own id as providers are told it (metadata, custom id, invoice id).',
  RECEIPT: 'Number of a receipt or credit note.',
  OUTSIDE: 'What was paid back some other way: the reference that the operator gave.',
  PAYOUT: "The provider's payout that carried it.",
})

@ObjectType({ simpleResolvers: true, description: 'One name of a payment somewhere.' })
@Entity({ tableName: 'payment_reference' })
@Index({
  name: 'payment_reference_of_one',
  expression: `create unique index "payment_reference_of_one" on "payment_reference" ("provider", "kind", "value") where kind not in ('OUTSIDE', 'PAYOUT')`,
})
@Index({ properties: ['value'] })
export class PaymentReference {
  @ManyToOne(() => Payment, { primary: true, mapToPk: true, fieldName: 'payment_id', deleteRule: 'cascade' })
  paymentId!: string

  @Field(() => PaymentReferenceKind, { description: 'What kind of name.' })
  @Enum({ items: () => Object.values(PaymentReferenceKind), primary: true })
  kind!: PaymentReferenceKind

  /** In small letters, for the search. */
  @PrimaryKey({ type: 'text' })
  value!: string

  @Enum({ items: () => Object.values(ProviderName) })
  provider!: ProviderName

  /** As the provider writes it. */
  @Property({ type: 'text' })
  written!: string
}
