/** Declares the port that every payment provider implements. */
import type { Money } from '../values/money.ts'
import type { UpstreamFailure } from '../values/upstream-failure.ts'
import type { DisputeReason, DisputeRefundable, DisputeStage } from './dispute-stage.ts'

export { WebhookRefused } from '../values/webhook-refused.ts'

export const ProviderName = { STRIPE: 'STRIPE', PAYPAL: 'PAYPAL' } as const
export type ProviderName = (typeof ProviderName)[keyof typeof ProviderName]

export type CardBrandName = 'VISA' | 'MASTERCARD' | 'AMERICAN_EXPRESS' | 'OTHER'

/** What the buyer is asked to pay, with our own ids so that it can be found again at the provider. */
export interface PaymentOrder {
  paymentId: string
  enrolmentId: string
  amount: Money
  /** Shown to the buyer, at most 120 characters. */
  description: string
  buyerEmail: string | null
  /** Where the provider sends the buyer back; already carries our parameters. */
  returnUrl: string
  cancelUrl: string
  /** The provider's page closes then: a whole second. */
  expiresAt: Date
  /** Stored before the call; the same key again never opens a second one. */
  key: string
}

/** A payment as its provider sees it now, in our words. */
export interface ProviderPayment {
  /** Checkout session or order. */
  reference: string
  /** Our payment's id as the provider keeps it; null when the object was not made by us. */
  paymentId: string | null
  /** As the buyer gave it there; null when the provider does not say. */
  buyerEmail: string | null
  /** APPROVED: the buyer agreed and the money waits for `capture` (PayPal). */
  state: 'REQUIRES_ACTION' | 'APPROVED' | 'PROCESSING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'EXPIRED'
  /** Where the buyer pays, while there is something to do. */
  redirectUrl: string | null
  expiresAt: Date | null
  capture: ProviderCapture | null
  /** Why the provider holds the money while it is PROCESSING; null when it is not held, or nothing is said of it. */
  pending: ProviderPending | null
  failure: { code: string; message: string; retryable: boolean } | null
  refunds: ProviderRefund[]
  disputes: ProviderDispute[]
  /** When the card's network warned of fraud; null when it did not. */
  fraudWarnedAt: Date | null
  /** What stands beside the money and could not be read: it takes nothing of the above with it. */
  unread: UnreadPart[]
}

/** An entry of a list that has not the agreed shape. */
export interface UnreadEntry {
  /** Its id; a digest of it when it has none. */
  reference: string
  /** The path at fault and what was expected there. */
  problem: string
}

/** An entry that cannot be read, or with `failure` the whole of its list. */
export interface UnreadPart extends UnreadEntry {
  part: 'refunds' | 'disputes' | 'fraud warnings'
  failure: UpstreamFailure | null
}

export type PendingReasonName =
  | 'BANK_TRANSFER'
  | 'PROVIDER_REVIEW'
  | 'SELLER_MUST_ACCEPT'
  | 'SELLER_ACCOUNT'
  | 'BUYER_VERIFICATION'
  | 'PROCESSING'
  | 'OTHER'

export interface ProviderPending {
  reason: PendingReasonName
  since: Date
  /** Stripe's payment intent, PayPal's capture: its name from the first moment. */
  captureReference: string
}

export interface ProviderCapture {
  /** Stripe's payment intent, PayPal's capture: what is refunded. */
  reference: string
  /** Stripe's charge, as the buyer's papers name it; null where the capture has that name itself. */
  chargeReference: string | null
  amount: Money
  capturedAt: Date
  /** Null when it was not a card. */
  cardBrand: CardBrandName | null
  cardLast4: string | null
}

/** What the provider kept of a capture, and what it left, in the currency in which it settles. */
export interface ProviderSettlement {
  fee: Money
  net: Money
  /** Currency of settlement in units of the payment's currency's one; null when they are the same. */
  exchangeRate: string | null
  /** When it can be paid out; null when the provider does not say. */
  availableAt: Date | null
}

/** What the provider paid out to the seller, and for which charges. */
export interface ProviderPayout {
  reference: string
  paidAt: Date
  chargeReferences: string[]
}

export interface ProviderRefund {
  reference: string
  /** Our refund's id; null when it was made in the provider's dashboard. */
  refundId: string | null
  amount: Money
  state: 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'
  failureReason: string | null
  /** While it is PENDING: what it waits for, when the provider says so. */
  waitingFor: 'PROVIDER_BALANCE' | 'PAYMENT_SETTLEMENT' | null
  createdAt: Date
}

