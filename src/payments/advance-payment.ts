/** Brings a payment up to what its provider says: the one function that return, webhook, job and reconciliation call. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import type { Context, Job } from '../context.ts'
import { move } from '../store/history.ts'
import { canMove } from '../store/states.ts'
import { addJob, announce, inTransaction } from '../store/transaction.ts'
import { keepDisputes } from './keep-disputes.ts'
import { paymentStates } from './payment.states.ts'
import { Payment, type PaymentStatus } from './payment.ts'
import type { PaymentProvider, ProviderCapture, ProviderPayment } from './payment-provider.ts'
import { addRefund } from './request-refund.ts'
import { importRefunds } from './settle-refund.ts'

/** Asks the provider, takes money that was approved and is still wanted, and stores what it says. Throws OutsideFailure. */
export async function advancePayment(context: Context, paymentId: string, cause: string): Promise<void> {
  const payment = await context.em.fork().findOneOrFail(Payment, paymentId)
  const provider = context.providers[payment.provider]
  const seen = payment.reference
    ? await provider.look(payment.reference)
    : await provider.findByPaymentId(payment.id, payment.createdAt)
  if (!seen) return
  const now = seen.state === 'APPROVED' ? await capture(context, provider, payment, seen) : seen
  await inTransaction(context.em, (tx) => record(context, tx, paymentId, now, cause))
}

/** The buyer agreed: the money is taken unless what it is for has ended meanwhile. */
async function capture(
  context: Context,
  provider: PaymentProvider,
  payment: Payment,
  seen: ProviderPayment,
): Promise<ProviderPayment> {
  const { awaitsPayment } = await context.paidThing.orderFor(context.em.fork(), payment)
  if (!awaitsPayment || !['REQUIRES_ACTION', 'UNKNOWN', 'PROCESSING', 'CREATED'].includes(payment.status)) return seen
  return provider.capture(seen.reference, `${payment.id}-capture-${payment.attempt}`)
}

/** Stores what the provider says, in the caller's transaction: payment, then what it pays for, then refunds, disputes. */
async function record(
  context: Context,
  tx: EntityManager,
  paymentId: string,
  seen: ProviderPayment,
  cause: string,
): Promise<void> {
  const at = context.now()
  const payment = await tx.findOneOrFail(Payment, paymentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
  payment.reference ??= seen.reference
  if (seen.capture && payment.capturedAt === null) await recordCapture(context, tx, payment, seen.capture, cause)
  else if (!seen.capture) recordProgress(tx, payment, seen, { cause, at })
  await importRefunds(context, tx, payment, seen.refunds)
  await keepDisputes(context, tx, payment, seen.disputes)
  await announce(tx, 'enrolment', payment.enrolmentId)
}

function recordProgress(tx: EntityManager, payment: Payment, seen: ProviderPayment, why: { cause: string; at: Date }) {
  const { failure } = seen
  if (failure) {
    payment.failureCode = failure.code
    payment.failureMessage = failure.message
    payment.failureRetryable = failure.retryable
  }
  const to: PaymentStatus = seen.state === 'APPROVED' ? 'REQUIRES_ACTION' : (seen.state as PaymentStatus)
  payment.redirectUrl = to === 'REQUIRES_ACTION' ? seen.redirectUrl : null
  if (payment.status !== to && canMove(paymentStates, payment.status, to)) move(tx, paymentStates, payment, to, why)
}

const brands = new Set(['VISA', 'MASTERCARD', 'AMERICAN_EXPRESS'])

/** Why what was paid is not what was asked; null when it is. */
function conflictOf(payment: Payment, capture: ProviderCapture): string | null {
  if (capture.amount.currency !== payment.currency) return 'CURRENCY_DIFFERS'
  if (capture.amount.amountMinor !== payment.amountMinor) return 'AMOUNT_DIFFERS'
  if (payment.method === 'CARD' && !brands.has(capture.cardBrand ?? '')) return 'CARD_BRAND_NOT_ACCEPTED'
  return null
}

async function recordCapture(
  context: Context,
  tx: EntityManager,
  payment: Payment,
  capture: ProviderCapture,
  cause: string,
): Promise<void> {
  const at = context.now()
  payment.captureReference = capture.reference
  payment.capturedMinor = capture.amount.amountMinor
  payment.capturedCurrency = capture.amount.currency
  payment.capturedAt = capture.capturedAt
  payment.cardBrand = capture.cardBrand
  payment.cardLast4 = capture.cardLast4
  payment.redirectUrl = null
  payment.failureCode = payment.failureMessage = payment.failureRetryable = null
  const conflict = conflictOf(payment, capture)
  move(tx, paymentStates, payment, 'SUCCEEDED', { cause, at })
  if (conflict) {
    payment.failureCode = conflict
    payment.failureMessage = 'What was paid differs from what was asked; it is paid back in full.'
    payment.failureRetryable = true
    move(tx, paymentStates, payment, 'CONFLICTED', { cause: conflict, at })
    await tx.flush()
    await context.paidThing.conflicted(tx, payment, at)
    await giveBack(context, tx, payment, conflict)
    return
  }
  await tx.flush()
  const wanted = await context.paidThing.paid(tx, payment, at)
  if (wanted === 'unwanted') await giveBack(context, tx, payment, 'NOT_WANTED_ANY_MORE')
}

/** The whole capture goes back, whatever the refund window says. */
async function giveBack(context: Context, tx: EntityManager, payment: Payment, reason: string): Promise<void> {
  await addRefund(tx, payment, {
    ...{ amountMinor: payment.capturedMinor as number, origin: 'COMPENSATION' as const, reason },
    ...{ keepRegistration: true, requestedBy: null, now: context.now() },
  })
}

/** Advances one payment: after a webhook, or while its outcome is not known. */
export const advancePaymentJob: Job = {
  task: 'advance_payment',
  run: (context, { paymentId }) => advancePayment(context, paymentId as string, 'PROVIDER_ASKED'),
}

/** Adds that job in the caller's transaction. */
export function advanceSoon(tx: EntityManager, paymentId: string, runAt?: Date): Promise<void> {
  return addJob(tx, 'advance_payment', { paymentId }, { key: `advance_payment:${paymentId}`, ...(runAt && { runAt }) })
}
