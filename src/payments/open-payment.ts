/** Opens a payment at its provider, or finds the page that is already open. */
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure, type UpstreamFailure } from '../values/upstream-failure.ts'
import { fixOrder, orderOf } from './fix-order.ts'
import { movePayment } from './move-payment.ts'
import { findPayment, lockPayment, type Paying } from './paying.ts'
import type { Payment } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { ProviderPayment } from './payment-provider.ts'
import { closePermissionCase, openPermissionCase } from './permission-case.ts'
import { recordSeenWithin } from './record-seen.ts'

/** The payment as it stands now. `failure` says why there is no page yet; null when there is, or none is needed. */
export interface Opened {
  payment: Payment
  failure: UpstreamFailure | null
}

/** Refusals of the amount itself, in the providers' own words: no try in the same way does better. */
const amountRefusals = new Set([
  'AMOUNT_TOO_SMALL',
  'AMOUNT_TOO_LARGE',
  'DECIMAL_PRECISION',
  'DECIMALS_NOT_SUPPORTED',
  'MAX_VALUE_EXCEEDED',
])
/** After an answer that never came: soon, for a buyer waits. */
const ASKED_AGAIN_AFTER_MS = 2_000
/** A call made in the same moment as its row is the first; a later one may repeat one whose answer was lost. */
const FIRST_CALL_WITHIN_MS = 1_000

/**
 * Asks the provider with the stored key, outside any transaction, and stores the answer: REQUIRES_ACTION with the page
 * to send the buyer to; FAILED when it refused for good; UNKNOWN when nobody can say; CREATED still when it certainly
 * did nothing. In the last two a job goes on. A payment that was opened already is answered as it stands.
 */
export async function openPayment(context: Paying, paymentId: string): Promise<Opened> {
  const payment = await findPayment(context.em, paymentId)
  if (!isToBeOpened(payment)) return { payment, failure: null }
  const lookedAt = context.now()
  let failure: UpstreamFailure | null = null
  try {
    const seen = await ask(context, payment)
    if (seen) await recordOpened(context, payment, seen, lookedAt)
    else await recordNeverOpened(context, paymentId)
  } catch (error) {
    if (!isUpstreamFailure(error)) throw error
    await recordFailure(context, paymentId, error)
    failure = error
  }
  return { payment: await findPayment(context.em, paymentId), failure }
}

/** CREATED, or asked for without ever hearing the answer. */
function isToBeOpened({ reference, status }: Payment): boolean {
  return reference === null && (status === 'CREATED' || status === 'UNKNOWN')
}

/** What is open at the provider, opening it when nothing is; null when it is too late to open anything. */
async function ask(context: Paying, payment: Payment): Promise<ProviderPayment | null> {
  const provider = context.providers[payment.provider]
  const repeats =
    payment.status === 'UNKNOWN' || context.now().getTime() - payment.createdAt.getTime() > FIRST_CALL_WITHIN_MS
  const found = repeats ? await provider.findByPaymentId(payment.id, payment.createdAt) : null
  if (found) return found
  const ordered = await fixOrder(context, payment)
  return ordered && provider.open(orderOf(ordered))
}

async function recordOpened(context: Paying, payment: Payment, seen: ProviderPayment, lookedAt: Date): Promise<void> {
  await inTransaction(context.em, async (tx) => {
    await recordSeenWithin(tx, context, payment.id, seen, { cause: 'PAYMENT_OPENED', lookedAt })
    await closePermissionCase(tx, payment.provider, 'open', context.now())
  })
}

function recordNeverOpened(context: Paying, paymentId: string): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payment = await lockPayment(tx, paymentId)
    if (!isToBeOpened(payment)) return
    // The provider was asked and has none: UNKNOWN ends as CANCELLED, for nothing of it can expire there.
    const expired = payment.closesAt !== null && payment.status === 'CREATED'
    movePayment(tx, payment, expired ? 'EXPIRED' : 'CANCELLED', { cause: 'NEVER_OPENED', at })
    await context.paymentSubject.changed(tx, payment)
  })
}

function recordFailure(context: Paying, paymentId: string, failure: UpstreamFailure): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payment = await lockPayment(tx, paymentId)
    if (!isToBeOpened(payment)) return
    if (failure.kind === 'REFUSED') {
      movePayment(tx, payment, 'FAILED', { cause: 'PROVIDER_REFUSED', at })
      const code = failure.code.toUpperCase()
      payment.failureCode = amountRefusals.has(code) ? 'AMOUNT_NOT_ACCEPTED' : code
      payment.failureMessage = 'The payment provider did not accept this payment. Try again, or pay the other way.'
      payment.failureRetryable = true
    } else if (failure.kind === 'UNKNOWN') {
      movePayment(tx, payment, 'UNKNOWN', { cause: 'PROVIDER_SILENT', at })
      await tx.flush()
      await paymentJobs.open.add(tx, { paymentId }, { afterMs: ASKED_AGAIN_AFTER_MS })
    } else if (failure.kind === 'NOT_PERMITTED') {
      await openPermissionCase(tx, payment.provider, 'open', failure.said, at)
    }
    await context.paymentSubject.changed(tx, payment)
  })
}

/** Opens what its caller could not: after a crash, an outage or a lost answer. */
export const openPaymentJob = paymentJobs.open.runs(async (context: Paying, { paymentId }) => {
  const { failure } = await openPayment(context, paymentId)
  if (failure && failure.kind !== 'REFUSED') throw failure
})
