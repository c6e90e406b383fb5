/** Tells by which methods an amount can be paid. */
import type { Money } from '../values/money.ts'
import { PaymentMethod } from './payment.ts'
import type { PaymentProvider, ProviderName } from './payment-provider.ts'

/** Who takes the money of each method. */
export const providerOfMethod: Readonly<Record<PaymentMethod, ProviderName>> = { CARD: 'STRIPE', PAYPAL: 'PAYPAL' }

/** None for what costs nothing, or when no provider takes the amount. */
export function methodsOffered(
  providers: Record<ProviderName, Pick<PaymentProvider, 'takes'>>,
  price: Money,
): PaymentMethod[] {
  if (price.amountMinor === 0) return []
  return Object.values(PaymentMethod).filter((method) => providers[providerOfMethod[method]].takes(price))
}
