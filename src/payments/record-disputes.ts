/** Records how the disputes of a payment stand at its provider. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { beginHistory, type MoveCause, move } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { type Change, noteChange } from './change.ts'
import { disputeStates, isOpenDispute } from './dispute.states.ts'
import { Dispute } from './dispute.ts'
import type { Recording } from './paying.ts'
import type { LookCause } from './payment.states.ts'
import type { Payment } from './payment.ts'
import type { ProviderDispute } from './payment-provider.ts'

/** Brings our rows to what was seen and tells what was paid for of every move. `payment` is locked. */
export async function recordDisputes(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  seen: readonly ProviderDispute[],
  why: MoveCause<LookCause>,
): Promise<Change[]> {
  if (seen.length === 0) return []
  const known = await tx.find(Dispute, { paymentId: payment.id }, { refresh: true })
  const changes: Change[] = []
  for (const one of seen) {
    const ours = known.find((dispute) => dispute.reference === one.reference)
    const before = ours?.status ?? null
    const dispute = ours ?? (await openDispute(tx, context, payment, one, why.at))
    await settleDispute(tx, context, payment, dispute, one, why)
    changes.push(...noteChange('Dispute', dispute.id, one.reference, before, dispute.status))
  }
  return changes
}

async function openDispute(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  { reference, amount, openedAt }: ProviderDispute,
  at: Date,
): Promise<Dispute> {
  const dispute = tx.create(Dispute, {
    id: newId(),
    paymentId: payment.id,
    reference,
    amountMinor: amount?.amountMinor ?? payment.capturedMinor ?? payment.amountMinor,
    currency: amount?.currency ?? payment.capturedCurrency ?? payment.currency,
    status: 'OPEN',
    openedAt: openedAt ?? at,
    closedAt: null,
  })
  beginHistory(tx, disputeStates, dispute, { cause: 'DISPUTE_OPENED', at })
  await tx.flush()
  await context.paymentSubject.disputed(tx, payment, dispute, at)
  return dispute
}

async function settleDispute(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  dispute: Dispute,
  { state, closedAt }: ProviderDispute,
  why: MoveCause<LookCause>,
): Promise<void> {
  if (dispute.status === state) return
  move(tx, disputeStates, dispute, state, why)
  dispute.closedAt = isOpenDispute(state) ? null : (closedAt ?? why.at)
  await tx.flush()
  await context.paymentSubject.disputed(tx, payment, dispute, why.at)
}
