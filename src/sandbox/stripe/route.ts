/** Describes one Stripe API call: its address, fault name and handler. */
import type { Form } from './form.ts'

/** `version` is the API version of the request (`Stripe-Version`). `handle` answers the body of a 200 or throws StripeRefusal; it runs without a pause. */
export interface Route {
  method: 'GET' | 'POST'
  path: string
  /** What faults call it: `checkout.sessions.create`. */
  operation: string
  handle(call: { id: string; params: Form; version: string }): object
}
