/** Tells whether a bank sent back a refund of a payment that had succeeded. */
import type { EntityManager } from '@mikro-orm/postgresql'

const bounced = `
  select 1 from refund r
  join history_entry h on h.subject_kind = 'Refund' and h.subject_id = r.id and h."from" = 'SUCCEEDED' and h."to" = 'FAILED'
  where r.payment_id = ? limit 1`

export async function hasBounced(tx: EntityManager, paymentId: string): Promise<boolean> {
  await tx.flush()
  return (await tx.execute<unknown[]>(bounced, [paymentId])).length > 0
}
