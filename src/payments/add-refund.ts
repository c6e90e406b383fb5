/** Adds a refund under the payment's lock, never above what was captured. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { addJob } from '../store/transaction.ts'
import { createRefund } from './create-refund.ts'
import { Dispute } from './dispute.ts'
import type { Payment } from './payment.ts'
import { voidRefundStatuses } from './refund.states.ts'
import { Refund, type RefundOrigin } from './refund.ts'

/** More was asked for than can still go back. */
export class RefundExceeds extends Error {
  override readonly name = 'RefundExceeds'
  readonly maximumMinor: number

  constructor(maximumMinor: number) {
    super(`at most ${maximumMinor} minor units can be refunded`)
    this.maximumMinor = maximumMinor
  }
}

export interface RefundRequest {
  amountMinor: number
  origin: RefundOrigin
  /** In the words of whoever asked. */
  reason: string | null
  /** Whether the registration outlives the refund. */
  keepRegistration: boolean
  /** Viewer key of whoever asked; null for this gateway itself. */
  requestedBy: string | null
  now: Date
  /** Counts the rows of one request: a retry after a refusal that time mends is a new row with a new key. */
  attempt?: number
  /** So much later it is submitted; at once when it is not said. */
  afterMs?: number
}

/**
 * Adds a refund in REQUESTED within the caller's transaction. The payment is locked by the caller, so that parallel
 * requests are added up one after the other. What is paid for is not told: whoever asks knows. Throws RefundExceeds.
 */
export async function addRefund(tx: EntityManager, payment: Payment, request: RefundRequest): Promise<Refund> {
  const { now, attempt = 1, afterMs = 0, ...facts } = request
  const maximumMinor = await refundableMinor(tx, payment)
  if (facts.amountMinor > maximumMinor) throw new RefundExceeds(maximumMinor)
  const why = { cause: `REFUND_REQUESTED_BY_${facts.origin}`, actor: facts.requestedBy, at: now }
  const refund = await createRefund(
    tx,
    payment,
    {
      ...facts,
      currency: payment.capturedCurrency ?? payment.currency,
      status: 'REQUESTED',
      attempt,
      reference: null,
      requestedAt: now,
    },
    why,
  )
  await submitSoon(tx, refund.id, afterMs)
  return refund
}

/** Refunds whatever is left of a payment that is not to be kept; null when nothing is left. The payment is locked. */
export async function refundInFull(
  tx: EntityManager,
  payment: Payment,
  { reason, keepRegistration, now }: { reason: string; keepRegistration: boolean; now: Date },
): Promise<Refund | null> {
  const amountMinor = await refundableMinor(tx, payment)
  if (amountMinor === 0) return null
  const facts = { amountMinor, reason, keepRegistration, now, requestedBy: null }
  return addRefund(tx, payment, { ...facts, origin: 'COMPENSATION' })
}

/**
 * What can still go back, in minor units: captured, less every refund that is not void, less what a lost dispute took.
 * The payment is locked.
 */
export async function refundableMinor(tx: EntityManager, payment: Payment): Promise<number> {
  const paymentId = payment.id
  const refunds = await tx.find(Refund, { paymentId, status: { $nin: [...voidRefundStatuses] } })
  const lost = await tx.find(Dispute, { paymentId, status: 'LOST' })
  return Math.max(0, (payment.capturedMinor ?? 0) - sumMinor(refunds) - sumMinor(lost))
}

/** What has gone back, in minor units: the sum of the refunds that succeeded. */
export async function refundedMinor(tx: EntityManager, paymentId: string): Promise<number> {
  return sumMinor(await tx.find(Refund, { paymentId, status: 'SUCCEEDED' }))
}

function sumMinor(parts: readonly { amountMinor: number }[]): number {
  return parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}

/** Sets when the job that submits the refund, or follows it up, runs next. */
export function submitSoon(tx: EntityManager, refundId: string, afterMs: number): Promise<void> {
  return addJob(tx, 'submit_refund', { refundId }, { key: `submit_refund:${refundId}`, afterMs })
}
