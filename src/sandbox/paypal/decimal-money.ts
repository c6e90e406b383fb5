/** Converts PayPal's decimal texts to minor units and back, without floats. */

export interface Money {
  currency_code: string
  value: string
}

/** developer.paypal.com/api/rest/reference/currency-codes: what PayPal takes; these three without decimals. */
const withoutDecimals = new Set(['HUF', 'JPY', 'TWD'])
const withDecimals = 'AUD BRL CAD CNY CZK DKK EUR HKD ILS MYR MXN NZD NOK PHP PLN GBP SGD SEK CHF THB USD'.split(' ')
const currencies = new Set([...withDecimals, ...withoutDecimals])

export const isCurrency = (code: string): boolean => currencies.has(code)
export const hasDecimals = (code: string): boolean => !withoutDecimals.has(code)

/** Minor units of an amount whose decimals fit its currency. */
export function minorOf({ currency_code, value }: Money): number {
  const [whole = '0', decimals = ''] = value.split('.')
  const digits = hasDecimals(currency_code) ? decimals.padEnd(2, '0').slice(0, 2) : ''
  const minor = Number(`${whole.replace('-', '') || '0'}${digits}`)
  return value.startsWith('-') ? -minor : minor
}

/** The amount as PayPal writes it: `12.00`, or `1200` for yen. */
export function moneyOf(minor: number, currency_code: string): Money {
  if (!hasDecimals(currency_code)) return { currency_code, value: String(minor) }
  const digits = String(Math.abs(minor)).padStart(3, '0')
  return { currency_code, value: `${minor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}` }
}

/** PayPal's share: about three hundredths, rounded up. */
export const feeMinorOf = (amountMinor: number): number => Math.ceil((amountMinor * 29) / 1000)

/** The amount as a person reads it: `£12.00`. */
export function shown({ currency_code, value }: Money): string {
  const format = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency: currency_code,
    minimumFractionDigits: hasDecimals(currency_code) ? 2 : 0,
  })
  return format.format(Number(value))
}
