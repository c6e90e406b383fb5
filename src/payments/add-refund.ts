/** Adds a refund under the payment's lock, never above what was captured. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { closeCase } from '../cases/open-case.ts'
import { balanceOf, refundsOf } from './balance.ts'
import { createRefund } from './create-refund.ts'
import type { Payment } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'
import { Refund, type RefundWait } from './refund.ts'
import { failedWish, fulfils } from './unfulfilled-wish.rules.ts'

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
  RUN_CANCELLED: 'REFUND_REQUESTED_FOR_RUN',
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
  /** A row before it of the same wish: each try is a new row with a new key. Who asks again after a failure wishes the same. */
  wish?: Pick<Refund, 'wishId' | 'askedAt'>
  /** What it waits for, and until when; it is submitted at once when it is not said. */
  wait?: { waitingFor: RefundWait; until: Date }
}

/**
 * Adds a refund in REQUESTED within the caller's transaction. The payment is locked by the caller, so that parallel
 * requests are added up one after the other. What is paid for is not told: whoever asks knows. Throws RefundExceeds.
 */
export async function addRefund(tx: EntityManager, payment: Payment, request: RefundRequest): Promise<Refund> {
  const { now, wait, wish: given, ...facts } = request
  const { leftMinor } = await balanceOf(tx, payment)
  if (facts.amountMinor > leftMinor) throw new RefundExceeds(leftMinor)
  const failed = given ? null : failedWish(await refundsOf(tx, payment))
  const whole = failed === null || fulfils(facts.amountMinor, failed, leftMinor)
  // Its case is over: somebody has asked again.
  if (failed && whole) await closeCase(tx, 'REFUND_FAILED', { type: 'Refund', id: failed.id }, now)
  const why = { cause: causeBy[facts.origin], actor: facts.requestedBy, at: now }
  const refund = await createRefund(
    tx,
    payment,
    {
      ...facts,
      currency: payment.capturedCurrency ?? payment.currency,
      status: 'REQUESTED',
      ...(await placeInWish(tx, given ?? failed, whole)),
      reference: null,
      requestedAt: now,
      waitingFor: wait?.waitingFor ?? null,
      nextTryAt: wait?.until ?? null,
    },
    why,
  )
  await paymentJobs.submitRefund.add(tx, { refundId: refund.id }, wait ? { runAt: wait.until } : {})
  return refund
}

/**
 * The facts that tie a new row to the rows before it; it is the first when there is none. A part (not the `whole`) has only
 * the instant of the wish, whose rest goes on standing as it does.
 */
export async function placeInWish(tx: EntityManager, wish: Pick<Refund, 'wishId' | 'askedAt'> | null, whole: boolean) {
  if (!wish) return { attempt: 1 }
  const { wishId, askedAt } = wish
  if (!whole) return { attempt: 1, askedAt }
  return { attempt: (await tx.count(Refund, { wishId })) + 1, wishId, askedAt }
}

/** Refunds whatever is left of a payment that is not to be kept; null when nothing is left. The payment is locked. */
export async function refundInFull(
  tx: EntityManager,
  payment: Payment,
  { reason, keepRegistration, now }: { reason: string; keepRegistration: boolean; now: Date },
): Promise<Refund | null> {
  const { leftMinor } = await balanceOf(tx, payment)
  if (leftMinor === 0) return null
  const facts = { amountMinor: leftMinor, reason, keepRegistration, now, requestedBy: null }
  return addRefund(tx, payment, { ...facts, origin: 'COMPENSATION' })
}
