/** Lists what the front page of the Stripe sandbox explains. */
import { commonControls, type FrontPage } from '../front-page.ts'

export const stripeFrontPage: FrontPage = {
  title: 'Stripe sandbox',
  intro:
    'Speaks Stripe’s API to the gateway, hosts the page that a buyer pays on, and sends signed webhooks. An id may be any that leads to the thing: session, intent, charge, or the payment’s id in the graph.',
  addresses: [
    { path: '/v1', what: 'The API, with the secret key that the gateway was started with.' },
    { path: '/c/pay/<session>', what: 'The page that a buyer pays on; enrolling answers its address.' },
  ],
  controls: [
    {
      method: 'POST',
      path: '/_sandbox/checkout/:id',
      does: 'Pays with a test card, by number or name; authentication: pass, fail, leave. Answers where the buyer is sent.',
      examples: [{ card: 'visa' }, { card: 'three_d_secure', authentication: 'pass' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/charges',
      does: 'A paid charge that no gateway asked for, with its session.',
      examples: [{ amount: 49_500, currency: 'gbp', email: 'buyer@example.org', card: 'visa' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/charges/:id/refund',
      does: 'Refunds as in the dashboard: an amount in minor units, or all.',
      examples: [{ amount: 1000 }],
    },
    {
      method: 'POST',
      path: '/_sandbox/charges/:id/dispute',
      does: 'Brings the charge’s dispute to an outcome, from wherever it is: inquiry, inquiry_review, open, under_review, won, lost, withdrawn, prevented, appeal_open, appeal_under_review.',
      examples: [{ outcome: 'inquiry' }, { outcome: 'open', amount: 20_000, fee: 2000 }, { outcome: 'lost' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/charges/:id/fraud_warning',
      does: 'An early fraud warning.',
      examples: [{ actionable: true }],
    },
    {
      method: 'POST',
      path: '/_sandbox/balance',
      does: 'Refunds are paid (enough), refused, or pending until there is enough.',
      examples: [{ refunds: 'pending' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/refunds/:id/settle',
      does: 'Ends a refund: succeeded, failed, canceled; failed after success too: the bank bounced it.',
      examples: [{ outcome: 'failed', reason: 'expired_or_canceled_card' }],
    },
    { method: 'POST', path: '/_sandbox/payouts', does: 'Pays out what is available.' },
    {
      method: 'POST',
      path: '/_sandbox/events',
      does: 'Any event, signed and sent; in the list unless list is false; list "unreadable" puts one of a wrong shape there.',
      examples: [{ type: 'charge.refunded', object: { id: 'ch_1', object: 'charge' } }],
    },
    ...commonControls({
      operation: 'refunds.create',
      refusal: { status: 400, code: 'charge_disputed', message: 'No.' },
      missing: ['refunds_write'],
    }),
  ],
}
