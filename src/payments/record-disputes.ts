/** Records how the disputes of a payment stand at its provider. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { beginHistory, type MoveCause, move } from '../store/history.ts'
import { newId } from '../store/row.ts'
import type { Money } from '../values/money.ts'
import { type Change, noteChange } from './change.ts'
import { disputeStates, isOpenDispute } from './dispute.states.ts'
import { Dispute } from './dispute.ts'
import type { Recording } from './paying.ts'
import type { LookCause } from './payment.states.ts'
import type { Payment } from './payment.ts'
import type { ProviderDispute } from './payment-provider.ts'
import type { Sighting } from './settle-payment.ts'
import { stageReached } from './stage-reached.rules.ts'

/** Brings our rows to what was seen and tells what was paid for of every change. `payment` is locked. */
export async function recordDisputes(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  seen: readonly ProviderDispute[],
  why: Sighting,
): Promise<Change[]> {
  if (seen.length === 0) return []
  const known = await tx.find(Dispute, { paymentId: payment.id }, { refresh: true })
  for (const dispute of known) dispute.lookedAt = why.lookedAt
  const changes: Change[] = []
  for (const one of seen) {
    const ours = known.find((dispute) => dispute.reference === one.reference)
    const before = ours?.status ?? null
    const dispute = ours ?? openDispute(tx, payment, one, why)
    const factsBefore = ours ? factsOf(ours) : null
    takeFacts(payment, dispute, one)
    moveOn(tx, dispute, one, why)
    await tx.flush()
    if (factsBefore !== factsOf(dispute)) await context.paymentSubject.disputed(tx, payment, dispute, why.at)
    changes.push(...noteChange('Dispute', dispute.id, one.reference, before, dispute.status))
  }
  return changes
}

/** What others act upon: they hear of it when any of it is another. */
function factsOf({ status, stage, refundable, evidenceDueBy, amountMinor, currency, lostMinor }: Dispute): string {
  return JSON.stringify([status, stage, refundable, evidenceDueBy, amountMinor, currency, lostMinor])
}

function openDispute(
  tx: EntityManager,
  payment: Payment,
  { reference, openedAt, refundable, reason }: ProviderDispute,
  { at, lookedAt }: Sighting,
): Dispute {
  const dispute = tx.create(Dispute, {
    id: newId(),
    paymentId: payment.id,
    reference,
    ...capturedOf(payment),
    status: 'OPEN',
    stage: 'CHARGEBACK',
    reason,
    reasonCode: null,
    evidenceDueBy: null,
    evidenceSubmitted: false,
    refundable,
    lostMinor: 0,
    countsRefunds: false,
    feeMinor: null,
    feeCurrency: null,
    openedAt: openedAt ?? at,
    closedAt: null,
    lookedAt,
  })
  beginHistory(tx, disputeStates, dispute, { cause: 'DISPUTE_OPENED', at })
  return dispute
}

function takeFacts(payment: Payment, dispute: Dispute, seen: ProviderDispute): void {
  const { amountMinor, currency } = seen.amount ?? capturedOf(payment)
  const { reason, reasonCode, evidenceSubmitted, refundable, countsRefunds, fee } = seen
  dispute.stage = stageReached(dispute, seen)
  dispute.amountMinor = amountMinor
  dispute.currency = currency
  dispute.reason = reason
  dispute.reasonCode = reasonCode
  dispute.evidenceDueBy = isOpenDispute(seen.state) ? seen.evidenceDueBy : null
  dispute.evidenceSubmitted = evidenceSubmitted
  dispute.refundable = refundable
  dispute.countsRefunds = countsRefunds
  dispute.feeMinor = fee?.amountMinor ?? dispute.feeMinor
  dispute.feeCurrency = fee?.currency ?? dispute.feeCurrency
  // Kept once it is not lost any more: the days on which it was and ceased to be count the same sum.
  if (seen.state === 'LOST') dispute.lostMinor = lostOf(payment, seen)
}

const capturedOf = (payment: Payment): Money => ({
  amountMinor: payment.capturedMinor ?? payment.amountMinor,
  currency: payment.capturedCurrency ?? payment.currency,
})

/** In the currency of the payment: of another one all of it is gone, for nothing here can convert it. */
function lostOf(payment: Payment, { amount, lost }: ProviderDispute): number {
  if (lost === 'NOTHING') return 0
  const captured = capturedOf(payment)
  const said = lost === 'ALL' ? amount : lost
  return said?.currency === captured.currency ? said.amountMinor : captured.amountMinor
}

function moveOn(
  tx: EntityManager,
  dispute: Dispute,
  { state, closedAt }: ProviderDispute,
  why: MoveCause<LookCause>,
): void {
  if (dispute.status === state) return
  move(tx, disputeStates, dispute, state, why)
  dispute.closedAt = isOpenDispute(state) ? null : (closedAt ?? why.at)
}
