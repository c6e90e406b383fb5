/** The port to what a payment pays for: payments tell it, in their own transaction, how the money stands. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Dispute } from './dispute.ts'
import type { Payment } from './payment.ts'
import type { Refund } from './refund.ts'

/**
 * Filled by enrolments. Every call runs inside the caller's transaction, with the payment's row locked already; the
 * implementation locks the enrolment next, always in that order. Side effects are jobs added in the same transaction.
 */
export interface PaidThing {
  /** What to show the buyer, and until when the place is held. Outside any transaction. */
  orderFor(em: EntityManager, payment: Payment): Promise<OrderFacts>
  /** The money is here, and is what was asked. Answers whether it is wanted; when not, the caller refunds it in full. */
  paid(tx: EntityManager, payment: Payment, at: Date): Promise<'wanted' | 'unwanted'>
  /** Brand, amount or currency differ from what was asked: the caller refunds it in full. */
  conflicted(tx: EntityManager, payment: Payment, at: Date): Promise<void>
  /** A refund was asked for, or one made at the provider was found; nothing is back yet. */
  refundStarted(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void>
  /** The money of this refund is back; `refundedMinor` is the sum of all refunds of the payment that succeeded. */
  refunded(tx: EntityManager, payment: Payment, refund: Refund, refundedMinor: number, at: Date): Promise<void>
  /** A refund failed, at once or after it had succeeded. */
  refundFailed(tx: EntityManager, payment: Payment, refund: Refund, at: Date): Promise<void>
  /** A dispute was opened, or moved on. */
  disputed(tx: EntityManager, payment: Payment, dispute: Dispute, at: Date): Promise<void>
}

export interface OrderFacts {
  description: string
  buyerEmail: string | null
  /** The place is held until then. */
  holdExpiresAt: Date | null
  /** Whether paying still makes sense: nothing is captured for what has ended. */
  awaitsPayment: boolean
}
