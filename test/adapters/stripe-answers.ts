/** Types what Stripe answers as JSON by its SDK. */
import type Stripe from 'stripe'

/** The SDK keeps its lists of values open with a type that is not exported by name. */
type OtherString = string & Record<never, never>
type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false

/** As it is before the SDK reads it: decimals are text, and of listed values there are only those. */
type InJson<T> = T extends Stripe.Decimal
  ? string
  : T extends string
    ? Same<T, OtherString> extends true
      ? never
      : T
    : T extends object
      ? { [Key in keyof T]: InJson<T[Key]> }
      : T

export interface StripeAnswers {
  session: InJson<Stripe.Checkout.Session>
  sessions: InJson<Stripe.ApiList<Stripe.Checkout.Session>>
  lineItems: InJson<Stripe.ApiList<Stripe.LineItem>>
  intent: InJson<Stripe.PaymentIntent>
  intents: InJson<Stripe.ApiSearchResult<Stripe.PaymentIntent>>
  charge: InJson<Stripe.Charge>
  refund: InJson<Stripe.Refund>
  dispute: InJson<Stripe.Dispute>
  event: InJson<Stripe.Event>
  refusal: { error: InJson<ConstructorParameters<typeof Stripe.errors.StripeCardError>[0]> }
}