export interface ProviderDispute {
  reference: string
  /** Null when the provider does not say: then it is about all that was captured. */
  amount: Money | null
  state: 'OPEN' | 'UNDER_REVIEW' | 'WON' | 'LOST' | 'WITHDRAWN'
  /** Null when the provider does not say: as far as it had got. */
  stage: DisputeStage | null
  /** Its stage once it had ended here and is open again, from a provider that has no word for that. */
  stageTakenUpAgain: DisputeStage | null
  reason: DisputeReason
  reasonCode: string | null
  evidenceDueBy: Date | null
  evidenceSubmitted: boolean
  refundable: DisputeRefundable
  /** What went back through it, should it be lost: ALL of its amount, or what the provider says. */
  lost: Money | 'ALL' | 'NOTHING'
  /** Whether the provider counts refunds since it was opened into that. */
  countsRefunds: boolean
  /** Null when the provider does not say. */
  fee: Money | null
  /** Null when the provider does not say. */
  openedAt: Date | null
  closedAt: Date | null
}

/** A verified event: only what is needed to fetch the object again; its content is never believed. */
export interface ProviderEvent {
  id: string
  type: string
  createdAt: Date
  /** False for types that we do not act on: kept, ignored. */
  relevant: boolean
  /** Our payment's id, when the event carries it. */
  paymentId: string | null
  /** The provider's references by which the payment can be found: session, intent, order, capture. */
  references: string[]
  /** Redacted: no card data, no person. */
  summary: Record<string, string | number | boolean | null>
}

export interface PaymentProvider {
  readonly name: ProviderName
  /** Whether its unit of the currency can say the amount: nothing is rounded. */
  expresses(amount: Money): boolean
  /** Whether it can be asked to charge the amount: it is expressed, and neither too little nor too much. */
  takes(amount: Money): boolean
  /** Opens where the buyer pays. Throws UpstreamFailure. */
  open(order: PaymentOrder): Promise<ProviderPayment>
  /** As it stands, with capture, refunds and disputes; null when the provider does not know the reference. */
  look(reference: string): Promise<ProviderPayment | null>
  /** By our own payment id in its metadata, made since that instant: for when we never heard its reference. */
  findByPaymentId(paymentId: string, since: Date): Promise<ProviderPayment | null>
  /** Takes the money of an APPROVED one; for a provider that captures by itself this only looks. */
  capture(reference: string, key: string): Promise<ProviderPayment>
  /** Ends an open one so that it can no longer be paid (expires a session); answers how it stands after. */
  close(reference: string, key: string): Promise<ProviderPayment>
  refund(request: { refundId: string; captureReference: string; amount: Money; key: string }): Promise<ProviderRefund>
  /** What became of the money at the provider; null until it says so. Beside the money: it is read by itself. */
  settlementOf(capture: Pick<ProviderCapture, 'reference' | 'chargeReference'>): Promise<ProviderSettlement | null>
  /** Payouts that were made since and are paid; none of a provider that does not say. */
  paidPayouts(since: Date): AsyncIterable<ProviderPayout>
  /** All refunds of a capture, ours and those made elsewhere. */
  refundsOf(captureReference: string): Promise<ProviderRefund[]>
  /** One refund; null when the provider does not know it. */
  lookRefund(reference: string): Promise<ProviderRefund | null>
  /** Verifies signature, age and certificate of a webhook. Throws WebhookRefused. */
  verifyEvent(
    rawBody: Buffer,
    headers: Record<string, string | string[] | undefined>,
    now: Date,
  ): Promise<ProviderEvent>
  /** What our key may not read. Throws UpstreamFailure when the provider cannot be asked. */
  missingPermissions(): Promise<LackedPermission[]>
  /** What webhooks may have missed, list by list. */
  readonly lists: readonly ProviderList[]
}

export interface LackedPermission {
  /** What the provider calls it. */
  permission: string
  /** What does not work without it, in a sentence. */
  consequence: string
}

/** A list that is read from its mark to its end. */
export interface ProviderList {
  readonly name: 'events' | 'disputes'
  /** All that is there since the instant, one call for each page. Throws UpstreamFailure where a page cannot be had. */
  pagesSince(since: Date): AsyncIterable<ListPage>
}

export interface ListPage {
  /** A dispute in a list is told as an event: one for each time that it changed. */
  entries: readonly ProviderEvent[]
  unread: readonly UnreadEntry[]
}
