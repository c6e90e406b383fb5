/** Adds a payment with its stored key and the job that opens it. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { beginHistory } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { providerOfMethod } from './methods-offered.ts'
import { ownReferences, recordReferences } from './papers/record-references.ts'
import { paymentStates } from './payment.states.ts'
import { Payment, type PaymentMethod } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'

export interface NewPayment {
  enrolmentId: string
  method: PaymentMethod
  amountMinor: number
  currency: string
  /** Checked by the caller against the allowed origins; our parameters are appended when the provider is asked. */
  returnUrl: string
  /** Viewer key of whoever pays. */
  actor: string | null
  now: Date
}

/** Longer than the call that follows may take, so that the job acts only when that was never made or recorded. */
const OPENED_BY_JOB_AFTER_MS = 15_000

/**
 * Adds a payment in CREATED within the caller's transaction; call `openPayment` with its id once that has committed.
 * Whatever happens to the process, the job opens it.
 */
export async function addPayment(tx: EntityManager, request: NewPayment): Promise<Payment> {
  const { now, actor, ...facts } = request
  const id = newId()
  const payment = tx.create(Payment, {
    ...facts,
    id,
    provider: providerOfMethod[facts.method],
    status: 'CREATED',
    openKey: `${id}:open:1`,
    attempt: 1,
    description: null,
    buyerEmail: null,
    closesAt: null,
    captureKey: null,
    reference: null,
    captureReference: null,
    pendingReason: null,
    pendingSince: null,
    redirectUrl: null,
    actionExpiresAt: null,
    cardBrand: null,
    cardLast4: null,
    failureCode: null,
    failureMessage: null,
    failureRetryable: null,
    capturedMinor: null,
    capturedCurrency: null,
    capturedAt: null,
    feeMinor: null,
    netMinor: null,
    settlementCurrency: null,
    exchangeRate: null,
    availableAt: null,
    payoutReference: null,
    paidOutAt: null,
    fraudWarningAt: null,
    lookAgainAt: null,
    createdAt: now,
    updatedAt: now,
  })
  beginHistory(tx, paymentStates, payment, { cause: 'PAYMENT_REQUESTED', actor, at: now })
  await tx.flush()
  await recordReferences(tx, payment, ownReferences(payment))
  await paymentJobs.open.add(tx, { paymentId: id }, { afterMs: OPENED_BY_JOB_AFTER_MS })
  return payment
}
