/** Stores a payment: one attempt to pay for an enrolment at one provider. */
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { DateTime, Url } from '../graph/contract/scalars.ts'
import { exactFrom, instant, minorUnits } from '../store/row.ts'
import { ProviderName } from './payment-provider.ts'

export const PaymentMethod = { CARD: 'CARD', PAYPAL: 'PAYPAL' } as const
export type PaymentMethod = (typeof PaymentMethod)[keyof typeof PaymentMethod]
publishEnum(PaymentMethod, 'PaymentMethod', 'How the buyer pays.', {
  CARD: 'By card, through Stripe.',
  PAYPAL: 'With a PayPal account.',
})

export const CardBrand = {
  VISA: 'VISA',
  MASTERCARD: 'MASTERCARD',
  AMERICAN_EXPRESS: 'AMERICAN_EXPRESS',
  OTHER: 'OTHER',
} as const
export type CardBrand = (typeof CardBrand)[keyof typeof CardBrand]
publishEnum(CardBrand, 'CardBrand', 'OTHER only ever appears on a payment that was refused or refunded for it.', {
  VISA: 'Visa.',
  MASTERCARD: 'Mastercard.',
  AMERICAN_EXPRESS: 'American Express.',
  OTHER: 'None of the three: refused, or refunded.',
})
publishEnum(ProviderName, 'PaymentProviderName', 'Who takes the money.', {
  STRIPE: 'Stripe.',
  PAYPAL: 'PayPal.',
})

export const PaymentStatus = {
  CREATED: 'CREATED',
  REQUIRES_ACTION: 'REQUIRES_ACTION',
  PROCESSING: 'PROCESSING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
  EXPIRED: 'EXPIRED',
  UNKNOWN: 'UNKNOWN',
  CONFLICTED: 'CONFLICTED',
} as const
export type PaymentStatus = (typeof PaymentStatus)[keyof typeof PaymentStatus]
publishEnum(
  PaymentStatus,
  'PaymentStatus',
  'UNKNOWN: the provider was asked and its answer is not known yet; CONFLICTED: what was paid differs from what was asked, and is refunded.',
  {
    CREATED: 'Made here; the provider has not been asked yet.',
    REQUIRES_ACTION: "The buyer has to pay on the provider's page.",
    PROCESSING: 'The buyer has agreed; the money is being taken.',
    SUCCEEDED: 'The money was taken.',
    FAILED: 'The provider refused it.',
    CANCELLED: 'Given up before anything was paid.',
    EXPIRED: 'Not paid in time.',
    UNKNOWN: 'The provider was asked and its answer is not known yet.',
    CONFLICTED: 'What was paid differs from what was asked, and is refunded.',
  },
)

@ObjectType({ simpleResolvers: true, description: 'What the buyer has to do next.' })
export class PaymentAction {
  @Field(() => Url, { description: "The provider's page: send the buyer there." })
  redirectUrl!: string

  /** In the zone that the reader asks for. */
  expiresAt!: Date
}

export const PendingReason = {
  BANK_TRANSFER: 'BANK_TRANSFER',
  PROVIDER_REVIEW: 'PROVIDER_REVIEW',
  SELLER_MUST_ACCEPT: 'SELLER_MUST_ACCEPT',
  SELLER_ACCOUNT: 'SELLER_ACCOUNT',
  BUYER_VERIFICATION: 'BUYER_VERIFICATION',
  PROCESSING: 'PROCESSING',
  OTHER: 'OTHER',
} as const
export type PendingReason = (typeof PendingReason)[keyof typeof PendingReason]

@ObjectType({ simpleResolvers: true, description: 'Why a payment did not succeed.' })
export class PaymentFailure {
  @Field(() => String, { description: 'Stable code, e.g. CARD_DECLINED.' })
  code!: string

  @Field(() => String, { description: 'One sentence that can be shown to the buyer.' })
  message!: string

  @Field(() => Boolean, { description: 'Whether trying again, perhaps with another card, can help.' })
  retryable!: boolean
}

