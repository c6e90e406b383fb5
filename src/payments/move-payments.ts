/** Moves payments to the enrolment that they pay for from now on. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { globalId } from '../graph/contract/global-id.ts'
import { type MoveCause, noteInHistory } from '../store/history.ts'
import { paymentStates } from './payment.states.ts'
import type { Payment } from './payment.ts'

/** All are locked; each has it in its history, from the one enrolment to the other. */
export async function movePayments(
  tx: EntityManager,
  payments: readonly Payment[],
  enrolmentId: string,
  { actor = null, at }: Pick<MoveCause<string>, 'actor' | 'at'>,
): Promise<void> {
  for (const payment of payments) {
    const change = { from: globalId('Enrolment', payment.enrolmentId), to: globalId('Enrolment', enrolmentId) }
    payment.enrolmentId = enrolmentId
    payment.updatedAt = at
    noteInHistory(tx, paymentStates, payment, change, { cause: 'DEFERRED', actor, at })
  }
  await tx.flush()
}
