/** The shapes that PayPal's answers must have, as far as they are used. */
import { z } from 'zod'

const text = z.string().min(1)
const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value))
const amount = z.object({ currency_code: text, value: text })
const link = z.object({ href: text, rel: text })

export const refund = z.object({
  id: text,
  status: z.enum(['CANCELLED', 'FAILED', 'PENDING', 'COMPLETED']),
  amount,
  custom_id: z.string().nullish(),
  invoice_id: z.string().nullish(),
  create_time: instant.nullish(),
  status_details: z.object({ reason: z.string().optional() }).nullish(),
})

export const capture = z.object({
  id: text,
  status: z.enum(['COMPLETED', 'DECLINED', 'PARTIALLY_REFUNDED', 'PENDING', 'REFUNDED', 'FAILED']),
  amount,
  custom_id: z.string().nullish(),
  create_time: instant.nullish(),
})

export const order = z.object({
  id: text,
  status: z.string(),
  create_time: instant.nullish(),
  links: z.array(link).default([]),
  purchase_units: z
    .array(
      z.object({
        custom_id: z.string().nullish(),
        amount: amount.optional(),
        payments: z.object({ captures: z.array(capture).default([]), refunds: z.array(refund).default([]) }).nullish(),
      }),
    )
    .default([]),
})

export const dispute = z.object({
  dispute_id: text,
  status: z.string(),
  dispute_outcome: z.object({ outcome_code: z.string() }).nullish(),
  dispute_amount: amount,
  create_time: instant,
  update_time: instant.nullish(),
})
export const disputes = z.object({ items: z.array(z.object({ dispute_id: text })).default([]) })

export const event = z.object({
  id: text,
  event_type: text,
  create_time: instant,
  resource: z.record(z.string(), z.unknown()).default({}),
})
export const events = z.object({ events: z.array(event).default([]), links: z.array(link).default([]) })
