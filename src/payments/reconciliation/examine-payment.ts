/** Examines one payment for a reconciliation and corrects it, unless it is a dry run. */
import { inTransaction } from '../../store/transaction.ts'
import { type Advanced, advancePayment, lookAt } from '../advance-payment.ts'
import { type Change, noteChange } from '../change.ts'
import { findPayment, type Paying } from '../paying.ts'
import type { ProviderPayment } from '../payment-provider.ts'
import { recordSeenWithin } from '../record-seen.ts'
import { openRefundStatuses } from '../refund.states.ts'
import { Refund } from '../refund.ts'
import { submitRefund, waitsForItsTurn } from '../submit-refund.ts'

const CAUSE = 'RECONCILIATION'

/** Makes the transaction of a dry run end without a trace. */
class OnlyLooking extends Error {}

/** Compares the payment, its refunds and disputes with the provider and records what is there. Answers what changed. */
export async function healPayment(context: Paying, paymentId: string): Promise<Advanced> {
  const { changes, unread } = await advancePayment(context, paymentId, CAUSE)
  return { changes: [...changes, ...(await submitOpenRefunds(context, paymentId))], unread }
}

/** Refunds that are open after the look: their job may be lost, or may have given up. */
async function submitOpenRefunds(context: Paying, paymentId: string): Promise<readonly Change[]> {
  const em = context.em.fork({ clear: true })
  const refunds = await em.find(Refund, { paymentId, status: { $in: [...openRefundStatuses] } })
  const changes: Change[] = []
  const due = refunds.filter((refund) => refund.status !== 'PENDING' && !waitsForItsTurn(refund, context.now()))
  for (const { id, status } of due) {
    await submitRefund(context, id)
    const after = await context.em.fork({ clear: true }).findOneOrFail(Refund, id)
    changes.push(...noteChange('Refund', id, after.reference, status, after.status))
  }
  return changes
}

/** What `healPayment` would change: recorded in a transaction that is rolled back, with reads alone sent outside. */
export async function comparePayment(context: Paying, paymentId: string): Promise<Advanced> {
  const lookedAt = context.now()
  const payment = await findPayment(context.em, paymentId)
  const seen = await lookAt(context, payment)
  if (seen === null) return { changes: [], unread: [] }
  const changes = await rolledBack(context, async (tx) => {
    const recorded = await recordSeenWithin(tx, context, paymentId, seen, { cause: CAUSE, lookedAt })
    return [...recorded, ...(await wouldBeCaptured(context, paymentId, seen))]
  })
  return { changes, unread: seen.unread }
}

async function wouldBeCaptured(context: Paying, paymentId: string, seen: ProviderPayment): Promise<readonly Change[]> {
  if (seen.state !== 'APPROVED') return []
  const payment = await findPayment(context.em, paymentId)
  return noteChange('Payment', paymentId, seen.reference, payment.status, 'PROCESSING')
}

async function rolledBack<Result>(
  context: Paying,
  work: (tx: Parameters<typeof recordSeenWithin>[0]) => Promise<Result>,
): Promise<Result> {
  let result: { value: Result } | null = null
  try {
    await inTransaction(context.em, async (tx) => {
      result = { value: await work(tx) }
      throw new OnlyLooking()
    })
  } catch (error) {
    if (!(error instanceof OnlyLooking)) throw error
  }
  return (result as unknown as { value: Result }).value
}
