/** Checks PayPal's orders, captures, refunds, disputes and events at the edge. */
import { z } from 'zod'
import { readEntries } from '../read-entries.ts'
import { keptAddress, keptInstant, keptText, spare, spareList } from '../signed-event.ts'
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

/** In the currency of the account where that is another than the payment's. */
const breakdown = z.object({
  paypal_fee: amount,
  net_amount: amount,
  paypal_fee_in_receivable_currency: spare(amount),
  receivable_amount: spare(amount),
  exchange_rate: spare(z.object({ value: z.string().regex(/^\d+(\.\d+)?$/) })),
})

export const capture = z.object({
  id: z.string(),
  status: z.enum(['COMPLETED', 'DECLINED', 'PARTIALLY_REFUNDED', 'PENDING', 'REFUNDED', 'FAILED']),
  status_details: z.object({ reason: z.string().optional() }).optional(),
  amount,
  custom_id: z.string().optional(),
  seller_receivable_breakdown: spare(breakdown),
  create_time: instant,
  supplementary_data: z.object({ related_ids: z.object({ order_id: z.string().optional() }).optional() }).optional(),
  links,
})
export type PayPalCapture = z.output<typeof capture>

const purchaseUnit = z.object({
  custom_id: z.string().optional(),
  payments: z
    .object({
      captures: z.array(capture).default([]),
      refunds: z
        .array(z.unknown())
        .default([])
        .transform((said) => readEntries(refund, said)),
    })
    .optional(),
})

/** An order as `Prefer: return=representation` and a look show it. */
export const order = z.object({
  id: z.string(),
  status: z.enum(['CREATED', 'SAVED', 'APPROVED', 'VOIDED', 'COMPLETED', 'PAYER_ACTION_REQUIRED']),
  purchase_units: z.tuple([purchaseUnit]),
  create_time: instant,
  payer: spare(z.object({ email_address: spare(keptText) })),
  links,
})
export type PayPalOrder = z.output<typeof order>

/** Without disputes there are no items at all. */
export const disputeList = z.object({ items: z.array(z.unknown()).default([]), links })
export const listedDispute = z.object({ dispute_id: keptText })

export const dispute = z.object({
  dispute_id: z.string(),
  status: z.string(),
  dispute_life_cycle_stage: spare(keptText),
  reason: spare(keptText),
  external_reason_code: spare(keptText),
  dispute_amount: spare(amount),
  dispute_outcome: spare(z.object({ outcome_code: spare(keptText), amount_refunded: spare(amount) })),
  seller_response_due_date: spare(instant.pipe(keptInstant)),
  evidences: spareList(z.object({ source: spare(keptText) })),
  /** What may be refunded meanwhile. */
  refund_details: spare(z.object({ allowed_refund_amount: spare(amount) })),
  money_movements: spareList(
    z.object({ affected_party: spare(keptText), type: spare(keptText), reason: spare(keptText), amount }),
  ),
  create_time: spare(instant.pipe(keptInstant)),
  update_time: spare(instant.pipe(keptInstant)),
  disputed_transactions: spareList(z.object({ seller_transaction_id: spare(keptText), custom: spare(keptText) })),
})
export type PayPalDispute = z.output<typeof dispute>

const eventResource = z.object({
  id: spare(keptText),
  status: spare(keptText),
  custom_id: spare(keptText),
  order_id: spare(keptText),
  /** `total`: of version 1.0, which is another product's. */
  amount: spare(z.object({ currency_code: spare(keptText), value: spare(keptText), total: spare(z.unknown()) })),
  supplementary_data: spare(
    z.object({ related_ids: spare(z.object({ order_id: spare(keptText), capture_id: spare(keptText) })) }),
  ),
  purchase_units: spareList(z.object({ custom_id: spare(keptText) })),
  dispute_id: spare(keptText),
  disputed_transactions: spareList(z.object({ seller_transaction_id: spare(keptText), custom: spare(keptText) })),
  links: spareList(z.object({ href: keptAddress, rel: keptText })),
})

/**
 * An event is kept by its id, type and instant, whatever else it is. Resources of all kinds are read for ids, and for
 * nothing of the buyer.
 */
export const event = z.object({
  id: keptText,
  event_type: keptText,
  resource_type: spare(keptText).transform((type) => type ?? ''),
  create_time: instant.pipe(keptInstant),
  resource: eventResource.catch(eventResource.parse({})),
})
export type PayPalEvent = z.output<typeof event>

export const eventPage = z.object({ events: z.array(z.unknown()).default([]), links })
