/** Records how far a synchronisation has come, creating its row at the first pass. */
import type { Context } from '../context.ts'
import { inTransaction } from '../store/transaction.ts'
import { SyncState } from './sync-state.ts'

export function recordSyncState(context: Context, list: string, facts: Partial<SyncState>): Promise<void> {
  return inTransaction(context.em, async (tx) => {
    const state =
      (await tx.findOne(SyncState, { list })) ??
      tx.create(SyncState, { list, seenUntil: null, etag: null, succeededAt: null, failedAt: null, report: [] })
    tx.assign(state, facts)
  })
}
