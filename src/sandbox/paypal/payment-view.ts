/** Shows PayPal captures and refunds as its API does. */
import { feeMinorOf, minorOf, moneyOf } from './decimal-money.ts'
import type { Capture, PaypalMerchant, Refund } from './merchant.ts'

/** A capture as it stands in its order. */
export function captureView(merchant: PaypalMerchant, capture: Capture): object {
  const { amount } = capture
  const gross = minorOf(amount)
  const fee = feeMinorOf(gross)
  const self = `${merchant.url}/v2/payments/captures/${capture.id}`
  return {
    id: capture.id,
    status: capture.status,
    ...(capture.reason && { status_details: { reason: capture.reason } }),
    amount,
    final_capture: true,
    disbursement_mode: 'INSTANT',
    seller_protection: {
      status: 'ELIGIBLE',
      dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'],
    },
    seller_receivable_breakdown: {
      gross_amount: amount,
      paypal_fee: moneyOf(fee, amount.currency_code),
      net_amount: moneyOf(gross - fee, amount.currency_code),
    },
    ...(capture.invoiceId !== null && { invoice_id: capture.invoiceId }),
    ...(capture.customId !== null && { custom_id: capture.customId }),
    create_time: capture.createdAt,
    update_time: capture.updatedAt,
    links: [
      { href: self, rel: 'self', method: 'GET' },
      { href: `${self}/refund`, rel: 'refund', method: 'POST' },
      { href: `${merchant.url}/v2/checkout/orders/${capture.orderId}`, rel: 'up', method: 'GET' },
    ],
  }
}

/** A capture by itself, and in events: it names its order. */
export function wholeCapture(merchant: PaypalMerchant, capture: Capture): object {
  const supplementary_data = { related_ids: { order_id: capture.orderId } }
  return { ...captureView(merchant, capture), supplementary_data }
}

export function refundView(merchant: PaypalMerchant, refund: Refund): object {
  const { amount } = refund
  const gross = minorOf(amount)
  const fee = feeMinorOf(gross)
  return {
    id: refund.id,
    status: refund.status,
    ...(refund.status === 'PENDING' && { status_details: { reason: 'ECHECK' } }),
    amount,
    ...(refund.noteToPayer !== null && { note_to_payer: refund.noteToPayer }),
    seller_payable_breakdown: {
      gross_amount: amount,
      paypal_fee: moneyOf(fee, amount.currency_code),
      net_amount: moneyOf(gross - fee, amount.currency_code),
      total_refunded_amount: refund.totalRefunded,
    },
    ...(refund.invoiceId !== null && { invoice_id: refund.invoiceId }),
    ...(refund.customId !== null && { custom_id: refund.customId }),
    create_time: refund.createdAt,
    update_time: refund.updatedAt,
    links: refundLinks(merchant, refund),
  }
}

/** What PayPal answers without `Prefer: return=representation`. */
export function minimalRefund(merchant: PaypalMerchant, refund: Refund): object {
  return { id: refund.id, status: refund.status, links: refundLinks(merchant, refund) }
}

const refundLinks = (merchant: PaypalMerchant, refund: Refund) => [
  { href: `${merchant.url}/v2/payments/refunds/${refund.id}`, rel: 'self', method: 'GET' },
  { href: `${merchant.url}/v2/payments/captures/${refund.captureId}`, rel: 'up', method: 'GET' },
]
