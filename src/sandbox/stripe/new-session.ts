/** Creates a Checkout session with every property of Stripe's object. */
import { type Session, seconds } from './account.ts'
import { newId } from './new-id.ts'
import type { SessionRequest } from './session-request.ts'

export interface SessionTerms {
  /** The total, in minor units. */
  amount: number
  currency: string
  now: Date
  /** In seconds since 1970. */
  expiresAt: number
  baseUrl: string
}

/** The session as it is when it opens. The intent comes with the buyer's first attempt, as at Stripe since 2022-08-01. */
export function newSession(asked: SessionRequest, terms: SessionTerms): Session {
  const id = newId('cs_test_a1', 56)
  const blocked = asked.payment_method_options?.card?.restrictions?.brands_blocked
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: asked.adaptive_pricing?.enabled ?? false },
    after_expiration: null,
    allow_promotion_codes: asked.allow_promotion_codes ?? null,
    allowed_payment_method_types: asked.allowed_payment_method_types ?? null,
    amount_subtotal: terms.amount,
    amount_total: terms.amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: asked.billing_address_collection ?? null,
    cancel_url: asked.cancel_url ?? null,
    client_reference_id: asked.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: seconds(terms.now),
    currency: terms.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: asked.custom_text?.after_submit ?? null,
      shipping_address: null,
      submit: asked.custom_text?.submit ?? null,
      terms_of_service_acceptance: null,
    },
    customer: null,
    customer_account: null,
    customer_creation: asked.customer_creation ?? 'if_required',
    customer_details: asked.customer_email === undefined ? null : customerDetails(asked.customer_email, null),
    customer_email: asked.customer_email ?? null,
    discounts: [],
    expires_at: terms.expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: (asked.locale as Session['locale']) ?? null,
    managed_payments: { enabled: false },
    metadata: asked.metadata,
    mode: 'payment',
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        request_three_d_secure: asked.payment_method_options?.card?.request_three_d_secure ?? 'automatic',
        ...(blocked && { restrictions: { brands_blocked: blocked } }),
      },
    },
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: asked.submit_type ?? null,
    subscription: null,
    success_url: asked.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${terms.baseUrl}/c/pay/${id}`,
    wallet_options: null,
  }
}

/** What the session tells of the buyer. */
export function customerDetails(email: string | null, name: string | null): Session['customer_details'] {
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  }
}
