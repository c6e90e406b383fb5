/** Shows PayPal orders as its API does, whole or minimal. */

import type { Link, Order, PaypalMerchant } from './merchant.ts'
import { captureView, refundView } from './payment-view.ts'

/** Who sells here. */
const merchantPayee = { email_address: 'microcredentials@example.com', merchant_id: 'MCRED2GATEWAY' }

/** Where the buyer approves this order. */
export const approvalUrl = (merchant: PaypalMerchant, order: Pick<Order, 'id'>): string =>
  `${merchant.url}/checkoutnow?token=${order.id}`

/** The whole order, with its captures and refunds. */
export function orderView(merchant: PaypalMerchant, order: Order): object {
  return {
    id: order.id,
    intent: 'CAPTURE',
    status: order.status,
    ...buyerView(order),
    purchase_units: [{ ...order.unit, payee: merchantPayee, ...paymentsView(merchant, order) }],
    create_time: order.createdAt,
    ...(order.updatedAt !== order.createdAt && { update_time: order.updatedAt }),
    links: linksOf(merchant, order),
  }
}

/** What PayPal answers without `Prefer: return=representation`; after a capture, with what was captured. */
export function minimalOrder(merchant: PaypalMerchant, order: Order): object {
  const payments = paymentsView(merchant, order)
  return {
    id: order.id,
    status: order.status,
    ...buyerView(order),
    ...(payments.payments && { purchase_units: [{ reference_id: order.unit.reference_id, ...payments }] }),
    links: linksOf(merchant, order),
  }
}

function buyerView({ payer, sourceNamed }: Order): object {
  if (!payer) return sourceNamed ? { payment_source: { paypal: {} } } : {}
  const name = { given_name: payer.givenName, surname: payer.surname }
  const address = { country_code: 'GB' }
  return {
    payment_source: {
      paypal: { email_address: payer.email, account_id: payer.id, account_status: 'VERIFIED', name, address },
    },
    payer: { name, email_address: payer.email, payer_id: payer.id, address },
  }
}

function paymentsView(merchant: PaypalMerchant, order: Order): { payments?: object } {
  const captures = Object.values(merchant.state.captures).filter((capture) => capture.orderId === order.id)
  if (captures.length === 0) return {}
  const ids = new Set(captures.map((capture) => capture.id))
  const refunds = Object.values(merchant.state.refunds).filter((refund) => ids.has(refund.captureId))
  return {
    payments: {
      captures: captures.map((capture) => captureView(merchant, capture)),
      ...(refunds.length > 0 && { refunds: refunds.map((refund) => refundView(merchant, refund)) }),
    },
  }
}

function linksOf(merchant: PaypalMerchant, order: Order): Link[] {
  const self = `${merchant.url}/v2/checkout/orders/${order.id}`
  const links: Link[] = [{ href: self, rel: 'self', method: 'GET' }]
  const waitsForBuyer = order.status === 'CREATED' || order.status === 'PAYER_ACTION_REQUIRED'
  if (waitsForBuyer) {
    const rel = order.status === 'CREATED' ? 'approve' : 'payer-action'
    links.push({ href: approvalUrl(merchant, order), rel, method: 'GET' })
  }
  if (order.status === 'APPROVED' || order.status === 'CREATED') {
    links.push({ href: `${self}/capture`, rel: 'capture', method: 'POST' })
  }
  return links
}
