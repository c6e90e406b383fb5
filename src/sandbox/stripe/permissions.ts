/** Lists which calls of Stripe's each permission allows. */
export const stripePermissions = {
  sessions: [
    'checkout.sessions.create',
    'checkout.sessions.list',
    'checkout.sessions.retrieve',
    'checkout.sessions.list_line_items',
    'checkout.sessions.expire',
  ],
  intents: ['payment_intents.list', 'payment_intents.search', 'payment_intents.retrieve'],
  charges: ['charges.list', 'charges.retrieve'],
  refunds: ['refunds.list', 'refunds.retrieve'],
  refunds_write: ['refunds.create'],
  disputes: ['disputes.list', 'disputes.retrieve'],
  events: ['events.list', 'events.retrieve'],
  balance: ['balance_transactions.list'],
  payouts: ['payouts.list'],
  fraud_warnings: ['early_fraud_warnings.list'],
}
