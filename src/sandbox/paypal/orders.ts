/** Creates, looks up, approves and expires PayPal orders. */
import type { Answer } from '../faults.ts'
import { checkSums, payableAmount } from './amounts.ts'
import { shown } from './decimal-money.ts'
import { type Instrument, type Order, type PaypalMerchant, wholeSeconds } from './merchant.ts'
import { newAccountId, newId } from './new-id.ts'
import { minimalOrder, orderView } from './order-view.ts'
import { noSuch, PaypalRefusal } from './refusal.ts'
import { checked, orderRequest } from './request-shapes.ts'
import { type Call, orderRepeats, type Route } from './route.ts'

/** How long an order waits for the buyer, and an approved one for its capture. */
const LASTS_MS = 3 * 3_600_000

/** The order with this id. Throws PaypalRefusal (404), also when it has expired. */
export function findOrder({ state }: PaypalMerchant, id: string): Order {
  const order = state.orders[id]
  if (!order) throw noSuch(id, 'order_id')
  return order
}

/** Notes that the order changed now. */
export function touch(merchant: PaypalMerchant, order: Order): void {
  order.updatedAt = wholeSeconds(merchant.now())
  merchant.changed()
}

/** An order that waits for its buyer. Throws PaypalRefusal for what PayPal does not take. */
export function createOrder(merchant: PaypalMerchant, call: Call): Answer {
  const asked = checked(orderRequest, call.body)
  const [unit] = asked.purchase_units
  if (!unit) throw new Error('a request with one purchase unit has none')
  const sourceNamed = asked.payment_source !== undefined
  if (sourceNamed && !call.hasRequestId) throw requestIdRequired()
  const amount = payableAmount(unit.amount, '/purchase_units/0/amount')
  checkSums(unit, '/purchase_units/0')
  const context = asked.payment_source?.paypal.experience_context ?? asked.application_context
  const now = merchant.now()
  const order: Order = {
    id: newId(),
    status: sourceNamed ? 'PAYER_ACTION_REQUIRED' : 'CREATED',
    unit: { ...unit, amount: { ...unit.amount, ...amount } } as Order['unit'],
    sourceNamed,
    returnUrl: context?.return_url ?? null,
    cancelUrl: context?.cancel_url ?? null,
    brandName: context?.brand_name ?? null,
    instrument: null,
    captureWillPend: false,
    payer: null,
    createdAt: wholeSeconds(now),
    updatedAt: wholeSeconds(now),
    expiresAtMs: now.getTime() + LASTS_MS,
  }
  merchant.state.orders[order.id] = order
  merchant.changed()
  const body = call.whole ? orderView(merchant, order) : minimalOrder(merchant, order)
  return { status: sourceNamed ? 200 : 201, body }
}

function requestIdRequired(): PaypalRefusal {
  const description =
    "A PayPal-Request-Id is required if you are trying to process payment for an Order. Please specify a PayPal-Request-Id or Create the Order without a 'payment_source' specified."
  return new PaypalRefusal(400, [{ issue: 'PAYPAL_REQUEST_ID_REQUIRED', description }])
}

/** What the buyer agrees to on PayPal's page, and with which instrument. */
export function approveOrder(merchant: PaypalMerchant, order: Order, instrument: Instrument): void {
  order.instrument = instrument
  order.status = 'APPROVED'
  order.payer ??= {
    id: newAccountId(),
    email: 'buyer@example.com',
    givenName: 'Test',
    surname: 'Buyer',
  }
  order.expiresAtMs = merchant.now().getTime() + LASTS_MS
  touch(merchant, order)
  merchant.emit({
    type: 'CHECKOUT.ORDER.APPROVED',
    resourceType: 'checkout-order',
    summary: 'An order has been approved by buyer',
    resource: orderView(merchant, order),
  })
}

/** Lets go of orders whose time is over: unapproved ones are forgotten, approved ones are reversed. */
export function expireOrders(merchant: PaypalMerchant): void {
  const nowMs = merchant.now().getTime()
  for (const order of Object.values(merchant.state.orders)) {
    if (order.expiresAtMs > nowMs || order.status === 'COMPLETED' || order.status === 'VOIDED') continue
    if (order.status === 'APPROVED') reverseApproval(merchant, order)
    else delete merchant.state.orders[order.id]
    merchant.changed()
  }
}

function reverseApproval(merchant: PaypalMerchant, order: Order): void {
  order.status = 'VOIDED'
  touch(merchant, order)
  const { reference_id, custom_id, invoice_id, amount } = order.unit
  merchant.emit({
    type: 'CHECKOUT.PAYMENT-APPROVAL.REVERSED',
    resourceType: 'payment-approval',
    summary: `A payment of ${shown(amount)} has been reversed after approval.`,
    resource: {
      order_id: order.id,
      purchase_units: [{ reference_id, custom_id, invoice_id }],
      payment_source: { paypal: {} },
    },
  })
}

export function orderRoutes(merchant: PaypalMerchant): Route[] {
  return [
    {
      method: 'POST',
      path: '/v2/checkout/orders',
      operation: 'orders.create',
      repeats: orderRepeats,
      handle: (call) => createOrder(merchant, call),
    },
    {
      method: 'GET',
      path: '/v2/checkout/orders/:id',
      operation: 'orders.get',
      handle: ({ id }) => ({ status: 200, body: orderView(merchant, findOrder(merchant, id)) }),
    },
  ]
}
