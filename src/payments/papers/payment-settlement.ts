/** Shows what became of a payment's money at its provider. */
import { Field, ObjectType } from 'type-graphql'
import { Money } from '../../graph/contract/money.ts'
import { DateTime, Decimal } from '../../graph/contract/scalars.ts'
import type { Payment } from '../payment.ts'

@ObjectType({ simpleResolvers: true, description: 'What became of the money at the provider.' })
export class PaymentSettlement {
  @Field(() => Money, { description: "The provider's fee for the payment, in the currency of settlement." })
  fee!: Money

  @Field(() => Money, { description: 'What was left, before refunds and disputes.' })
  net!: Money

  @Field(() => Decimal, {
    nullable: true,
    description: "Currency of settlement in units of the payment's currency's one, exact; null when they are the same.",
  })
  exchangeRate!: string | null

  @Field(() => DateTime, { nullable: true, description: 'When it can be paid out.' })
  availableAt!: Date | null

  @Field(() => String, {
    nullable: true,
    description: 'The payout that carried it; null when it is not paid out, or the provider does not say.',
  })
  payoutReference!: string | null

  @Field(() => DateTime, { nullable: true, description: 'When that was.' })
  paidOutAt!: Date | null
}

type Settled = Pick<
  Payment,
  'feeMinor' | 'netMinor' | 'settlementCurrency' | 'exchangeRate' | 'availableAt' | 'payoutReference' | 'paidOutAt'
>

/** Null until the provider says so. */
export function settlementOf(payment: Settled): PaymentSettlement | null {
  const { feeMinor, netMinor, settlementCurrency, exchangeRate, availableAt, payoutReference, paidOutAt } = payment
  if (feeMinor === null || netMinor === null || settlementCurrency === null) return null
  const money = (amountMinor: number) => ({ amountMinor, currency: settlementCurrency }) as Money
  return { fee: money(feeMinor), net: money(netMinor), exchangeRate, availableAt, payoutReference, paidOutAt }
}
