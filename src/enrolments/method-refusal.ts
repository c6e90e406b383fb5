/** Refuses a method of payment by which a price cannot be paid. */
import type { CompleteRun } from '../courses/loaders.ts'
import { refusal } from '../graph/contract/user-error.ts'
import { methodsOffered } from '../payments/methods-offered.ts'
import type { PaymentMethod } from '../payments/payment.ts'
import { formatted, type Money } from '../values/money.ts'
import { PaymentMethodNotOffered } from './enrolment-errors.ts'

type Providers = Parameters<typeof methodsOffered>[0]

const names: Readonly<Record<PaymentMethod, string>> = { CARD: 'by card', PAYPAL: 'with PayPal' }

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
