/** Checks the bodies of PayPal's calls and refuses bad ones in its words. */
import { z } from 'zod'
import { type ErrorDetail, PaypalRefusal } from './refusal.ts'

const money = z.object({
  currency_code: z.string().length(3),
  value: z
    .string()
    .max(32)
    .regex(/^((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))$/),
})

const breakdown = z.record(
  z.enum(['item_total', 'shipping', 'handling', 'tax_total', 'insurance', 'shipping_discount', 'discount']),
  money.optional(),
)

const item = z.object({
  name: z.string().min(1).max(127),
  unit_amount: money,
  tax: money.optional(),
  quantity: z.string().regex(/^[1-9][0-9]{0,9}$/),
  description: z.string().max(2048).optional(),
  sku: z.string().max(127).optional(),
  category: z.enum(['DIGITAL_GOODS', 'PHYSICAL_GOODS', 'DONATION']).optional(),
})

const purchaseUnit = z.object({
  reference_id: z.string().min(1).max(256).default('default'),
  amount: money.extend({ breakdown: breakdown.optional() }),
  description: z.string().min(1).max(127).optional(),
  custom_id: z.string().min(1).max(127).optional(),
  invoice_id: z.string().min(1).max(127).optional(),
  soft_descriptor: z.string().min(1).max(22).optional(),
  items: z.array(item).optional(),
})

const context = z.object({
  brand_name: z.string().min(1).max(127).optional(),
  return_url: z.url().optional(),
  cancel_url: z.url().optional(),
})

/** POST /v2/checkout/orders. Fields that decide nothing here are let through unread, as PayPal does. */
export const orderRequest = z.object({
  intent: z.literal('CAPTURE'),
  purchase_units: z.array(purchaseUnit).min(1).max(1),
  application_context: context.optional(),
  payment_source: z.object({ paypal: z.object({ experience_context: context.optional() }) }).optional(),
})
export type OrderRequest = z.output<typeof orderRequest>

/** POST /v2/payments/captures/{id}/refund; without an amount, all that is left. */
export const refundRequest = z.object({
  amount: money.optional(),
  custom_id: z.string().min(1).max(127).optional(),
  invoice_id: z.string().min(1).max(127).optional(),
  note_to_payer: z.string().min(1).max(255).optional(),
})

/** The official descriptions of a 400's issues. */
const descriptionOfIssue = {
  INVALID_ARRAY_MAX_ITEMS: 'The number of items in an array parameter is too large.',
  INVALID_ARRAY_MIN_ITEMS: 'The number of items in an array parameter is too small.',
  INVALID_PARAMETER_SYNTAX: 'The value of a field does not conform to the expected format.',
  INVALID_PARAMETER_VALUE: 'A parameter value is not valid.',
  INVALID_STRING_LENGTH: 'The value of a field is either too short or too long',
  MISSING_REQUIRED_PARAMETER: 'A required parameter is missing.',
} as const

/** Checks a body; throws PaypalRefusal (400) with a JSON pointer to every field that does not fit. */
export function checked<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body ?? {})
  if (result.success) return result.data
  throw new PaypalRefusal(
    400,
    result.error.issues.map((issue) => detailOf(issue, body)),
  )
}

function detailOf(issue: z.core.$ZodIssue, body: unknown): ErrorDetail {
  const name = nameOf(issue, body)
  return {
    field: `/${issue.path.map(String).join('/')}`,
    location: 'body',
    issue: name,
    description: descriptionOfIssue[name],
  }
}

function nameOf(issue: z.core.$ZodIssue, body: unknown): keyof typeof descriptionOfIssue {
  if (valueAt(body, issue.path) === undefined) return 'MISSING_REQUIRED_PARAMETER'
  if (issue.code === 'too_big') return issue.origin === 'array' ? 'INVALID_ARRAY_MAX_ITEMS' : 'INVALID_STRING_LENGTH'
  if (issue.code === 'too_small') return issue.origin === 'array' ? 'INVALID_ARRAY_MIN_ITEMS' : 'INVALID_STRING_LENGTH'
  return issue.code === 'invalid_value' ? 'INVALID_PARAMETER_VALUE' : 'INVALID_PARAMETER_SYNTAX'
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    body,
  )
}
