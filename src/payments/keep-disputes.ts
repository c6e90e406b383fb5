/** Takes over the disputes that a provider reports of a payment. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { beginHistory, move } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { canMove } from '../store/states.ts'
import { disputeStates } from './dispute.states.ts'
import { Dispute } from './dispute.ts'
import type { Payment } from './payment.ts'
import type { ProviderDispute } from './payment-provider.ts'

/** Stores each dispute as it stands, in the caller's transaction with the payment locked, and tells what was paid for. */
export async function keepDisputes(
  context: Context,
  tx: EntityManager,
  payment: Payment,
  seen: readonly ProviderDispute[],
): Promise<void> {
  const at = context.now()
  for (const one of seen) {
    const known = await tx.findOne(Dispute, { paymentId: payment.id, reference: one.reference })
    if (known?.status === one.state) continue
    if (known && !canMove(disputeStates, known.status, one.state)) continue
    const dispute = known ?? newDispute(tx, payment, one, at)
    if (dispute.status !== one.state) move(tx, disputeStates, dispute, one.state, { cause: 'PROVIDER', at })
    dispute.closedAt = one.closedAt
    await tx.flush()
    await context.paidThing.disputed(tx, payment, dispute, at)
  }
}

function newDispute(tx: EntityManager, payment: Payment, { reference, amount, openedAt }: ProviderDispute, at: Date) {
  const dispute = tx.create(Dispute, {
    ...{ id: newId(), paymentId: payment.id, reference, status: 'OPEN' as const, openedAt, closedAt: null },
    ...{ amountMinor: amount.amountMinor, currency: amount.currency },
  })
  beginHistory(tx, 'Dispute', dispute, { cause: 'PROVIDER', at })
  return dispute
}
