/** Captures an approved order: claims it under lock, calls, then records. */
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure, type UpstreamFailure } from '../values/upstream-failure.ts'
import { type Change, noteChange } from './change.ts'
import { movePayment } from './move-payment.ts'
import { findPayment, lockPayment, type Paying } from './paying.ts'
import { isOpenPayment, type LookCause } from './payment.states.ts'
import type { Payment } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { PaymentProvider, ProviderPayment } from './payment-provider.ts'
import { recordSeen } from './record-seen.ts'

interface Cause {
  cause: LookCause
  actor: string | null
}

/** Longer than the call may take: the job acts only when the call was never made, or never recorded. */
const FOLLOWED_UP_AFTER_MS = 15_000
/** After an answer that never came: soon, for a buyer waits. */
const ASKED_AGAIN_AFTER_MS = 2_000

/**
 * Captures what was seen APPROVED; two at once use one key, and so one capture. Null when nothing is to be taken: the
 * payment or what it pays for has ended. Throws UpstreamFailure when the outcome is not known or nothing was done yet.
 */
export async function capturePayment(
  context: Paying,
  payment: Payment,
  approved: ProviderPayment,
  why: Cause,
): Promise<readonly Change[] | null> {
  const { awaitsPayment } = await context.paymentSubject.orderFor(context.em.fork({ clear: true }), payment)
  // A capture that was claimed before may have been made: it is asked for again to hear how it went.
  if (!awaitsPayment && payment.captureKey === null) return null
  const key = await claim(context, payment.id, approved.reference, why)
  if (key === null) return null
  const lookedAt = context.now()
  try {
    const seen = await captureOrLook(context.providers[payment.provider], approved.reference, key)
    const changes = await recordSeen(context, payment.id, seen, { ...why, lookedAt })
    // Told from where it stood before the claim.
    const { reference, status } = await findPayment(context.em, payment.id)
    const moved = noteChange('Payment', payment.id, reference, payment.status, status)
    return [...moved, ...changes.filter(({ subjectKind }) => subjectKind !== 'Payment')]
  } catch (failure) {
    if (isUpstreamFailure(failure, 'UNKNOWN')) await recordUnknown(context, payment.id)
    throw failure
  }
}

/** Transaction 1: PROCESSING, the key, and the job that goes on should this process not. The key; null when it ended. */
function claim(context: Paying, paymentId: string, reference: string, why: Cause): Promise<string | null> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payment = await lockPayment(tx, paymentId)
    if (!isOpenPayment(payment.status)) return null
    payment.reference ??= reference
    payment.captureKey ??= `${payment.id}:capture:${payment.attempt}`
    movePayment(tx, payment, 'PROCESSING', { ...why, at })
    await tx.flush()
    await context.paymentSubject.changed(tx, payment)
    await paymentJobs.advance.add(tx, { paymentId }, { afterMs: FOLLOWED_UP_AFTER_MS })
    return payment.captureKey
  })
}

/** A definitive no leaves the order as it is: that says whether it was captured before, or is the buyer's turn again. */
async function captureOrLook(provider: PaymentProvider, reference: string, key: string): Promise<ProviderPayment> {
  try {
    return await provider.capture(reference, key)
  } catch (failure) {
    if (!isUpstreamFailure(failure, 'REFUSED')) throw failure
    const seen = await provider.look(reference)
    if (seen === null) throw failure
    return seen.state === 'APPROVED' ? declined(seen, failure) : seen
  }
}

function declined(seen: ProviderPayment, { code }: UpstreamFailure): ProviderPayment {
  const message = 'The payment was not accepted. Choose another way to pay and try again.'
  return { ...seen, state: 'REQUIRES_ACTION', failure: seen.failure ?? { code, message, retryable: true } }
}

function recordUnknown(context: Paying, paymentId: string): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payment = await lockPayment(tx, paymentId)
    if (payment.status === 'PROCESSING') movePayment(tx, payment, 'UNKNOWN', { cause: 'PROVIDER_SILENT', at })
    await tx.flush()
    if (!isOpenPayment(payment.status)) return
    await context.paymentSubject.changed(tx, payment)
    await paymentJobs.advance.add(tx, { paymentId }, { afterMs: ASKED_AGAIN_AFTER_MS })
  })
}
