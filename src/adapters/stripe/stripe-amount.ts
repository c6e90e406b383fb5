/** Converts money to Stripe's integer amounts and back, by its units of each currency. */
import { currencyExponent, isCurrency, type Money, money } from '../../values/money.ts'
import { FailureKind, Upstream, UpstreamFailure } from '../../values/upstream-failure.ts'

/** How Stripe counts a currency (docs.stripe.com/currencies): one of its units is so many of our minor units. */
interface Unit {
  /** Minor units in one of Stripe's; a hundredth where it counts in hundredths what has no minor unit. */
  minorEach: 1 | 100 | 0.01
  /** Its amounts are multiples of this. */
  step: 1 | 10 | 100
}

const asIso: Unit = { minorEach: 1, step: 1 }
/** Of three decimals the last has to be 0. */
const inTens: Unit = { minorEach: 1, step: 10 }
const special: Readonly<Record<string, Unit>> = {
  // Has 2 decimals by ISO 4217, and none at Stripe.
  MGA: { minorEach: 100, step: 1 },
  // Have none by ISO 4217, and two at Stripe, which must be 00.
  ISK: { minorEach: 0.01, step: 100 },
  UGX: { minorEach: 0.01, step: 100 },
}
const notCharged = new Set(['IQD', 'LYD'])

/** Least amounts in Stripe's units (the same page, "Minimum and maximum charge amounts"); others have one unit. */
const leastAmounts: Readonly<Record<string, number>> = {
  AED: 200,
  AUD: 50,
  BGN: 100,
  BRL: 50,
  CAD: 50,
  CHF: 50,
  CZK: 1_500,
  DKK: 250,
  EUR: 50,
  GBP: 30,
  HKD: 400,
  HUF: 17_500,
  INR: 50,
  JPY: 50,
  MXN: 1_000,
  MYR: 200,
  NOK: 300,
  NZD: 50,
  PLN: 200,
  RON: 200,
  SEK: 300,
  SGD: 50,
  THB: 1_000,
  USD: 50,
}
/** Eight digits of its unit. */
const MOST_AMOUNT_UNITS = 99_999_999
/** Twelve. */
const MOST_RUPIAH_UNITS = 999_999_999_999

/** Null for what is not charged by card. */
function unitOf(currency: string): Unit | null {
  if (!isCurrency(currency) || notCharged.has(currency)) return null
  return special[currency] ?? (currencyExponent(currency) === 3 ? inTens : asIso)
}

/** The amount in Stripe's units; null when they cannot say it. */
function amountOf({ amountMinor, currency }: Money): number | null {
  const unit = unitOf(currency)
  if (unit === null) return null
  const amount = unit.minorEach === 0.01 ? amountMinor * 100 : amountMinor / unit.minorEach
  return Number.isSafeInteger(amount) && amount % unit.step === 0 ? amount : null
}

/** Whether Stripe's unit of the currency can say the amount, without a fraction. */
export const stripeExpresses = (amount: Money): boolean => amountOf(amount) !== null

/** Whether Stripe charges the amount. */
export function stripeTakes(amount: Money): boolean {
  const units = amountOf(amount)
  const most = amount.currency === 'IDR' ? MOST_RUPIAH_UNITS : MOST_AMOUNT_UNITS
  return units !== null && units >= (leastAmounts[amount.currency] ?? 1) && units <= most
}

/** What Stripe is sent: `{ amount: 19900, currency: 'gbp' }`. Throws UpstreamFailure for what its unit cannot say. */
export function stripeAmount(said: Money): { amount: number; currency: string } {
  const amount = amountOf(said)
  if (amount === null) {
    const message = `Stripe has no unit for ${said.amountMinor} minor units of ${said.currency}.`
    throw new UpstreamFailure(FailureKind.Refused, Upstream.Stripe, 'amount_not_accepted', message)
  }
  return { amount, currency: said.currency.toLowerCase() }
}

/** What Stripe said, as money. Throws a RangeError for a fraction of a minor unit and for a currency it has no unit of. */
export function moneyFromStripe(amount: number, currencyLower: string): Money {
  const currency = currencyLower.toUpperCase()
  const unit = unitOf(currency)
  if (unit === null) throw new RangeError(`Expected a currency that Stripe charges, got ${JSON.stringify(currency)}.`)
  return money(unit.minorEach === 0.01 ? amount / 100 : amount * unit.minorEach, currency)
}
