/** Does a deed about a case, logs it, and closes what it ends. */
import { CaseEntry } from '../cases/case.ts'
import type { Refund } from '../payments/refund.ts'
import { newId } from '../store/row.ts'
import type { Deed, Doing } from './deed.ts'

/** All is locked, and the deed is possible. Answers the refund, when it makes one. */
export async function act(doing: Doing, deed: Deed): Promise<Refund | null> {
  const { tx, case: about, order, actor, at } = doing
  const { action, reason: note } = order
  const refund = await deed.perform(doing)
  tx.create(CaseEntry, { id: newId(), caseId: about.id, at, by: actor, action, note })
  await tx.flush()
  // What the deed has ended has closed it already, by itself as it seemed.
  await tx.execute(
    `update operator_case set status = 'CLOSED', outcome = ?, closed_by = ?, closed_at = ?
     where id = ? and (? or status = 'CLOSED')`,
    [action === 'DISMISS' ? 'DISMISSED' : 'ACTED', actor, at, about.id, deed.closes(about)],
  )
  return refund
}
