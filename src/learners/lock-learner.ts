/** Locks a learner, so that their scarce things are counted one after the other. */
import type { EntityManager } from '@mikro-orm/postgresql'

/**
 * Until the transaction ends. Taken after an idempotency key and before any row: whoever waits for it holds none. Not the
 * learner's row, which every new enrolment refers to.
 */
export async function lockLearner(tx: EntityManager, learnerId: string): Promise<void> {
  await tx.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [JSON.stringify(['learner', learnerId])])
}
