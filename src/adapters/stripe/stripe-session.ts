/** Builds the Stripe request for a hosted Checkout page limited to three card brands. */
import type Stripe from 'stripe'
import type { PaymentOrder } from '../../payments/payment-provider.ts'
import { stripeAmount } from './stripe-amount.ts'

/**
 * The last API version in which a caller names the methods of payment; from 2026-09-30.endive on the dashboard decides
 * and the list can only be narrowed, so that a click there could open a method we do not sell by.
 */
export const SESSION_API_VERSION = '2026-08-26.dahlia'

/** The same order always asks for the same, so that its key is never refused for other parameters. */
export function sessionRequest(order: PaymentOrder): Stripe.Checkout.SessionCreateParams {
  const metadata = { paymentId: order.paymentId, enrolmentId: order.enrolmentId }
  const { amount, currency } = stripeAmount(order.amount)
  const onlyCards = { payment_method_types: ['card'] }
  return {
    ...onlyCards,
    mode: 'payment',
    payment_method_options: { card: { restrictions: { brands_blocked: ['discover_global_network'] } } },
    line_items: [
      { quantity: 1, price_data: { currency, unit_amount: amount, product_data: { name: order.description } } },
    ],
    // Else Stripe may offer the buyer another currency, and what is captured is not what was asked for.
    adaptive_pricing: { enabled: false },
    client_reference_id: order.paymentId,
    ...(order.buyerEmail !== null && { customer_email: order.buyerEmail }),
    metadata,
    payment_intent_data: { metadata, description: order.description },
    success_url: order.returnUrl,
    cancel_url: order.cancelUrl,
    expires_at: order.expiresAt.getTime() / 1000,
    expand: expandedPaths,
  }
}

/** With the session comes what was paid by it. */
export const expandedPaths = ['payment_intent.latest_charge']
