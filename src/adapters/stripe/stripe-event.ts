/** Verifies a Stripe webhook and reads the reference needed to fetch its object again. */
import Stripe from 'stripe'
import { type ProviderEvent, WebhookRefused } from '../../payments/payment-provider.ts'
import { readSignedEvent } from '../signed-event.ts'
import { event, type StripeEventObject } from './stripe-objects.ts'

/** Stripe's own default: older than that is a replay, or our clock is wrong. */
const TOLERANCE_SECONDS = 300

/** What a payment, its refunds or its disputes can turn on: twenty, for a list is asked for no more. */
export const relevantTypes: readonly string[] = [
  'checkout.session.completed',
  'checkout.session.expired',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'payment_intent.succeeded',
  'payment_intent.processing',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refunded',
  'charge.refund.updated',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'radar.early_fraud_warning.created',
  'radar.early_fraud_warning.updated',
]

export interface SignedWebhook {
  rawBody: Buffer
  /** The header Stripe-Signature. */
  signature: string | string[] | undefined
  receivedAt: Date
}

/** Holds when any of the secrets signed it: there are two while one is being rolled. Throws WebhookRefused. */
export function verifyStripeEvent(webhook: SignedWebhook, secrets: readonly string[], live: boolean): ProviderEvent {
  const { signature, rawBody, receivedAt } = webhook
  if (typeof signature !== 'string') throw new WebhookRefused('Expected one header Stripe-Signature.')
  let reason = 'no webhook secret is configured'
  for (const secret of secrets) {
    try {
      verifyHeader(rawBody, signature, secret, receivedAt)
    } catch (error) {
      reason = (error as Error).message.split('\n')[0] ?? ''
      continue
    }
    return eventOf(readSignedEvent('Stripe', event, rawBody), live)
  }
  throw new WebhookRefused(`The signature of Stripe's webhook does not hold: ${reason}`)
}

/** The SDK verifies without a key of its own; this one is never sent anywhere. */
const sdk = new Stripe('sk_unused')

/** Of the signature alone: with what it signs, `constructEvent` would have thin events refused. */
function verifyHeader(rawBody: Buffer, signature: string, secret: string, receivedAt: Date): void {
  const { signature: verifier } = sdk.webhooks
  if (verifier === null) throw new Error('the SDK verifies nothing')
  verifier.verifyHeader(rawBody, signature, secret, TOLERANCE_SECONDS, undefined, receivedAt.getTime())
}

/** `live`: of the key by which Stripe is asked; events of the other mode are about nothing that it shows. */
export function eventOf(event: StripeEventObject, live: boolean): ProviderEvent {
  const { id, type, created, livemode = live, account } = event
  const object = event.data?.object ?? {}
  const { metadata, payment_intent, charge } = object
  const references = [object.id, payment_intent, charge].filter((one) => one !== undefined)
  return {
    id,
    type,
    createdAt: created,
    relevant: relevantTypes.includes(type) && livemode === live && account === undefined,
    paymentId: metadata?.paymentId ?? null,
    references: [...new Set(references)],
    summary: {
      object: object.object ?? null,
      status: object.status ?? null,
      paymentStatus: object.payment_status ?? null,
      amount: object.amount ?? object.amount_total ?? null,
      currency: object.currency ?? null,
      refundId: metadata?.refundId ?? null,
    },
  }
}
