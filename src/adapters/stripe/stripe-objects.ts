/** Checks Stripe's sessions, refunds, disputes and events at the edge. */
import { z } from 'zod'
import { isCurrency } from '../../values/money.ts'
import { keptInstant, keptText, spare } from '../signed-event.ts'
import { moneyFromStripe } from './stripe-amount.ts'

/** Refuses an amount that is no whole number of minor units: nothing is rounded. */
const inMinorUnits =
  <Field extends string>(field: Field) =>
  (thing: Record<Field, number> & { currency: string }, context: z.core.$RefinementCtx) => {
    try {
      moneyFromStripe(thing[field], thing.currency)
    } catch (error) {
      context.addIssue({ code: 'custom', path: [field], message: (error as RangeError).message })
    }
  }

/** As Stripe writes it: in small letters. */
const currency = z
  .string()
  .refine((code) => isCurrency(code.toUpperCase()), 'expected an ISO 4217 currency code in small letters')
const seconds = z.int().transform((value) => new Date(value * 1000))
const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {})
/** A reference, or the whole object when it was expanded: only the reference is wanted. */
const reference = z
  .union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])
  .nullish()
  .transform((value) => value ?? null)

const charge = z
  .object({
    id: z.string(),
    status: z.string(),
    amount_captured: z.int(),
    currency,
    created: seconds,
    disputed: z.boolean(),
    payment_method_details: z
      .object({ card: z.object({ brand: z.string().nullable(), last4: z.string().nullable() }).nullish() })
      .nullable(),
  })
  .superRefine(inMinorUnits('amount_captured'))
export type StripeCharge = z.output<typeof charge>

const paymentIntent = z.object({
  id: z.string(),
  status: z.string(),
  latest_charge: charge.nullable(),
  last_payment_error: z
    .object({ code: z.string().nullish(), decline_code: z.string().nullish(), message: z.string().nullish() })
    .nullable(),
})
export type StripePaymentIntent = z.output<typeof paymentIntent>

/** A session with `payment_intent.latest_charge` expanded. */
export const session = z.object({
  id: z.string(),
  status: z.enum(['open', 'complete', 'expired']),
  payment_status: z.string(),
  url: z.string().nullable(),
  expires_at: seconds,
  metadata,
  payment_intent: paymentIntent.nullable(),
  customer_details: z.object({ email: z.string().nullish() }).nullish().catch(null),
})
export type StripeSession = z.output<typeof session>

/** What a list of sessions is read for: whose they are. */
export const listedSession = z.object({ id: z.string(), status: z.string().nullable(), metadata })

export const refund = z
  .object({
    id: z.string(),
    /** Null where the way of payment has no such states: it is on its way. */
    status: z
      .enum(['pending', 'requires_action', 'succeeded', 'failed', 'canceled'])
      .nullable()
      .transform((status) => status ?? 'pending'),
    amount: z.int(),
    currency,
    created: seconds,
    failure_reason: z.string().nullish(),
    pending_reason: spare(z.string()),
    metadata,
  })
  .superRefine(inMinorUnits('amount'))
export type StripeRefund = z.output<typeof refund>

export const dispute = z.object({
  id: z.string(),
  status: z.string(),
  amount: spare(z.int()),
  currency: spare(currency),
  created: spare(seconds),
  reason: spare(keptText),
  network_reason_code: spare(keptText),
  is_charge_refundable: spare(z.boolean()),
  evidence_details: spare(
    z.object({ due_by: spare(seconds.pipe(keptInstant)), submission_count: spare(z.int().min(0)) }),
  ),
  /** What moved for it: nothing for an inquiry. */
  balance_transactions: spare(z.array(z.object({ fee: spare(z.int().min(0)), currency: spare(currency) }).catch({}))),
})
export type StripeDispute = z.output<typeof dispute>

export const fraudWarning = z.object({ id: z.string(), created: seconds.pipe(keptInstant) })

/** What moved the seller's balance: of a charge, with the fee. */
export const balanceTransaction = z
  .object({
    id: z.string(),
    type: z.string(),
    source: reference,
    fee: z.int(),
    net: z.int(),
    currency,
    exchange_rate: z.number().positive().nullish(),
    available_on: seconds,
  })
  .superRefine(inMinorUnits('net'))
export type StripeBalanceTransaction = z.output<typeof balanceTransaction>

export const payout = z.object({ id: z.string(), arrival_date: seconds })

/** Seconds, or in thin events an ISO text. */
const eventInstant = z
  .union([seconds, z.iso.datetime({ offset: true }).transform((text) => new Date(text))])
  .pipe(keptInstant)

/** An event is kept by its id, type and instant, whatever else it is. */
export const event = z.object({
  id: keptText,
  type: keptText,
  created: eventInstant,
  livemode: spare(z.boolean()),
  /** Of another account than our own. */
  account: spare(keptText),
  data: spare(
    z.object({
      object: spare(
        z.object({
          id: spare(keptText),
          object: spare(keptText),
          status: spare(keptText),
          payment_status: spare(keptText),
          amount: spare(z.int()),
          amount_total: spare(z.int()),
          currency: spare(keptText),
          payment_intent: spare(reference.pipe(keptText)),
          charge: spare(reference.pipe(keptText)),
          metadata: spare(z.object({ paymentId: spare(keptText), refundId: spare(keptText) })),
        }),
      ),
    }),
  ),
})
export type StripeEventObject = z.output<typeof event>

/** One page of a list, newest first. */
export const page = z.object({ data: z.array(z.unknown()), has_more: z.boolean() })
