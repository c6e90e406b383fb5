/** Converts money to and from PayPal's decimal texts in major units. */
import { type Money, majorUnits, moneyFromMajorUnits } from '../../values/money.ts'

/** developer.paypal.com/api/rest/reference/currency-codes: these have minor units elsewhere, but not at PayPal. */
const withoutDecimals = new Set(['HUF', 'TWD'])

export interface PayPalAmount {
  currency_code: string
  value: string
}

/** What PayPal is sent. An amount that it cannot express is sent as it is and refused: nothing is rounded. */
export function payPalAmount(amount: Money): PayPalAmount {
  const text = majorUnits(amount)
  const value = withoutDecimals.has(amount.currency) ? text.replace(/\.00$/, '') : text
  return { currency_code: amount.currency, value }
}

/** What PayPal said, as money. Throws a RangeError when it is not an amount of a currency. */
export function moneyFromPayPal({ currency_code, value }: PayPalAmount): Money {
  return moneyFromMajorUnits(value, currency_code)
}
