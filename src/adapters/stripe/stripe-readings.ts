/** Lists which permissions Stripe's key needs for reading, and what fails without each. */
import type Stripe from 'stripe'
import type { LackedPermission } from '../../payments/payment-provider.ts'

interface Reading extends LackedPermission {
  operation: string
  ask(): Promise<unknown>
}

const one = { limit: 1 }

export function stripeReadings(sdk: Stripe): Reading[] {
  return [
    {
      permission: 'Checkout Sessions: read',
      consequence: 'No payment by card can be followed.',
      operation: 'checkout.sessions.list',
      ask: () => sdk.checkout.sessions.list(one),
    },
    {
      permission: 'PaymentIntents: read',
      consequence: 'Whether a card was charged is not known.',
      operation: 'payment_intents.list',
      ask: () => sdk.paymentIntents.list(one),
    },
    {
      permission: 'Charges: read',
      consequence: 'Whether a card was charged, and of which brand it is, is not known.',
      operation: 'charges.list',
      ask: () => sdk.charges.list(one),
    },
    {
      permission: 'Refunds: read',
      consequence: 'Refunds cannot be followed, and those made in the dashboard are not seen.',
      operation: 'refunds.list',
      ask: () => sdk.refunds.list(one),
    },
    {
      permission: 'Disputes: read',
      consequence: 'Disputes are not seen.',
      operation: 'disputes.list',
      ask: () => sdk.disputes.list(one),
    },
    {
      permission: 'Events: read',
      consequence: 'What a lost webhook told is not found.',
      operation: 'events.list',
      ask: () => sdk.events.list(one),
    },
    {
      permission: 'Balance transactions: read',
      consequence: 'Fees are not known.',
      operation: 'balance_transactions.list',
      ask: () => sdk.balanceTransactions.list(one),
    },
    {
      permission: 'Payouts: read',
      consequence: 'Payouts are not known.',
      operation: 'payouts.list',
      ask: () => sdk.payouts.list(one),
    },
    {
      permission: 'Early fraud warnings: read',
      consequence: 'Warnings of fraud are not seen.',
      operation: 'early_fraud_warnings.list',
      ask: () => sdk.radar.earlyFraudWarnings.list(one),
    },
  ]
}
