/** Makes a capture that no gateway asked for, with its order. */
import { z } from 'zod'
import { captureOrder } from './captures.ts'
import type { PaypalMerchant } from './merchant.ts'
import { approveOrder, createOrder, findOrder } from './orders.ts'

export const foreignCapture = z.strictObject({
  value: z.string().regex(/^\d+(\.\d{1,3})?$/, 'expected a decimal as a text, e.g. "495.00"'),
  currency_code: z.string(),
  custom_id: z.string().optional(),
  invoice_id: z.string().optional(),
  email: z.email().optional(),
})

/** Throws PaypalRefusal where PayPal takes no such amount. */
export function captureForeign(merchant: PaypalMerchant, asked: z.output<typeof foreignCapture>): object {
  const { value, currency_code, email, ...ids } = asked
  const unit = { amount: { value, currency_code }, ...ids }
  const call = { id: '', query: new URLSearchParams(), whole: false, hasRequestId: false }
  const { body } = createOrder(merchant, { ...call, body: { intent: 'CAPTURE', purchase_units: [unit] } })
  const order = findOrder(merchant, (body as { id: string }).id)
  approveOrder(merchant, order, 'balance')
  if (order.payer && email !== undefined) order.payer.email = email
  captureOrder(merchant, { ...call, id: order.id, body: undefined })
  const capture = Object.values(merchant.state.captures).find(({ orderId }) => orderId === order.id)
  return { order: order.id, capture: capture?.id }
}
