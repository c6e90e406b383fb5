/** Declares the port through which payments tell their subject how the money stands. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Tax } from '../values/tax.ts'
import type { Change } from './change.ts'
import type { Dispute } from './dispute.ts'
import type { Payment } from './payment.ts'
import type { Refund } from './refund.ts'

/** Handed on as it is: what the implementation asks of it is its own business. */
type WholeContext = { em: EntityManager; now(): Date }

/**
 * Filled by enrolments. Every call with `tx` runs inside the caller's transaction, with the payment's row locked already;
 * the implementation locks the enrolment next, always in that order. Side effects are jobs added in the same transaction.
 * Each thing is told once, when it happens; `changed` locks nothing.
 */
export interface PaymentSubject {
  /** What to show the buyer, and until when the place is held. Outside any transaction. */
  orderFor(em: EntityManager, payment: Payment): Promise<OrderFacts>
  /** The page to pay on is open until then: the place is held for as long. */
  opened(tx: EntityManager, payment: Payment, until: Date): Promise<void>
  /**
   * The money is here, and is what was asked. Answers whether it is wanted; when not, the caller refunds it in full:
   * with `keepRegistration`, for whatever registration there is rests on another payment.
   */
  paid(tx: EntityManager, payment: Payment, at: Date): Promise<'wanted' | 'unwanted'>
  /** What a receipt names, as it is now. Within a transaction, and reads only. */
  receiptFacts(tx: EntityManager, context: SellerContext, payment: Payment): Promise<ReceiptFacts>
  /** A refund made at the provider was found; nothing is back yet. Of refunds asked for here, whoever asks knows. */
  refundStarted(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void>
  /** The money of this refund is back. */
  refunded(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void>
  /**
   * A refund failed or was cancelled, at once or after it had succeeded (its status before is in its history). One that
   * is tried again as a new row is not told.
   */
  refundFailed(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void>
  /** Anything of the payment, its refunds or its disputes has changed: for whoever looks on. */
  changed(tx: EntityManager, payment: Payment): Promise<void>
  /** A dispute was opened or moved on, or what is known of it has changed. */
  disputed(tx: EntityManager, payment: Payment, dispute: Dispute, at: Date): Promise<void>
  /** The card's network has warned of fraud for the first time. */
  warnedOfFraud(tx: EntityManager, payment: Payment, at: Date): Promise<void>
  /**
   * Payments whose money is for some minutes neither registered nor on its way back, nor with an operator: the
   * reconciliation's third side, of all that moves and of the part of the rest behind `sweptTo`. Read only, outside any
   * transaction; so is the next one, for a single payment.
   */
  unsettled(em: EntityManager, now: Date, sweptTo: string | null): Promise<UnsettledPart>
  unsettledOf(em: EntityManager, now: Date, paymentId: string): Promise<Unsettled[]>
  /** Adds the job that takes such a payment up again. Answers whether it did; false when only a person can. */
  takeUp(tx: EntityManager, payment: Payment, at: Date): Promise<boolean>
  /**
   * Looks again at what others know of what was paid for, though nobody told of it; `noted` hears of each change that was
   * made, or would be. Answers how many were looked at. Throws UpstreamFailure.
   */
  lookAgain(context: WholeContext, apply: boolean, noted: (change: Change) => Promise<void>): Promise<number>
  /** What was paid for as a node of the graph; null when the caller may not see it. */
  node(context: WholeContext, id: string): Promise<object | null>
}

/** Who sells, with the tax of all prices. */
export interface SellerContext {
  settings: { seller: { tax: Tax } | null }
}

export interface ReceiptFacts {
  description: string
  buyerName: string
  /** Null when nobody says. */
  tax: Tax | null
}

export interface OrderFacts {
  description: string
  buyerEmail: string | null
  /** The place is held until then. */
  holdExpiresAt: Date | null
  /** Whether paying still makes sense: nothing is opened or captured for what has ended. */
  awaitsPayment: boolean
}

/** A payment whose money came and led nowhere yet. */
export interface Unsettled {
  paymentId: string
  /** Status of what it pays for. */
  status: string
}

export interface UnsettledPart {
  found: Unsettled[]
  /** Where the next part begins; null for the first one. */
  sweptTo: string | null
}
