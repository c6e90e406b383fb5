/** Adds a refund to the books under the payment's lock, never above what was captured, with the job that submits it. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { beginHistory } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { addJob } from '../store/transaction.ts'
import { balanceOf } from './balance.ts'
import type { Payment } from './payment.ts'
import { refundStates } from './refund.states.ts'
import { Refund } from './refund.ts'

/** More was asked for than can still go back. */
export class RefundExceeds extends Error {
  override readonly name = 'RefundExceeds'
  readonly maximumMinor: number

  constructor(maximumMinor: number) {
    super(`at most ${maximumMinor} minor units can be refunded`)
    this.maximumMinor = maximumMinor
  }
}

/** Those that are asked for here; the provider's own are found there. */
const causeBy = {
  LEARNER: 'REFUND_REQUESTED_BY_LEARNER',
  OPERATOR: 'REFUND_REQUESTED_BY_OPERATOR',
  COMPENSATION: 'REFUND_REQUESTED_BY_COMPENSATION',
} as const

export interface RefundRequest {
  amountMinor: number
  origin: keyof typeof causeBy
  /** In the words of whoever asked. */
  reason: string | null
  /** Whether the registration outlives the refund. */
  keepRegistration: boolean
  /** Viewer key of whoever asked; null for this gateway itself. */
  requestedBy: string | null
  now: Date
  /** Counts the rows of one wish: a retry after a refusal that time mends is a new row with a new key. */
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
  const { leftMinor } = await balanceOf(tx, payment)
  if (facts.amountMinor > leftMinor) throw new RefundExceeds(leftMinor)
  const id = newId()
  const refund = tx.create(Refund, {
    ...facts,
    id,
    paymentId: payment.id,
    currency: payment.capturedCurrency ?? payment.currency,
    status: 'REQUESTED',
    failureReason: null,
    callKey: `${id}:refund:1`,
    attempt,
    sendingSince: null,
    reference: null,
    requestedAt: now,
    settledAt: null,
    updatedAt: now,
  })
  beginHistory(tx, refundStates, refund, { cause: causeBy[facts.origin], actor: facts.requestedBy, at: now })
  await tx.flush()
  await submitSoon(tx, id, afterMs)
  return refund
}

/** Refunds whatever is left of a payment that is not to be kept; null when nothing is left. The payment is locked. */
export async function refundInFull(
  tx: EntityManager,
  payment: Payment,
  { reason, keepRegistration, now }: { reason: string; keepRegistration: boolean; now: Date },
): Promise<Refund | null> {
  const { leftMinor } = await balanceOf(tx, payment)
  if (leftMinor === 0) return null
  const wish = { amountMinor: leftMinor, reason, keepRegistration, now, requestedBy: null }
  return addRefund(tx, payment, { ...wish, origin: 'COMPENSATION' })
}

/** Sets when the job that submits the refund, or follows it up, runs next. */
export function submitSoon(tx: EntityManager, refundId: string, afterMs: number): Promise<void> {
  return addJob(tx, 'submit_refund', { refundId }, { key: `submit_refund:${refundId}`, afterMs })
}
