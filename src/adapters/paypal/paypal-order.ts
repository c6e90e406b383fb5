/** Builds the PayPal requests that open a payment or refund one. */
import type { PaymentOrder } from '../../payments/payment-provider.ts'
import type { Money } from '../../values/money.ts'
import { payPalAmount } from './paypal-amount.ts'

/** The same order always asks for the same, so that its id is never refused for another body. */
export function orderRequest({ paymentId, amount, description, returnUrl, cancelUrl }: PaymentOrder): object {
  return {
    intent: 'CAPTURE',
    purchase_units: [
      // The invoice too: PayPal takes no second payment for the same one.
      { custom_id: paymentId, invoice_id: paymentId, description, amount: payPalAmount(amount) },
    ],
    payment_source: {
      paypal: {
        experience_context: {
          return_url: returnUrl,
          cancel_url: cancelUrl,
          user_action: 'PAY_NOW',
          shipping_preference: 'NO_SHIPPING',
        },
      },
    },
  }
}

/** Our id in both places: what is refunded in the dashboard carries the payment's instead, and is told apart by that. */
export function refundRequest(refundId: string, amount: Money): object {
  return { amount: payPalAmount(amount), custom_id: refundId, invoice_id: refundId }
}
