/** Checks what POST /v1/checkout/sessions asks for: one-off payments by card. */
import { z } from 'zod'
import { expandPaths, flag, integer, metadata } from './parameters.ts'
import { badParameter } from './refusal.ts'

const priceData = z.strictObject({
  currency: z.string(),
  unit_amount: integer.pipe(z.int().min(0)),
  tax_behavior: z.enum(['exclusive', 'inclusive', 'unspecified']).optional(),
  product_data: z.strictObject({
    name: z.string().min(1).max(250),
    description: z.string().max(1000).optional(),
    images: z.array(z.string()).max(8).optional(),
    metadata: metadata.optional(),
    tax_code: z.string().optional(),
    unit_label: z.string().optional(),
  }),
})

const lineItem = z.strictObject({
  price_data: priceData,
  quantity: integer.pipe(z.int().min(1).max(999_999)).default(1),
})

const card = z.strictObject({
  request_three_d_secure: z.enum(['automatic', 'any', 'challenge']).optional(),
  restrictions: z
    .strictObject({
      brands_blocked: z
        .array(z.enum(['american_express', 'discover_global_network', 'mastercard', 'visa']))
        .default([]),
    })
    .optional(),
  statement_descriptor_suffix_kana: z.string().optional(),
})

const intentData = z.strictObject({
  capture_method: z.literal(['automatic', 'automatic_async']).optional(),
  description: z.string().max(1000).optional(),
  metadata: metadata.optional(),
  receipt_email: z.string().optional(),
  statement_descriptor: z.string().max(22).optional(),
  statement_descriptor_suffix: z.string().max(22).optional(),
})

const url = (param: string) =>
  z
    .string()
    .max(5000)
    .refine((text) => URL.canParse(text), `Not a valid URL: ${param} starts with http:// or https://`)

const cardOnly = z.array(z.literal('card', 'the sandbox takes "card" only')).min(1).optional()

/** The whole request. What the sandbox does not do (subscriptions, taxes, shipping …) is an unknown parameter here. */
export const sessionRequest = z.strictObject({
  mode: z.literal('payment', 'the sandbox knows mode "payment" only').default('payment'),
  ui_mode: z.literal(['hosted', 'hosted_page'], 'the sandbox hosts its page: "hosted_page"').optional(),
  line_items: z.array(lineItem).min(1).max(100),
  allowed_payment_method_types: cardOnly,
  payment_method_types: cardOnly,
  payment_method_options: z.strictObject({ card: card.optional() }).optional(),
  payment_intent_data: intentData.optional(),
  metadata: metadata.default({}),
  success_url: url('success_url'),
  cancel_url: url('cancel_url').optional(),
  expires_at: integer.optional(),
  client_reference_id: z.string().max(200).optional(),
  customer_email: z.email('Invalid email address').optional(),
  customer_creation: z.enum(['always', 'if_required']).optional(),
  locale: z.string().max(10).optional(),
  submit_type: z.enum(['auto', 'book', 'donate', 'pay']).optional(),
  billing_address_collection: z.enum(['auto', 'required']).optional(),
  allow_promotion_codes: flag.optional(),
  adaptive_pricing: z.strictObject({ enabled: flag }).optional(),
  automatic_tax: z.strictObject({ enabled: z.literal('false', 'the sandbox computes no taxes') }).optional(),
  phone_number_collection: z.strictObject({ enabled: z.literal('false') }).optional(),
  custom_text: z
    .strictObject({
      submit: z.strictObject({ message: z.string().max(1200) }).optional(),
      after_submit: z.strictObject({ message: z.string().max(1200) }).optional(),
    })
    .optional(),
  expand: expandPaths,
})
export type SessionRequest = z.output<typeof sessionRequest>

/** Since this version the methods are a filter by another name (stripe-node's changelog, 23.0.0). */
const RENAMED_SINCE = '2026-09-30'

/** Throws StripeRefusal where the name of the methods' list is not the one that this API version knows. */
export function checkMethodsName(asked: SessionRequest, version: string): void {
  const foreign = version.slice(0, 10) >= RENAMED_SINCE ? 'payment_method_types' : 'allowed_payment_method_types'
  if (asked[foreign] === undefined) return
  throw badParameter(foreign, `Received unknown parameter: ${foreign}`, 'parameter_unknown')
}
