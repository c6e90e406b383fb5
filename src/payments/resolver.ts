/** What the graph answers about payments, refunds and disputes. */
import { Arg, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql'
import type { Context } from '../context.ts'
import { Money } from '../graph/money.ts'
import { Decimal } from '../graph/scalars.ts'
import { UserError } from '../graph/user-error.ts'
import { defineHistory, HistoryEntry } from '../store/history.ts'
import { formatted, majorUnits } from '../values/money.ts'
import { Dispute } from './dispute.ts'
import { disputesOf, paymentById, refundsOf } from './loaders.ts'
import { Payment, PaymentAction, PaymentFailure, PaymentStatus } from './payment.ts'
import { Refund } from './refund.ts'

interface MoneyRow {
  amountMinor: number
  currency: string
}
interface PaymentRow extends MoneyRow {
  id: string
  status: PaymentStatus
  capturedMinor: number | null
  capturedCurrency: string | null
  redirectUrl: string | null
  actionExpiresAt: Date | null
  failureCode: string | null
  failureMessage: string | null
  failureRetryable: boolean | null
  reference: string | null
}
interface OfPayment extends MoneyRow {
  paymentId: string
}

const money = ({ amountMinor, currency }: MoneyRow): Money => ({ amountMinor, currency }) as Money

@Resolver(() => Money)
export class MoneyResolver {
  @FieldResolver(() => Decimal, { description: 'Major units, exact.' })
  amount(@Root() amount: MoneyRow): string {
    return majorUnits(amount)
  }

  @FieldResolver(() => String, { description: 'As people of that locale write it.' })
  formatted(
    @Root() amount: MoneyRow,
    @Arg('locale', () => String, { nullable: true, defaultValue: 'en-GB', description: 'BCP 47 tag.' })
    locale: string | null,
  ): string {
    return formatted(amount, locale ?? 'en-GB')
  }
}

const historyOf = defineHistory('Payment')

@Resolver(() => Payment)
export class PaymentResolver {
  @FieldResolver(() => Money, { description: 'What was asked for.' })
  amount(@Root() payment: PaymentRow): Money {
    return money(payment)
  }

  @FieldResolver(() => Money, { description: 'What has gone back: the sum of the refunds that succeeded.' })
  async refunded(@Root() payment: PaymentRow, @Ctx() context: Context): Promise<Money> {
    const refunds = (await refundsOf(context, payment.id)).filter((refund) => refund.status === 'SUCCEEDED')
    const amountMinor = refunds.reduce((sum, refund) => sum + refund.amountMinor, 0)
    return money({ amountMinor, currency: payment.capturedCurrency ?? payment.currency })
  }

  @FieldResolver(() => PaymentAction, {
    nullable: true,
    description: 'Where the buyer pays; null unless the status is REQUIRES_ACTION.',
  })
  action(@Root() { status, redirectUrl, actionExpiresAt }: PaymentRow): PaymentAction | null {
    if (status !== 'REQUIRES_ACTION' || redirectUrl === null) return null
    return { redirectUrl, expiresAt: actionExpiresAt as Date }
  }

  @FieldResolver(() => PaymentFailure, { nullable: true, description: 'Why it did not succeed, when it did not.' })
  failure(@Root() payment: PaymentRow): PaymentFailure | null {
    if (payment.failureCode === null) return null
    const message = payment.failureMessage ?? 'The payment did not succeed.'
    return { code: payment.failureCode, message, retryable: payment.failureRetryable ?? false }
  }

  @FieldResolver(() => String, { nullable: true, description: 'Operators only.' })
  providerReference(@Root() payment: PaymentRow, @Ctx() context: Context): string | null {
    return context.viewer.operator ? payment.reference : null
  }

  @FieldResolver(() => [Refund], { description: 'Its refunds, oldest first.' })
  refunds(@Root() payment: PaymentRow, @Ctx() context: Context): Promise<Refund[]> {
    return refundsOf(context, payment.id)
  }

  @FieldResolver(() => [Dispute], { description: 'Its disputes, oldest first.' })
  disputes(@Root() payment: PaymentRow, @Ctx() context: Context): Promise<Dispute[]> {
    return disputesOf(context, payment.id)
  }

  @FieldResolver(() => [HistoryEntry], { description: 'What happened to it, oldest first.' })
  history(@Root() payment: PaymentRow, @Ctx() context: Context): Promise<HistoryEntry[]> {
    return historyOf(context, payment.id)
  }
}

@Resolver(() => Refund)
export class RefundResolver {
  @FieldResolver(() => Payment, { description: 'The payment that goes back.' })
  payment(@Root() refund: OfPayment, @Ctx() context: Context): Promise<Payment | null> {
    return paymentById(context, refund.paymentId)
  }

  @FieldResolver(() => Money, { description: 'How much.' })
  amount(@Root() refund: OfPayment): Money {
    return money(refund)
  }
}

@Resolver(() => Dispute)
export class DisputeResolver {
  @FieldResolver(() => Payment, { description: 'The payment that is contested.' })
  payment(@Root() dispute: OfPayment, @Ctx() context: Context): Promise<Payment | null> {
    return paymentById(context, dispute.paymentId)
  }

  @FieldResolver(() => Money, { description: 'How much is contested.' })
  amount(@Root() dispute: OfPayment): Money {
    return money(dispute)
  }
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'The payment is not completed.' })
export class PaymentNotCompleted extends UserError {
  @Field(() => PaymentStatus, { description: 'Where it stands.' })
  status!: PaymentStatus
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'Paid with a card that is not taken; it goes back.',
})
export class UnsupportedCardBrand extends UserError {
  @Field(() => String, { description: 'The brand.' })
  brand!: string
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'More was asked for than can go back.' })
export class RefundAmountExceeded extends UserError {
  @Field(() => Money, { description: 'The most that can.' })
  maximum!: Money
}
