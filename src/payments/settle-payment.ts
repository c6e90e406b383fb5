/** Settles a locked payment as its provider has it and tells its subject. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { MoveCause } from '../store/history.ts'
import { refundInFull } from './add-refund.ts'
import { correctToMatchTheProvider, movePayment } from './move-payment.ts'
import { nextLook } from './next-look.rules.ts'
import type { Recording } from './paying.ts'
import { type ConflictCause, isEndedPayment, isOpenPayment, type LookCause, paymentSteps } from './payment.states.ts'
import type { Payment, PaymentStatus } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { ProviderCapture, ProviderPayment } from './payment-provider.ts'
import { openUnsettledCase } from './unsettled-payments.ts'

/** Why and when somebody looked. */
export interface Sighting extends MoveCause<LookCause> {
  /** The moment before the provider was asked: a row that moved later knows better, money apart. */
  lookedAt: Date
}

/** Moves the payment to what was seen. A state that no legal move leads to is logged and left for reconciliation. */
export async function settlePayment(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  seen: ProviderPayment,
  why: Sighting,
): Promise<void> {
  if (seen.capture && seen.state === 'SUCCEEDED') return settleCaptured(tx, context, payment, seen.capture, why)
  if (isEndedPayment(payment.status)) return closeLeftOpen(tx, payment, seen)
  const to = statusOf(payment, seen)
  if (!isOpenPayment(payment.status) || paymentSteps(payment.status, to) === null) {
    const facts = { paymentId: payment.id, from: payment.status, to: seen.state }
    if (payment.status !== to) context.log.warn(facts, 'the provider has a payment where it cannot be')
    return
  }
  if (payment.updatedAt > why.lookedAt && payment.status !== to) return lookAgain(tx, payment)
  const neverOpen = payment.status === 'CREATED' || payment.status === 'UNKNOWN'
  movePayment(tx, payment, to, why)
  if (to === 'REQUIRES_ACTION') endCapture(payment)
  recordAction(payment, seen)
  if (neverOpen && to === 'REQUIRES_ACTION' && payment.actionExpiresAt) {
    await tx.flush()
    await context.paymentSubject.opened(tx, payment, payment.actionExpiresAt)
  }
  recordFailure(payment, seen)
  recordPending(payment, seen)
  await tx.flush()
  await openUnsettledCase(tx, payment, why.at)
}

/** The row moved while this look was on its way: which of the two is the newer is found out by another one. */
function lookAgain(tx: EntityManager, { id }: Payment): Promise<void> {
  return paymentJobs.advance.add(tx, { paymentId: id }, { afterMs: LOOK_AGAIN_AFTER_MS })
}

const LOOK_AGAIN_AFTER_MS = 1_000

/** The buyer's turn again: what was tried last is decided, and the next capture has a key of its own. */
function endCapture(payment: Payment): void {
  if (payment.captureKey === null) return
  payment.captureKey = null
  payment.attempt += 1
}

/** APPROVED is still the buyer's turn here until a capture is claimed; while one is under way, it is not undone. */
function statusOf(payment: Payment, { state, capture }: ProviderPayment): PaymentStatus {
  if (state === 'SUCCEEDED') return capture ? 'SUCCEEDED' : 'PROCESSING'
  if (state !== 'APPROVED') return state
  return payment.captureKey === null ? 'REQUIRES_ACTION' : payment.status
}

function recordAction(payment: Payment, { redirectUrl, expiresAt }: ProviderPayment): void {
  payment.redirectUrl = redirectUrl ?? payment.redirectUrl
  payment.actionExpiresAt = expiresAt ?? payment.actionExpiresAt ?? payment.closesAt
}

/** The capture has its name from the first moment, though nothing is taken by it yet. */
function recordPending(payment: Payment, { pending }: Pick<ProviderPayment, 'pending'>): void {
  payment.pendingReason = pending?.reason ?? null
  payment.pendingSince = pending?.since ?? null
  payment.captureReference = pending?.captureReference ?? payment.captureReference
}

function recordFailure(payment: Payment, { failure }: ProviderPayment): void {
  payment.failureCode = failure?.code.toUpperCase() ?? payment.failureCode
  payment.failureMessage = failure?.message ?? payment.failureMessage
  payment.failureRetryable = failure?.retryable ?? payment.failureRetryable
}

/** It had ended here and can still be paid there: a call that was on its way when it ended has opened it. */
async function closeLeftOpen(tx: EntityManager, payment: Payment, { state }: ProviderPayment): Promise<void> {
  if (state !== 'REQUIRES_ACTION') return
  await paymentJobs.close.add(tx, { paymentId: payment.id })
}

async function settleCaptured(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  capture: ProviderCapture,
  why: Sighting,
): Promise<void> {
  if (payment.status === 'SUCCEEDED' || payment.status === 'CONFLICTED') return
  const conflict = conflictOf(payment, capture)
  if (isEndedPayment(payment.status)) correctToMatchTheProvider(tx, payment, why.at)
  movePayment(tx, payment, conflict ? 'CONFLICTED' : 'SUCCEEDED', conflict ? { ...why, cause: conflict } : why)
  recordCapture(payment, capture)
  await tx.flush()
  await paymentJobs.learnSettlement.add(tx, { paymentId: payment.id })
  if (conflict) {
    recordConflict(payment, conflict)
    await refundInFull(tx, payment, { reason: conflict, keepRegistration: false, now: why.at })
  } else if ((await context.paymentSubject.paid(tx, payment, why.at)) === 'unwanted') {
    await refundInFull(tx, payment, { reason: 'PAID_BUT_NOT_WANTED', keepRegistration: true, now: why.at })
  }
}

function recordCapture(payment: Payment, capture: ProviderCapture): void {
  payment.captureReference = capture.reference
  payment.capturedMinor = capture.amount.amountMinor
  payment.capturedCurrency = capture.amount.currency
  payment.capturedAt = capture.capturedAt
  payment.lookAgainAt = nextLook(capture.capturedAt, capture.capturedAt)
  payment.cardBrand = capture.cardBrand
  payment.cardLast4 = capture.cardLast4
  recordPending(payment, { pending: null })
  payment.failureCode = null
  payment.failureMessage = null
  payment.failureRetryable = null
}

function recordConflict(payment: Payment, conflict: string): void {
  payment.failureCode = conflict
  payment.failureMessage = 'What was paid differs from what was asked; it is paid back in full.'
  payment.failureRetryable = true
}

/** Stable code of how what was paid differs from what was asked; null when it does not. */
function conflictOf(payment: Payment, { amount, cardBrand }: ProviderCapture): ConflictCause | null {
  if (amount.currency !== payment.currency) return 'CURRENCY_DIFFERS'
  if (amount.amountMinor !== payment.amountMinor) return 'AMOUNT_DIFFERS'
  if (payment.method === 'CARD' && (cardBrand === null || cardBrand === 'OTHER')) return 'CARD_BRAND_NOT_ACCEPTED'
  return null
}
