/** Begins a reconciliation for an operator, of everything or of one payment. */
import { requireOperator } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { uuidOf } from '../../graph/contract/global-id.ts'
import { noSuch } from '../../graph/contract/no-such.ts'
import { NotFound, refusal } from '../../graph/contract/user-error.ts'
import { newId } from '../../store/row.ts'
import { inTransaction } from '../../store/transaction.ts'
import { Payment } from '../payment.ts'
import { paymentJobs } from '../payment-jobs.ts'
import { newReconciliation, Reconciliation } from './reconciliation.ts'

/**
 * Stores the pass and the job that does it once the one that runs has ended. Throws UNAUTHENTICATED or FORBIDDEN for those
 * who are no operators.
 */
export async function askReconciliation(
  { viewer, em, now }: Context,
  input: { dryRun: boolean; paymentId?: string | null },
) {
  requireOperator(viewer)
  const { dryRun, paymentId: asked = null } = input
  const paymentId = asked === null ? null : uuidOf('Payment', asked)
  return inTransaction(em, async (tx) => {
    if (asked !== null && (paymentId === null || (await tx.count(Payment, { id: paymentId })) === 0)) {
      const message = noSuch('Payment', asked, 'There is no such payment.')
      return { reconciliationId: null, refusals: [refusal(NotFound, {}, message, ['input', 'paymentId'])] }
    }
    const id = newId()
    tx.create(Reconciliation, newReconciliation({ id, startedAt: now(), dryRun }))
    await paymentJobs.reconcileAsked.add(tx, { reconciliationId: id, apply: !dryRun, paymentId })
    return { reconciliationId: id, refusals: [] }
  })
}
