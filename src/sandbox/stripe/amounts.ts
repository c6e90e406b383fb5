/** Checks amounts by Stripe's rules for currencies and formats them for pages. */
import { badParameter } from './refusal.ts'

/** Smallest charge, in minor units (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts); others have one unit. */
const minimumMinor: Record<string, number> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
}
/** Charged in whole units; the ariary too, which has hundredths elsewhere. */
const wholeUnits = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
/** Charged in thousandths, but the last digit must be 0. */
const threeDecimals = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd'])
/** Without decimals since, but still sent as if they had two. */
const sentWithTwoZeros = new Set(['isk', 'ugx'])
const MOST_MINOR = 99_999_999
const MOST_RUPIAH_MINOR = 999_999_999_999
/** Not charged by card. */
const notCharged = new Set(['iqd', 'lyd'])
const currencies = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()))

/** The currency in lower case. Throws StripeRefusal where there is no such currency. */
export function currencyOf(text: string, param: string): string {
  const currency = text.toLowerCase()
  if (!currencies.has(currency) || notCharged.has(currency)) {
    throw badParameter(param, `Invalid currency: ${text}. Stripe expects a three-letter ISO 4217 code.`)
  }
  return currency
}

/** Checks that this much can be charged in this currency. `amountMinor` in Stripe's smallest unit. */
export function checkChargeable(amountMinor: number, currency: string, param: string): void {
  const minimum = minimumMinor[currency] ?? 1
  if (amountMinor < minimum) {
    const message = `The amount due must add up to at least ${shown(minimum, currency)}.`
    throw badParameter(param, message, 'amount_too_small')
  }
  const most = currency === 'idr' ? MOST_RUPIAH_MINOR : MOST_MINOR
  if (amountMinor > most) {
    throw badParameter(param, `The amount due must be no more than ${shown(most, currency)}.`, 'amount_too_large')
  }
  checkStep(amountMinor, currency, param)
}

/** Checks only that the amount is one the currency can be charged or refunded in. */
export function checkStep(amountMinor: number, currency: string, param: string): void {
  const step = threeDecimals.has(currency) ? 10 : sentWithTwoZeros.has(currency) ? 100 : 1
  if (amountMinor % step === 0) return
  throw badParameter(param, `Invalid amount in ${currency}: it must be a multiple of ${step}.`)
}

/** Of Stripe's unit of the currency. */
export function decimalsOf(currency: string): number {
  return wholeUnits.has(currency) ? 0 : threeDecimals.has(currency) ? 3 : 2
}

/** The amount as a person reads it: `£12.00`. */
export function shown(amountMinor: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const digits = sentWithTwoZeros.has(currency) ? 0 : decimals
  const format = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return format.format(Number(`${amountMinor}e-${decimals}`))
}
