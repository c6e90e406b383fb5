/** Runs transactions whose jobs commit together with their rows. */
import type { EntityManager } from '@mikro-orm/postgresql'

/** Runs `work` in one transaction on its own fork; what it returns is returned once committed. */
export function inTransaction<Result>(
  em: EntityManager,
  work: (tx: EntityManager) => Promise<Result>,
): Promise<Result> {
  return em.fork({ clear: true }).transactional(work)
}

/** Tells every replica's subscribers that something changed, once this transaction commits; behind a `/`, one thing of it. */
export async function announce(tx: EntityManager, topic: string, id: string): Promise<void> {
  await tx.execute('select pg_notify(?, ?)', ['gateway', `${topic}:${id}`])
}
