/** Runs transactions whose jobs commit together with their rows. */
import type { EntityManager } from '@mikro-orm/postgresql'

/** Runs `work` in one transaction on its own fork; what it returns is returned once committed. */
export function inTransaction<Result>(
  em: EntityManager,
  work: (tx: EntityManager) => Promise<Result>,
): Promise<Result> {
  return em.fork({ clear: true }).transactional(work)
}

export interface JobOptions {
  /** A job with this key replaces the waiting one instead of joining it; one that runs already is superseded by it. */
  key: string
  /** Keep the waiting job's own time when its key is added again. */
  preserveRunAt?: boolean
  runAt?: Date
  /** So much later by the database's clock, the one that jobs run by; instead of `runAt`. */
  afterMs?: number
  maxAttempts?: number
}

/** Adds a durable job within the transaction of `tx`. */
export async function addJob(
  tx: EntityManager,
  task: string,
  payload: Record<string, unknown>,
  options: JobOptions,
): Promise<void> {
  const { key, runAt = null, afterMs = 0, maxAttempts = 25, preserveRunAt = false } = options
  const mode = preserveRunAt ? 'preserve_run_at' : 'replace'
  await tx.execute(
    "select graphile_worker.add_job(?, payload => ?::json, run_at => coalesce(?::timestamptz, now() + ? * interval '1 ms'), max_attempts => ?, job_key => ?, job_key_mode => ?)",
    [task, JSON.stringify(payload), runAt, afterMs, maxAttempts, key, mode],
  )
}

/** Tells every replica's subscribers that something changed, once this transaction commits. */
export async function announce(tx: EntityManager, topic: string, id: string): Promise<void> {
  await tx.execute('select pg_notify(?, ?)', ['gateway', `${topic}:${id}`])
}

/** Whether `error` is PostgreSQL's refusal of a duplicate in the named constraint or index. */
export function isDuplicateOf(error: unknown, constraint: string): boolean {
  const { code, constraint: name } = error as { code?: string; constraint?: string }
  return code === '23505' && name === constraint
}
