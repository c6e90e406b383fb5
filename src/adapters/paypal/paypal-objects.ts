/** Checks PayPal's orders, captures, refunds, disputes and events at the edge. */
import { z } from 'zod'
import { moneyFromPayPal } from './paypal-amount.ts'

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

const amount = z.object({ currency_code: z.string(), value: z.string() }).transform((said, context) => {
  try {
    return moneyFromPayPal(said)
  } catch (error) {
    context.addIssue((error as RangeError).message)
    return z.NEVER
  }
})

const links = z.array(z.object({ href: z.string(), rel: z.string() })).default([])
export type PayPalLink = z.output<typeof links>[number]

export const refund = z.object({
  id: z.string(),
  status: z.enum(['CANCELLED', 'FAILED', 'PENDING', 'COMPLETED']),
  status_details: z.object({ reason: z.string().optional() }).optional(),
  amount,
  custom_id: z.string().optional(),
  create_time: instant,
  links,
})
export type PayPalRefund = z.output<typeof refund>

export const capture = z.object({
  id: z.string(),
  status: z.enum(['COMPLETED', 'DECLINED', 'PARTIALLY_REFUNDED', 'PENDING', 'REFUNDED', 'FAILED']),
  status_details: z.object({ reason: z.string().optional() }).optional(),
  amount,
  custom_id: z.string().optional(),
  create_time: instant,
  supplementary_data: z.object({ related_ids: z.object({ order_id: z.string().optional() }).optional() }).optional(),
  links,
})
export type PayPalCapture = z.output<typeof capture>

const purchaseUnit = z.object({
  custom_id: z.string().optional(),
  payments: z.object({ captures: z.array(capture).default([]), refunds: z.array(refund).default([]) }).optional(),
})

/** An order as `Prefer: return=representation` and a look show it. */
export const order = z.object({
  id: z.string(),
  status: z.enum(['CREATED', 'SAVED', 'APPROVED', 'VOIDED', 'COMPLETED', 'PAYER_ACTION_REQUIRED']),
  purchase_units: z.tuple([purchaseUnit]),
  create_time: instant,
  links,
})
export type PayPalOrder = z.output<typeof order>

/** Without disputes there are no items at all. */
export const disputeList = z.object({ items: z.array(z.object({ dispute_id: z.string() })).default([]) })

export const dispute = z.object({
  dispute_id: z.string(),
  status: z.string(),
  dispute_amount: amount,
  dispute_outcome: z.object({ outcome_code: z.string().optional() }).optional(),
  create_time: instant,
  update_time: instant.optional(),
})
export type PayPalDispute = z.output<typeof dispute>

/** What the resources of all kinds of events are read for: ids, and nothing of the buyer. */
export const event = z.object({
  id: z.string(),
  event_type: z.string(),
  resource_type: z.string().default(''),
  create_time: instant,
  resource: z.object({
    id: z.string().optional(),
    status: z.string().optional(),
    custom_id: z.string().optional(),
    order_id: z.string().optional(),
    amount: z.object({ currency_code: z.string(), value: z.string() }).optional(),
    supplementary_data: z
      .object({ related_ids: z.object({ order_id: z.string(), capture_id: z.string() }).partial().optional() })
      .optional(),
    purchase_units: z.array(z.object({ custom_id: z.string().optional() })).default([]),
    dispute_id: z.string().optional(),
    disputed_transactions: z
      .array(z.object({ seller_transaction_id: z.string().optional(), custom: z.string().optional() }))
      .default([]),
    links,
  }),
})
export type PayPalEvent = z.output<typeof event>

export const eventPage = z.object({ events: z.array(event).default([]), links })
