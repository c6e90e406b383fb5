/** Converts money to and from PayPal's decimal texts in major units. */
import { type Money, majorUnits, moneyFromMajorUnits } from '../../values/money.ts'
import { FailureKind, Upstream, UpstreamFailure } from '../../values/upstream-failure.ts'

/** developer.paypal.com/api/rest/reference/currency-codes: what PayPal takes. */
const taken = new Set(
  'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD'.split(' '),
)
/** The same page: these have minor units elsewhere, but not at PayPal. */
const withoutDecimals = new Set(['HUF', 'TWD'])
const MINOR_PER_MAJOR = 100

export interface PayPalAmount {
  currency_code: string
  value: string
}

/** Whether PayPal's unit of the currency can say the amount, without a fraction. */
export function payPalExpresses({ amountMinor, currency }: Money): boolean {
  return taken.has(currency) && (!withoutDecimals.has(currency) || amountMinor % MINOR_PER_MAJOR === 0)
}

/** Whether PayPal takes the amount: it names neither a least nor a most. */
export const payPalTakes = (amount: Money): boolean => amount.amountMinor > 0 && payPalExpresses(amount)

/** What PayPal is sent. Throws UpstreamFailure for what its unit cannot say. */
export function payPalAmount(amount: Money): PayPalAmount {
  if (!payPalExpresses(amount)) {
    const message = `PayPal has no unit for ${amount.amountMinor} minor units of ${amount.currency}.`
    throw new UpstreamFailure(FailureKind.Refused, Upstream.PayPal, 'AMOUNT_NOT_ACCEPTED', message)
  }
  const text = majorUnits(amount)
  return { currency_code: amount.currency, value: withoutDecimals.has(amount.currency) ? text.slice(0, -3) : text }
}

/** What PayPal said, as money. Throws a RangeError for a fraction of its unit, and when it is no amount of a currency. */
export function moneyFromPayPal({ currency_code, value }: PayPalAmount): Money {
  const amount = moneyFromMajorUnits(value, currency_code)
  if (taken.has(currency_code) && !payPalExpresses(amount)) {
    throw new RangeError(`Expected an amount of ${currency_code} without decimals, got ${JSON.stringify(value)}.`)
  }
  return amount
}
