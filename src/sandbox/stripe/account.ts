/** Holds the merchant account's state at Stripe as plain JSON for every part. */
import type Stripe from 'stripe'
import { noWebhooks, type WebhookState } from '../webhook-delivery.ts'

export type Session = Omit<Stripe.Checkout.Session, 'payment_intent'> & { payment_intent: string | null }
export type PaymentIntent = Omit<Stripe.PaymentIntent, 'latest_charge'> & { latest_charge: string | null }
export type Charge = Omit<Stripe.Charge, 'payment_intent'> & { payment_intent: string }
export type Refund = Omit<Stripe.Refund, 'charge' | 'payment_intent' | 'metadata'> & {
  charge: string
  payment_intent: string
  metadata: Stripe.Metadata
}
export type Dispute = Omit<Stripe.Dispute, 'charge' | 'payment_intent'> & { charge: string; payment_intent: string }
export type FraudWarning = Omit<Stripe.Radar.EarlyFraudWarning, 'charge' | 'payment_intent'> & {
  charge: string
  payment_intent: string
}
export type LineItem = Omit<Stripe.LineItem, 'price'> & {
  price: Omit<Stripe.Price, 'unit_amount_decimal'> & { unit_amount_decimal: string }
}
export type Payout = Pick<
  Stripe.Payout,
  | 'id'
  | 'object'
  | 'amount'
  | 'currency'
  | 'status'
  | 'created'
  | 'arrival_date'
  | 'automatic'
  | 'livemode'
  | 'metadata'
>
export type StripeObject = Session | PaymentIntent | Charge | Refund | Dispute | FraudWarning | Payout

/** An event as /v1/events lists it: a snapshot of the object at that moment. */
export interface StripeEvent {
  id: string
  object: 'event'
  api_version: string
  created: number
  data: { object: StripeObject; previous_attributes?: Record<string, unknown> }
  livemode: boolean
  pending_webhooks: number
  request: { id: string | null; idempotency_key: string | null }
  type: Stripe.Event.Type
}

/** What `payment_intent_data` asked for: kept until the buyer's first attempt makes the intent. */
export interface IntentRequest {
  metadata: Record<string, string>
  description: string | null
  receiptEmail: string | null
  statementDescriptor: string | null
  statementDescriptorSuffix: string | null
}

/** A stored reply, for the next call with the same Idempotency-Key. */
export interface KeptReply {
  atMs: number
  fingerprint: string
  status: number
  body: unknown
  requestId: string
}

/** What happens by itself at `atMs`: a session ends, a refund bounces, a cardholder disputes. */
export interface DueLater {
  atMs: number
  kind: 'session_expires' | 'refund_fails' | 'charge_disputed'
  id: string
}

export interface StripeState {
  sessions: Record<string, Session>
  lineItems: Record<string, LineItem[]>
  intentWishes: Record<string, IntentRequest>
  /** Payment intents that wait for 3-D Secure, with the number of the card that was given. */
  authenticating: Record<string, string>
  /** Number of the test card behind each charge: it decides what happens to it later. */
  cardNumbers: Record<string, string>
  paymentIntents: Record<string, PaymentIntent>
  charges: Record<string, Charge>
  refunds: Record<string, Refund>
  disputes: Record<string, Dispute>
  fraudWarnings: Record<string, FraudWarning>
  payouts: Record<string, Payout>
  /** Charges that each payout carried. */
  payoutCharges: Record<string, string[]>
  events: Record<string, StripeEvent>
  keptReplies: Record<string, KeptReply>
  /** What the account's money does to refunds. */
  balance: { refunds: 'enough' | 'refused' | 'pending' }
  /** By kind and id. */
  dueLater: Record<string, DueLater>
  webhooks: WebhookState
}

export const emptyState = (): StripeState => ({
  sessions: {},
  lineItems: {},
  intentWishes: {},
  authenticating: {},
  cardNumbers: {},
  paymentIntents: {},
  charges: {},
  refunds: {},
  disputes: {},
  fraudWarnings: {},
  payouts: {},
  payoutCharges: {},
  events: {},
  keptReplies: {},
  balance: { refunds: 'enough' },
  dueLater: {},
  webhooks: noWebhooks(),
})

/** What every part of the sandbox is handed. */
export interface StripeAccount {
  readonly state: StripeState
  /** Where the sandbox itself is reached: base of the hosted pages' addresses. */
  url: string
  /** The API call that is being answered: named in the events that it causes. */
  cause: StripeEvent['request'] | undefined
  now(): Date
  /** Records an event about `object` as it is now and has it delivered. */
  emit(type: Stripe.Event.Type, object: StripeObject, previous?: Record<string, unknown>): void
  /** Puts an event into the list, unsent. */
  list(event: StripeEvent): void
  /** Sends what may be no event of ours, signed. */
  send(id: string, body: object): void
  /** Says that a record changed without an event about it; what an event is about is kept with the event. */
  changed(collection: keyof StripeState, id: string): void
}

/** Has something happen by itself at `atMs`. */
export function schedule(account: StripeAccount, later: DueLater): void {
  const key = `${later.kind} ${later.id}`
  account.state.dueLater[key] = later
  account.changed('dueLater', key)
}

/** Stripe's time: whole seconds since 1970. */
export const seconds = (instant: Date): number => Math.floor(instant.getTime() / 1000)