@ObjectType({ implements: Node, simpleResolvers: true, description: 'One attempt to pay for an enrolment.' })
@Entity({ tableName: 'payment' })
@Unique({ properties: ['provider', 'reference'] })
@Check({ name: 'payment_amount_exact', expression: exactFrom(1, 'amount_minor') })
@Check({ name: 'payment_captured_exact', expression: exactFrom(0, 'captured_minor') })
@Index({ properties: ['status', 'updatedAt'] })
@Check({ name: 'payment_pending_since', expression: '(pending_reason is null) = (pending_since is null)' })
@Index({ properties: ['captureReference'] })
@Index({ properties: ['cardLast4'] })
@Index({
  name: 'payment_buyer_email_lower',
  expression: 'create index "payment_buyer_email_lower" on "payment" (lower("buyer_email"))',
})
@Index({ properties: ['capturedAt'] })
@Index({
  name: 'payment_look_again',
  expression: 'create index payment_look_again on payment (provider, look_again_at) where look_again_at is not null',
})
export class Payment extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  /** The enrolment paid for, by name: enrolments import payments, not the other way. */
  @ManyToOne({
    entity: () => 'Enrolment' as never,
    mapToPk: true,
    fieldName: 'enrolment_id',
    deleteRule: 'restrict',
    index: true,
  })
  enrolmentId!: string

  @Field(() => ProviderName, { description: 'Who takes the money.' })
  @Enum({ items: () => Object.values(ProviderName) })
  provider!: ProviderName

  @Field(() => PaymentMethod, { description: 'How the buyer pays.' })
  @Enum({ items: () => Object.values(PaymentMethod) })
  method!: PaymentMethod

  @Field(() => PaymentStatus, { description: 'Where it stands.' })
  @Enum({ items: () => Object.values(PaymentStatus) })
  status!: PaymentStatus

  @Property({ ...minorUnits })
  amountMinor!: number

  @Property({ type: 'text' })
  currency!: string

  /** Shown to the buyer at the provider; with the next two, null until the order was fixed, just before the first call. */
  @Property({ type: 'text', nullable: true })
  description!: string | null

  @Property({ type: 'text', nullable: true })
  buyerEmail!: string | null

  /** The provider's page is asked to close then. */
  @Property({ ...instant, nullable: true })
  closesAt!: Date | null

  /** Where the provider sends the buyer back to, as the client asked. */
  @Property({ type: 'text' })
  returnUrl!: string

  /** Key of the call that opens it, stored before the call: payment id and attempt number. */
  @Property({ type: 'text' })
  @Unique()
  openKey!: string

  /** Key of the call that takes the money of an approved order, stored before it; null when none is under way. */
  @Property({ type: 'text', nullable: true })
  captureKey!: string | null

  /** Number of the next capture that is tried, after as many definitive refusals less one. */
  @Property({ type: 'integer', default: 1 })
  attempt!: number

  /** Checkout session or order at the provider; null until it answered. */
  @Property({ type: 'text', nullable: true })
  reference!: string | null

  /** What is refunded: payment intent or capture. */
  @Property({ type: 'text', nullable: true })
  captureReference!: string | null

  @Property({ type: 'text', nullable: true })
  redirectUrl!: string | null

  @Property({ ...instant, nullable: true })
  actionExpiresAt!: Date | null

  @Field(() => CardBrand, { nullable: true, description: 'Brand of the card that paid.' })
  @Enum({ items: () => Object.values(CardBrand), nullable: true })
  cardBrand!: CardBrand | null

  @Field(() => String, { nullable: true, description: 'Last four digits of the card that paid.' })
  @Property({ type: 'text', nullable: true })
  cardLast4!: string | null

  /** Why the provider holds the money, and since when; null when it does not. */
  @Enum({ items: () => Object.values(PendingReason), nullable: true })
  pendingReason!: PendingReason | null

  @Property({ ...instant, nullable: true })
  pendingSince!: Date | null

  @Property({ type: 'text', nullable: true })
  failureCode!: string | null

  @Property({ type: 'text', nullable: true })
  failureMessage!: string | null

  @Property({ type: 'boolean', nullable: true })
  failureRetryable!: boolean | null

  @Property({ ...minorUnits, nullable: true })
  capturedMinor!: number | null

  @Property({ type: 'text', nullable: true })
  capturedCurrency!: string | null

  @Field(() => DateTime, { description: 'When it was made.' })
  @Property({ ...instant })
  createdAt!: Date

  @Field(() => DateTime, { nullable: true, description: 'When the money was taken.' })
  @Property({ ...instant, nullable: true })
  capturedAt!: Date | null

  /** What the provider kept of it, in the currency in which it settles; with the next two, null until it says so. */
  @Property({ ...minorUnits, nullable: true })
  feeMinor!: number | null

  @Property({ ...minorUnits, nullable: true })
  netMinor!: number | null

  @Property({ type: 'text', nullable: true })
  settlementCurrency!: string | null

  /** Currency of settlement in units of the payment's currency's one; null when they are the same. */
  @Property({ type: 'text', nullable: true })
  exchangeRate!: string | null

  @Property({ ...instant, nullable: true })
  availableAt!: Date | null

  @Property({ type: 'text', nullable: true })
  payoutReference!: string | null

  @Property({ ...instant, nullable: true })
  paidOutAt!: Date | null

  /** When the card's network warned of fraud; null while it has not. */
  @Property({ ...instant, nullable: true })
  fraudWarningAt!: Date | null

  /** When the reconciliation asks about it although all seems well; null before it is captured, and half a year later. */
  @Property({ ...instant, nullable: true })
  lookAgainAt!: Date | null

  @Property({ ...instant })
  updatedAt!: Date
}

export const PaymentConnection = connectionOf(() => Payment, 'Payment', 'payments')
