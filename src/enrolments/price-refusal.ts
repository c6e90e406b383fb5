/** Refuses a price that was not shown, or that the method cannot pay. */
import type { CompleteRun } from '../courses/loaders.ts'
import type { Money as Shown } from '../graph/contract/money.ts'
import { refusal } from '../graph/contract/user-error.ts'
import { methodsOffered } from '../payments/methods-offered.ts'
import type { PaymentMethod } from '../payments/payment.ts'
import { formatted, type Money } from '../values/money.ts'
import type { Enrolment } from './enrolment.ts'
import { PaymentMethodNotOffered, PriceChanged } from './enrolment-errors.ts'

type Providers = Parameters<typeof methodsOffered>[0]

const names: Readonly<Record<PaymentMethod, string>> = { CARD: 'by card', PAYPAL: 'with PayPal' }

/** At what price the place is held: made here, it has one. */
export const priceHeld = ({ priceMinor, priceCurrency }: Pick<Enrolment, 'priceMinor' | 'priceCurrency'>): Money => ({
  amountMinor: priceMinor as number,
  currency: priceCurrency as string,
})

/** What a run costs now. */
export const priceOf = ({ priceMinor, currency }: Pick<CompleteRun, 'priceMinor' | 'currency'>): Money => ({
  amountMinor: priceMinor,
  currency,
})

/** Null when it can be, or when nothing is to be paid. */
export function methodRefusal(providers: Providers, { amountMinor, currency }: Money, method: PaymentMethod) {
  const price = { amountMinor, currency }
  const offered = methodsOffered(providers, price)
  if (amountMinor === 0 || offered.includes(method)) return null
  const instead = offered.map((other) => names[other]).join(' or ')
  const hint = instead === '' ? 'nor in any other way here' : `but ${instead}`
  const message = `The price of ${formatted(price, 'en-GB')} cannot be paid ${names[method]}, ${hint}.`
  return refusal(PaymentMethodNotOffered, { offered }, message, ['input', 'paymentMethod'])
}

/** What a buyer was shown and chose. */
export interface Choice {
  /** Null or left out: it is not checked. */
  expectedPrice?: Money | null
  paymentMethod: PaymentMethod
}

/** Why the run is not bought at this price by this method; null when it may be. */
export function priceRefusal(
  providers: Providers,
  run: Pick<CompleteRun, 'priceMinor' | 'currency'>,
  { expectedPrice, paymentMethod }: Choice,
) {
  const price = priceOf(run)
  const same = expectedPrice?.amountMinor === price.amountMinor && expectedPrice.currency === price.currency
  if (expectedPrice == null || same) return methodRefusal(providers, price, paymentMethod)
  const message = `The price is ${formatted(price, 'en-GB')} now; show it and ask again with it as expectedPrice.`
  return refusal(PriceChanged, { price: price as Shown }, message, ['input', 'expectedPrice'])
}
