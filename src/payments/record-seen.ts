/** Records in one transaction what a provider reports of a payment. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { inTransaction } from '../store/transaction.ts'
import { type Change, noteChange } from './change.ts'
import { issuePapers } from './papers/issue-papers.ts'
import { ownReferences, recordReferences, seenReferences } from './papers/record-references.ts'
import { lockPayment, type Paying, type Recording } from './paying.ts'
import type { LookCause } from './payment.states.ts'
import type { Payment } from './payment.ts'
import type { ProviderPayment } from './payment-provider.ts'
import { recordDisputes } from './record-disputes.ts'
import { recordFraudWarning } from './record-fraud-warning.ts'
import { settleRefundCases } from './refund-cases.ts'
import { settlePayment } from './settle-payment.ts'
import { importRefunds } from './settle-refund.ts'

/** Why and when somebody looked. */
export interface Look {
  cause: LookCause
  actor?: string | null
  /** The moment before the provider was asked. */
  lookedAt: Date
}

/** Records it and answers what changed; nothing, when it was known already. */
export function recordSeen(
  context: Paying,
  paymentId: string,
  seen: ProviderPayment,
  look: Look,
): Promise<readonly Change[]> {
  return inTransaction(context.em, (tx) => recordSeenWithin(tx, context, paymentId, seen, look))
}

/** The same within the caller's transaction, which then holds the locks. */
export async function recordSeenWithin(
  tx: EntityManager,
  context: Recording,
  paymentId: string,
  seen: ProviderPayment,
  look: Look,
): Promise<readonly Change[]> {
  const why = { ...look, at: context.now() }
  const payment = await lockPayment(tx, paymentId)
  const before = payment.status
  adoptReference(payment, seen)
  await settlePayment(tx, context, payment, seen, why)
  await tx.flush()
  const changes = [
    ...noteChange('Payment', payment.id, payment.reference, before, payment.status),
    ...(await importRefunds(tx, context, payment, seen.refunds, why)),
    ...(await recordDisputes(tx, context, payment, seen.disputes, why)),
  ]
  await recordFraudWarning(tx, context, payment, seen, why.at)
  await recordReferences(tx, payment, [...ownReferences(payment), ...seenReferences(seen)])
  if (changes.length > 0) await settleRefundCases(tx, why.at, payment.id)
  const isNewPaper = await issuePapers(tx, context, payment)
  if (changes.length > 0 || isNewPaper) await context.paymentSubject.changed(tx, payment)
  return changes
}

/** The first reference stays, unless another object with our id turns out to be the one that took the money. */
function adoptReference(payment: Payment, { reference, capture }: ProviderPayment): void {
  payment.reference ??= reference
  if (payment.reference === reference) return
  if (capture === null || payment.capturedAt !== null) {
    throw new Error(`Payment ${payment.id} is ${payment.reference} at its provider, and also ${reference}`)
  }
  payment.reference = reference
}
