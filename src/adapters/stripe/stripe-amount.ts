/** Converts money to Stripe's integer amounts, two of its currencies specially. */
import { type Money, money } from '../../values/money.ts'

/** docs.stripe.com/currencies, "Special cases": charged as if they had two decimals, which must be 00. */
const countedInHundredths = new Set(['ISK', 'UGX'])

/** What Stripe is sent: `{ amount: 19900, currency: 'gbp' }`. */
export function stripeAmount({ amountMinor, currency }: Money): { amount: number; currency: string } {
  return {
    amount: countedInHundredths.has(currency) ? amountMinor * 100 : amountMinor,
    currency: currency.toLowerCase(),
  }
}

/** What Stripe said, as money. Throws a RangeError for a currency that is not one. */
export function moneyFromStripe(amount: number, currencyLower: string): Money {
  const currency = currencyLower.toUpperCase()
  return money(countedInHundredths.has(currency) ? amount / 100 : amount, currency)
}
