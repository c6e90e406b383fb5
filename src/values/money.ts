/** Represents money as integer minor units of a currency, never as a float. */

export interface Money {
  readonly amountMinor: number
  readonly currency: string
}

/** ISO 4217 currencies whose minor unit is not a hundredth (Intl's own figures follow custom, not the standard). */
const withoutMinorUnit = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'
const inThousandths = 'BHD IQD JOD KWD LYD OMR TND'
/** Codes of metals, funds and units of account: listed by the standard, paid in by nobody. */
const notMoney = 'CLF UYI UYW XAG XAU XPD XPT XBA XBB XBC XBD XDR XSU XTS XUA XXX'

const exponentOfCurrency = new Map(Intl.supportedValuesOf('currency').map((code) => [code, 2]))
for (const code of withoutMinorUnit.split(' ')) exponentOfCurrency.set(code, 0)
for (const code of inThousandths.split(' ')) exponentOfCurrency.set(code, 3)
for (const code of notMoney.split(' ')) exponentOfCurrency.delete(code)

/** The locale is the client's to choose, so what is kept of it is bounded. */
const MOST_FORMATTERS = 200
const formatters = new Map<string, Intl.NumberFormat>()

/** Whether the code is an ISO 4217 currency that can be paid in, e.g. GBP. */
export function isCurrency(code: string): boolean {
  return exponentOfCurrency.has(code)
}

/** Decimals of the currency's major unit: 0, 2 or 3. Throws a RangeError for an unknown code. */
export function currencyExponent(currency: string): number {
  const exponent = exponentOfCurrency.get(currency)
  if (exponent === undefined) {
    throw new RangeError(`Expected an ISO 4217 currency code such as "GBP", got ${JSON.stringify(currency)}.`)
  }
  return exponent
}

/** Money of a whole number of minor units. Throws a RangeError for a fraction, an unsafe integer or an unknown currency. */
export function money(amountMinor: number, currency: string): Money {
  currencyExponent(currency)
  if (!Number.isSafeInteger(amountMinor)) {
    throw new RangeError(`Expected a whole number of minor units of ${currency}, got ${amountMinor}.`)
  }
  return { amountMinor, currency }
}

/** Major units with exactly the currency's decimals, as providers want them: "19.90", "500", "1.250". */
export function majorUnits({ amountMinor, currency }: Money): `${number}` {
  const exponent = currencyExponent(currency)
  const sign = amountMinor < 0 ? '-' : ''
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0')
  if (exponent === 0) return `${sign}${digits}` as `${number}`
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}` as `${number}`
}

/**
 * Money of a decimal text in major units ("19.9", "19.90"). Throws a RangeError when the text is not a plain decimal
 * or is finer than the currency's minor unit: nothing is rounded.
 */
export function moneyFromMajorUnits(text: string, currency: string): Money {
  const exponent = currencyExponent(currency)
  const parts = /^(-?)(\d{1,16})(?:\.(\d{1,16}))?$/.exec(text)
  const fraction = parts?.[3]?.replace(/0+$/, '') ?? ''
  if (parts === null || fraction.length > exponent) {
    throw new RangeError(
      `Expected an amount of ${currency} with at most ${exponent} decimals, got ${JSON.stringify(text)}.`,
    )
  }
  const magnitude = Number(parts[2]! + fraction.padEnd(exponent, '0'))
  return money(parts[1] === '-' && magnitude !== 0 ? -magnitude : magnitude, currency)
}

/** The amount as people of the locale write it, digit for digit. Throws a RangeError when the locale is not a BCP 47 tag. */
export function formatted(amount: Money, locale: string): string {
  return formatter(locale, amount.currency).format(majorUnits(amount))
}

/** The sum of amounts in one currency; zero of it when there are none. Throws a RangeError when currencies are mixed. */
export function sum(amounts: readonly Money[], currency: string): Money {
  let totalMinor = 0
  for (const amount of amounts) totalMinor += inCurrency(amount, currency)
  return money(totalMinor, currency)
}

/** `left - right`. Throws a RangeError when the currencies differ. */
export function subtract(left: Money, right: Money): Money {
  return money(left.amountMinor - inCurrency(right, left.currency), left.currency)
}

function inCurrency(amount: Money, currency: string): number {
  if (amount.currency !== currency) throw new RangeError(`Expected an amount of ${currency}, got ${amount.currency}.`)
  return amount.amountMinor
}

function formatter(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const digits = currencyExponent(currency)
  const made = newFormatter(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits, currency })
  if (formatters.size >= MOST_FORMATTERS) formatters.clear()
  formatters.set(key, made)
  return made
}

function newFormatter(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(locale, { ...options, style: 'currency' })
  } catch (cause) {
    throw new RangeError(`Expected a language tag such as "en-GB", got ${JSON.stringify(locale)}.`, { cause })
  }
}
