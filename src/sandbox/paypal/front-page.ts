/** Lists what the front page of the PayPal sandbox explains. */
import { commonControls, type FrontPage } from '../front-page.ts'

export const paypalFrontPage: FrontPage = {
  title: 'PayPal sandbox',
  intro:
    'Speaks PayPal’s REST API to the gateway, hosts the page that a buyer approves on, and sends signed webhooks. An id may be any that leads to the thing: order, capture, or the payment’s id in the graph.',
  addresses: [
    { path: '/v2', what: 'Orders and payments; /v1 has tokens, disputes and webhook events.' },
    { path: '/checkoutnow?token=<order>', what: 'The page that a buyer approves on; enrolling answers its address.' },
  ],
  controls: [
    {
      method: 'POST',
      path: '/_sandbox/orders/:id/approve',
      does: 'The buyer approves with an instrument: balance, echeck, declined, denied. Answers where the buyer is sent.',
      examples: [{ instrument: 'balance' }],
    },
    { method: 'POST', path: '/_sandbox/orders/:id/cancel', does: 'The buyer goes back without approving.' },
    {
      method: 'POST',
      path: '/_sandbox/captures',
      does: 'A capture that no gateway asked for, with its order.',
      examples: [{ value: '495.00', currency_code: 'GBP', email: 'buyer@example.org' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/captures/:id/refund',
      does: 'Refunds as in the dashboard: a decimal amount, or all.',
      examples: [{ amount: '10.00' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/captures/:id/pending',
      does: 'Holds a capture (or next, or an order’s coming one) for a reason of PayPal’s; with an outcome (completed, denied, declined) it ends.',
      examples: [{ reason: 'PENDING_REVIEW' }, { outcome: 'completed' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/captures/:id/dispute',
      does: 'Brings the capture’s dispute to an outcome, from wherever it is: open, waiting_for_seller, waiting_for_buyer, under_review, won, lost, withdrawn, payout; appeal takes a resolved one up again.',
      examples: [
        { outcome: 'open', stage: 'INQUIRY' },
        { outcome: 'lost', refunded: '100.00', listed: true },
      ],
    },
    {
      method: 'POST',
      path: '/_sandbox/refunds/:id/settle',
      does: 'Ends a refund: completed, failed, cancelled; failed after completed too.',
      examples: [{ outcome: 'failed' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/balance',
      does: 'Refunds are paid (enough) or refused for want of money.',
      examples: [{ refunds: 'refused' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/events',
      does: 'Any event, signed and sent; in the list unless list is false. Below, one of version 1.0, and one without a resource.',
      examples: [
        {
          event_type: 'PAYMENT.SALE.COMPLETED',
          resource_type: 'sale',
          resource_version: '1.0',
          resource: { id: 'SALE-1', amount: { total: '10.00', currency: 'GBP' } },
        },
        { event_type: 'PAYMENT.CAPTURE.COMPLETED' },
      ],
    },
    ...commonControls({
      operation: 'captures.refund',
      refusal: { issue: 'REFUND_NOT_ALLOWED' },
      missing: ['refunds_write'],
    }),
  ],
}
