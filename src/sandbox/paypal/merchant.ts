/** Holds the merchant account's state at PayPal as plain JSON for every part. */
import { noWebhooks, type WebhookState } from '../webhook-delivery.ts'
import type { Certificates } from './certificates.ts'
import type { Money } from './decimal-money.ts'

/** How the buyer pays: decides what a capture comes to. */
export const instruments = ['balance', 'echeck', 'declined', 'denied'] as const
export type Instrument = (typeof instruments)[number]

/** Why PayPal holds a capture (payments_payment_v2.json, capture_status_details). */
export const pendingReasons = [
  'BUYER_COMPLAINT',
  'CHARGEBACK',
  'ECHECK',
  'INTERNATIONAL_WITHDRAWAL',
  'OTHER',
  'PENDING_REVIEW',
  'RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION',
  'REFUNDED',
  'TRANSACTION_APPROVED_AWAITING_FUNDING',
  'UNILATERAL',
  'VERIFICATION_REQUIRED',
] as const
export type PendingReason = (typeof pendingReasons)[number]

export interface Link {
  href: string
  rel: string
  method: 'GET' | 'POST' | 'PATCH'
}

export interface PurchaseUnit {
  reference_id: string
  amount: Money & { breakdown?: Record<string, Money> }
  description?: string
  custom_id?: string
  invoice_id?: string
  soft_descriptor?: string
  items?: object[]
}

export interface Order {
  id: string
  status: 'CREATED' | 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'COMPLETED' | 'VOIDED'
  unit: PurchaseUnit
  /** Whether `payment_source` was named at creation: then the buyer's link is called `payer-action`. */
  sourceNamed: boolean
  returnUrl: string | null
  cancelUrl: string | null
  brandName: string | null
  /** Chosen by the buyer when approving. */
  instrument: Instrument | null
  /** Its capture will be held for review. */
  captureWillPend: boolean | PendingReason
  payer: Payer | null
  createdAt: string
  updatedAt: string
  expiresAtMs: number
}

export interface Payer {
  id: string
  email: string
  givenName: string
  surname: string
}

export interface Capture {
  id: string
  orderId: string
  status: 'COMPLETED' | 'DECLINED' | 'PARTIALLY_REFUNDED' | 'PENDING' | 'REFUNDED'
  reason: PendingReason | 'REFUNDED' | 'CHARGEBACK' | null
  amount: Money
  customId: string | null
  invoiceId: string | null
  instrument: Instrument
  createdAt: string
  updatedAt: string
}

export interface Refund {
  id: string
  captureId: string
  status: 'COMPLETED' | 'PENDING' | 'FAILED' | 'CANCELLED'
  amount: Money
  customId: string | null
  invoiceId: string | null
  noteToPayer: string | null
  /** What had been refunded of the capture with this one. */
  totalRefunded: Money
  createdAt: string
  updatedAt: string
}

/** How far a dispute has got, in PayPal's words. */
export const disputeStages = ['INQUIRY', 'CHARGEBACK', 'PRE_ARBITRATION', 'ARBITRATION'] as const
/** Why a buyer disputes, in PayPal's words. */
export const disputeReasons = [
  'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
  'MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED',
  'UNAUTHORISED',
  'CREDIT_NOT_PROCESSED',
  'DUPLICATE_TRANSACTION',
  'INCORRECT_AMOUNT',
  'PAYMENT_BY_OTHER_MEANS',
  'CANCELED_RECURRING_BILLING',
  'PROBLEM_WITH_REMITTANCE',
  'OTHER',
] as const

export interface Dispute {
  id: string
  captureId: string
  status: 'OPEN' | 'WAITING_FOR_SELLER_RESPONSE' | 'WAITING_FOR_BUYER_RESPONSE' | 'UNDER_REVIEW' | 'RESOLVED'
  outcome: 'RESOLVED_BUYER_FAVOUR' | 'RESOLVED_SELLER_FAVOUR' | 'RESOLVED_WITH_PAYOUT' | 'CANCELED_BY_BUYER' | null
  stage: (typeof disputeStages)[number]
  reason: (typeof disputeReasons)[number]
  amount: Money
  /** Of a lost one, what went back by it and by refunds since it was opened. */
  refunded?: Money
  /** Of that, what went back without a refund. */
  takenMinor?: number
  /** By when the seller has to answer. */
  dueAt?: string
  fee?: Money
  /** What may be refunded meanwhile. */
  allowedRefund?: Money
  /** It says nothing of its amount. */
  withoutAmount?: true
  createdAt: string
  updatedAt: string
}

export interface PaypalEvent {
  id: string
  event_version: '1.0'
  create_time: string
  resource_type: string
  resource_version?: '2.0'
  event_type: string
  summary: string
  resource: object
  links: Link[]
}

/** A stored reply, for the next call with the same PayPal-Request-Id. */
export interface KeptReply {
  untilMs: number
  fingerprint: string
  status: number
  body: unknown
}

export interface PaypalState {
  orders: Record<string, Order>
  captures: Record<string, Capture>
  refunds: Record<string, Refund>
  disputes: Record<string, Dispute>
  events: Record<string, PaypalEvent>
  keptReplies: Record<string, KeptReply>
  /** Access tokens and until when they are good, in milliseconds since 1970. */
  accessTokens: Record<string, number>
  /** The next capture, whichever it is, will be PENDING. */
  nextCapturePending: boolean | PendingReason
  /** Whether there is money for refunds. */
  refundBalance: 'enough' | 'refused'
  certificates: Certificates | null
  webhooks: WebhookState
}

export const emptyState = (): PaypalState => ({
  orders: {},
  captures: {},
  refunds: {},
  disputes: {},
  events: {},
  keptReplies: {},
  accessTokens: {},
  nextCapturePending: false,
  refundBalance: 'enough',
  certificates: null,
  webhooks: noWebhooks(),
})

/** What an event is about, and how PayPal names it. */
export interface Happening {
  type: string
  resourceType: 'checkout-order' | 'payment-approval' | 'capture' | 'refund' | 'dispute'
  summary: string
  resource: object
}

/** What every part of the sandbox is handed. */
export interface PaypalMerchant {
  readonly state: PaypalState
  /** Where the sandbox itself is reached: base of links, pages and the certificate's address. */
  url: string
  now(): Date
  /** Records an event and has it delivered. */
  emit(happening: Happening): void
  /** Puts an event into the list, unsent. */
  list(event: PaypalEvent): void
  /** Sends one, signed. */
  send(event: PaypalEvent): void
  /** Says that the state changed without an event. */
  changed(): void
}

/** PayPal's time in resources: whole seconds, UTC. */
export const wholeSeconds = (instant: Date): string => `${instant.toISOString().slice(0, 19)}Z`
