/** Frees jobs that are locked in our own name and that no worker of ours is doing. */
import type { WorkerEvents } from 'graphile-worker'
import type { Pool } from 'pg'

export interface ForgottenJobs {
  /** Frees those that were forgotten the last time already: what has just been taken or done is still on its way. */
  free(): Promise<void>
}

/** Superseded while it ran, as in worker-presence: its successor goes on, and it would stay for good. */
const free = `
  with freed as (
    update graphile_worker._private_jobs set locked_at = null, locked_by = null
    where id = any($1::bigint[]) and locked_by = any($2::text[]) returning id, key, attempts, max_attempts)
  select id from freed where key is null and attempts >= max_attempts`

/**
 * A connection that is lost after PostgreSQL has given out a job, and before we have heard of it, leaves the job locked by
 * a worker that lives. The library gives it back after four hours.
 */
export function openForgottenJobs(pool: Pool, events: WorkerEvents): ForgottenJobs {
  const own = new Set<string>()
  const doing = new Set<string>()
  let suspects: ReadonlySet<string> = new Set()
  events.on('pool:create', ({ workerPool: { id } }) => own.add(id))
  events.on('pool:release', ({ workerPool: { id } }) => own.delete(id))
  events.on('job:start', ({ job }) => doing.add(`${job.id}`))
  events.on('job:complete', ({ job }) => doing.delete(`${job.id}`))
  return {
    async free() {
      const names = [...own]
      const held = 'select id from graphile_worker._private_jobs where locked_by = any($1::text[])'
      const { rows } = await pool.query<{ id: string }>(held, [names])
      const idle = rows.map(({ id }) => id).filter((id) => !doing.has(id))
      const forgotten = idle.filter((id) => suspects.has(id))
      suspects = new Set(idle)
      if (forgotten.length === 0) return
      const { rows: superseded } = await pool.query<{ id: string }>(free, [forgotten, names])
      if (superseded.length === 0) return
      await pool.query('select graphile_worker.complete_jobs($1::bigint[])', [superseded.map(({ id }) => id)])
    },
  }
}
