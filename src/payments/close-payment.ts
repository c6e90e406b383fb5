/** Closes an open payment at its provider, then here, unless money came first. */
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { lookAt } from './advance-payment.ts'
import { movePayment } from './move-payment.ts'
import { findPayment, lockPayment, type Paying } from './paying.ts'
import { isEndedPayment, isOpenPayment, type LookCause } from './payment.states.ts'
import type { Payment, PaymentStatus } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { ProviderPayment } from './payment-provider.ts'
import { recordSeenWithin } from './record-seen.ts'

interface Closing {
  to: 'CANCELLED' | 'EXPIRED'
  cause: LookCause
  actor: string | null
  /** The moment before the provider was asked. */
  lookedAt: Date
}

/**
 * Asks the provider to close it and records how it stands after. Answers the status it ended in: `to`, or SUCCEEDED when
 * the buyer was faster, or PROCESSING when the money is on its way. Throws UpstreamFailure when the provider cannot be
 * asked: nothing is closed then.
 */
export async function closePayment(
  context: Paying,
  paymentId: string,
  to: 'CANCELLED' | 'EXPIRED',
  cause: LookCause,
  actor: string | null = null,
): Promise<PaymentStatus> {
  const payment = await findPayment(context.em, paymentId)
  const leftOpen = isEndedPayment(payment.status) && payment.reference !== null
  if (!isOpenPayment(payment.status) && !leftOpen) return payment.status
  const lookedAt = context.now()
  const seen = await closeAt(context, payment)
  return record(context, paymentId, seen, { to, cause, actor, lookedAt })
}

/** How it stands at the provider after closing; null when there is nothing of it. */
async function closeAt(context: Paying, payment: Payment): Promise<ProviderPayment | null> {
  const reference = payment.reference ?? (await lookAt(context, payment))?.reference
  if (reference === undefined) return null
  // Closing moves no money and may be repeated: a stored refusal of an earlier try must not be replayed.
  const key = `${payment.id}:close:${context.now().getTime()}`
  const provider = context.providers[payment.provider]
  try {
    return await provider.close(reference, key)
  } catch (failure) {
    if (!isUpstreamFailure(failure, 'REFUSED')) throw failure
    // Forgotten there, as PayPal does with orders that nobody paid, or else in the way for a reason of its own.
    if ((await provider.look(reference)) !== null) throw failure
    return null
  }
}

function record(
  context: Paying,
  paymentId: string,
  seen: ProviderPayment | null,
  closing: Closing,
): Promise<PaymentStatus> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payment = await lockPayment(tx, paymentId)
    if (seen && (!isUnpaid(seen) || payment.captureKey !== null)) {
      await recordSeenWithin(tx, context, paymentId, seen, closing)
    }
    // A capture that is still under way is not undone: what it comes to decides.
    const unpaid = seen === null || isUnpaid(seen)
    if (unpaid && payment.captureKey === null && isOpenPayment(payment.status)) {
      payment.reference ??= seen?.reference ?? null
      // UNKNOWN does not expire: the provider has just said that there is nothing, or that it is closed.
      const to = payment.status === 'UNKNOWN' ? 'CANCELLED' : closing.to
      movePayment(tx, payment, to, { cause: closing.cause, actor: closing.actor, at })
      await context.paymentSubject.changed(tx, payment)
    }
    return payment.status
  })
}

/** No money came and none is on its way. PayPal's orders stay open there: what counts is that we never capture them. */
function isUnpaid({ state }: ProviderPayment): boolean {
  return state === 'REQUIRES_ACTION' || state === 'APPROVED' || state === 'CANCELLED' || state === 'EXPIRED'
}

/** Closes what is not to be paid any more: another payment was faster, or this one had ended before it was opened. */
export const closePaymentJob = paymentJobs.close.runs(async (context: Paying, { paymentId }) => {
  await closePayment(context, paymentId, 'CANCELLED', 'NOT_NEEDED_ANY_MORE')
})
