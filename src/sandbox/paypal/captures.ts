/** Captures approved PayPal orders: completed, pending or declined. */
import type { Answer } from '../faults.ts'
import { minorOf, moneyOf, shown } from './decimal-money.ts'
import { type Capture, type Order, type PaypalMerchant, wholeSeconds } from './merchant.ts'
import { newId } from './new-id.ts'
import { approvalUrl, minimalOrder, orderView } from './order-view.ts'
import { findOrder, touch } from './orders.ts'
import { wholeCapture } from './payment-view.ts'
import { noSuch, refused } from './refusal.ts'
import { type Call, orderRepeats, type Route } from './route.ts'

/** The capture with this id. Throws PaypalRefusal (404). */
export function findCapture({ state }: PaypalMerchant, id: string): Capture {
  const capture = state.captures[id]
  if (!capture) throw noSuch(id, 'capture_id')
  return capture
}

/** The event that tells of a capture's status. */
export function tellCapture(
  merchant: PaypalMerchant,
  capture: Capture,
  told: 'COMPLETED' | 'PENDING' | 'DENIED' | 'DECLINED' | 'REVERSED',
): void {
  const amount = shown(capture.amount)
  const summary = {
    COMPLETED: `Payment completed for ${amount}`,
    PENDING: `Payment pending for ${amount}`,
    DENIED: `Payment denied for ${amount}`,
    DECLINED: `Payment declined for ${amount}`,
    REVERSED: `Payment reversed for ${amount}`,
  }[told]
  merchant.emit({
    type: `PAYMENT.CAPTURE.${told}`,
    resourceType: 'capture',
    summary,
    resource: wholeCapture(merchant, capture),
  })
}

/** Sets a capture's status now. */
export function setStatus(
  merchant: PaypalMerchant,
  capture: Capture,
  status: Capture['status'],
  reason: Capture['reason'] = null,
): void {
  capture.status = status
  capture.reason = reason
  capture.updatedAt = wholeSeconds(merchant.now())
  merchant.changed()
}

/** What of a capture is on its way back or is back already, in minor units. */
export function refundedMinor({ state }: PaypalMerchant, capture: Capture, statuses: readonly string[]): number {
  return Object.values(state.refunds)
    .filter((refund) => refund.captureId === capture.id && statuses.includes(refund.status))
    .reduce((sum, refund) => sum + minorOf(refund.amount), 0)
}

/** Captures an approved order. Throws PaypalRefusal where it cannot be. */
export function captureOrder(merchant: PaypalMerchant, call: Call): Answer {
  const order = findOrder(merchant, call.id)
  checkCapturable(merchant, order)
  const capture = newCapture(merchant, order)
  merchant.state.captures[capture.id] = capture
  order.status = 'COMPLETED'
  touch(merchant, order)
  if (capture.status === 'COMPLETED') tellCapture(merchant, capture, 'COMPLETED')
  else tellCapture(merchant, capture, capture.status === 'PENDING' ? 'PENDING' : 'DECLINED')
  merchant.emit({
    type: 'CHECKOUT.ORDER.COMPLETED',
    resourceType: 'checkout-order',
    summary: 'Checkout Order Completed',
    resource: orderView(merchant, order),
  })
  const body = call.whole ? orderView(merchant, order) : minimalOrder(merchant, order)
  return { status: 201, body }
}

function checkCapturable(merchant: PaypalMerchant, order: Order): void {
  if (order.status === 'COMPLETED') throw refused('ORDER_ALREADY_CAPTURED')
  if (order.status === 'PAYER_ACTION_REQUIRED' && order.payer) throw refused('PAYER_ACTION_REQUIRED')
  if (order.status !== 'APPROVED') throw refused('ORDER_NOT_APPROVED')
  const invoiceId = order.unit.invoice_id
  const sameInvoice = Object.values(merchant.state.captures).some(
    (other) => invoiceId !== undefined && other.invoiceId === invoiceId && other.status !== 'DECLINED',
  )
  if (sameInvoice) throw refused('DUPLICATE_INVOICE_ID')
  if (order.instrument === 'declined') throw declineInstrument(merchant, order)
}

/** The buyer may come back and choose another instrument: that is where the refusal's link leads. */
function declineInstrument(merchant: PaypalMerchant, order: Order) {
  order.status = 'PAYER_ACTION_REQUIRED'
  order.instrument = null
  touch(merchant, order)
  const href = approvalUrl(merchant, order)
  return refused('INSTRUMENT_DECLINED', {
    links: [
      { href, rel: 'redirect', method: 'GET' },
      { href, rel: 'payer-action', method: 'GET' },
    ],
  })
}

function newCapture(merchant: PaypalMerchant, order: Order): Capture {
  const held = order.captureWillPend || merchant.state.nextCapturePending
  const pending = order.instrument === 'echeck' || held !== false
  merchant.state.nextCapturePending = false
  const at = wholeSeconds(merchant.now())
  return {
    id: newId(),
    orderId: order.id,
    status: pending ? 'PENDING' : order.instrument === 'denied' ? 'DECLINED' : 'COMPLETED',
    reason: pending
      ? typeof held === 'string'
        ? held
        : order.instrument === 'echeck'
          ? 'ECHECK'
          : 'PENDING_REVIEW'
      : null,
    amount: moneyOf(minorOf(order.unit.amount), order.unit.amount.currency_code),
    customId: order.unit.custom_id ?? null,
    invoiceId: order.unit.invoice_id ?? null,
    instrument: order.instrument ?? 'balance',
    createdAt: at,
    updatedAt: at,
  }
}

export function captureRoutes(merchant: PaypalMerchant): Route[] {
  return [
    {
      method: 'POST',
      path: '/v2/checkout/orders/:id/capture',
      operation: 'orders.capture',
      repeats: orderRepeats,
      handle: (call) => captureOrder(merchant, call),
    },
    {
      method: 'GET',
      path: '/v2/payments/captures/:id',
      operation: 'captures.get',
      handle: ({ id }) => ({ status: 200, body: wholeCapture(merchant, findCapture(merchant, id)) }),
    },
  ]
}
