/** Stores how a refund stands at its provider, ours or one made in its dashboard, and tells what was paid for. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { beginHistory, move } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { canMove } from '../store/states.ts'
import { addJob } from '../store/transaction.ts'
import type { Payment } from './payment.ts'
import type { ProviderRefund } from './payment-provider.ts'
import { refundStates } from './refund.states.ts'
import { Refund } from './refund.ts'

/** A pending refund is looked at again after so long. */
const lookAgainMs = 30 * 60_000

/** Takes over every refund that the provider reports of a payment; the payment is locked. */
export async function importRefunds(
  context: Context,
  tx: EntityManager,
  payment: Payment,
  seen: readonly ProviderRefund[],
): Promise<void> {
  for (const one of seen) {
    const known =
      (one.refundId && (await tx.findOne(Refund, { id: one.refundId, paymentId: payment.id }))) ||
      (await tx.findOne(Refund, { reference: one.reference }))
    await settleRefund(context, tx, payment, known || (await providersOwn(context, tx, payment, one)), one)
  }
}

async function providersOwn(context: Context, tx: EntityManager, payment: Payment, one: ProviderRefund) {
  const now = context.now()
  const id = newId()
  const refund = tx.create(Refund, {
    ...{ id, paymentId: payment.id, amountMinor: one.amount.amountMinor, currency: one.amount.currency },
    ...{ status: 'SUBMITTED', origin: 'PROVIDER', reason: null, failureReason: null, keepRegistration: false },
    ...{ callKey: `${id}-provider`, attempt: 1, reference: one.reference, requestedBy: null },
    ...{ requestedAt: one.createdAt, settledAt: null, updatedAt: now },
  } as Refund)
  beginHistory(tx, 'Refund', refund, { cause: 'PROVIDER', at: now })
  await tx.flush()
  await context.paidThing.refundStarted(tx, payment, refund, now)
  return refund
}

/** Moves a refund to how it stands; a repeat of what is known changes nothing. The payment is locked. */
export async function settleRefund(
  context: Context,
  tx: EntityManager,
  payment: Payment,
  refund: Refund,
  seen: ProviderRefund,
): Promise<void> {
  const at = context.now()
  refund.reference = seen.reference
  if (refund.status === seen.state) return
  if (refund.status === 'REQUESTED') move(tx, refundStates, refund, 'SUBMITTED', { cause: 'PROVIDER', at })
  if (!canMove(refundStates, refund.status, seen.state)) return
  move(tx, refundStates, refund, seen.state, { cause: 'PROVIDER', at })
  refund.failureReason = seen.failureReason
  if (seen.state !== 'PENDING') refund.settledAt = at
  await tx.flush()
  if (seen.state === 'SUCCEEDED') {
    await context.paidThing.refunded(tx, payment, refund, await refundedMinor(tx, payment.id), at)
  } else if (seen.state === 'PENDING') {
    const runAt = new Date(at.getTime() + lookAgainMs)
    await addJob(tx, 'submit_refund', { refundId: refund.id }, { key: `submit_refund:${refund.id}`, runAt })
  } else {
    await context.paidThing.refundFailed(tx, payment, refund, at)
  }
}

/** What has gone back, in minor units: the sum of the refunds that succeeded. */
export async function refundedMinor(tx: EntityManager, paymentId: string): Promise<number> {
  const refunds = await tx.find(Refund, { paymentId, status: 'SUCCEEDED' })
  return refunds.reduce((sum, refund) => sum + refund.amountMinor, 0)
}
