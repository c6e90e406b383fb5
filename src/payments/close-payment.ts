/** Ends an open payment, so that it can no longer be paid; when it turns out to be paid already, that is what counts. */
import { LockMode } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { move } from '../store/history.ts'
import { canMove } from '../store/states.ts'
import { inTransaction } from '../store/transaction.ts'
import { advancePayment } from './advance-payment.ts'
import { paymentStates } from './payment.states.ts'
import { Payment } from './payment.ts'

/** Closes the provider's page and moves the payment there. Answers the status it ended in. Throws OutsideFailure. */
export async function closePayment(
  context: Context,
  paymentId: string,
  to: 'CANCELLED' | 'EXPIRED',
  cause: string,
): Promise<Payment['status']> {
  const payment = await context.em.fork().findOneOrFail(Payment, paymentId)
  if (payment.reference && canMove(paymentStates, payment.status, to)) {
    const seen = await context.providers[payment.provider].close(payment.reference, `${payment.id}-close`)
    if (seen.capture || seen.state === 'PROCESSING') await advancePayment(context, paymentId, cause)
  }
  return inTransaction(context.em, async (tx) => {
    const row = await tx.findOneOrFail(Payment, paymentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (canMove(paymentStates, row.status, to)) {
      row.redirectUrl = null
      move(tx, paymentStates, row, to, { cause, at: context.now() })
    }
    return row.status
  })
}
