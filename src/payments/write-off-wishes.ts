/** Ends the wishes for money back of a payment: nothing more is expected of them. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type MoveCause, move } from '../store/history.ts'
import { refundsOf } from './balance.ts'
import { isWithProvider } from './outside-refusal.rules.ts'
import type { Payment } from './payment.ts'
import { isOpenRefund, refundStates, voidRefundStatuses } from './refund.states.ts'
import { settleRefundCases } from './refund-cases.ts'
import { RefundWithProvider } from './settle-outside.ts'
import { lastOfEachWish } from './unfulfilled-wish.rules.ts'

/** What waits is called off, and what failed stays so. The payment is locked. Throws RefundWithProvider. */
export async function writeOffWishes(
  tx: EntityManager,
  payment: Payment,
  { actor, at }: Pick<MoveCause<string>, 'actor' | 'at'>,
): Promise<void> {
  const refunds = await refundsOf(tx, payment)
  if (refunds.some(isWithProvider)) throw new RefundWithProvider()
  for (const refund of lastOfEachWish(refunds)) {
    const waits = isOpenRefund(refund.status)
    if (!waits && !voidRefundStatuses.includes(refund.status)) continue
    if (waits) move(tx, refundStates, refund, 'CANCELLED', { cause: 'WRITTEN_OFF', actor, at })
    if (waits) refund.settledAt = at
    refund.writtenOffAt ??= at
    refund.waitingFor = null
    refund.nextTryAt = null
  }
  await settleRefundCases(tx, at, payment.id)
}
