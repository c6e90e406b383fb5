/** Hands a failed job's backoff over to the successor added while it ran. */
import type { Pool } from 'pg'

export interface FailedJob {
  id: string | number
  key: string | null
  attempts: number
}

/**
 * Whether the failed job has a successor, which then counts this failure as its own: backoff goes on from here. The
 * library has taken the key from a job that is superseded and will not run it again, but keeps its row for good when it
 * fails; so let it succeed.
 */
export async function handOver(pool: Pool, job: FailedJob, retryAfterSeconds: number | null): Promise<boolean> {
  if (job.key === null) return false
  const superseded = 'select 1 from graphile_worker.jobs where id = $1 and key is null'
  if (!(await pool.query(superseded, [job.id])).rowCount) return false
  const seconds = retryAfterSeconds ?? Math.exp(Math.min(job.attempts, LONGEST_BACKOFF_AFTER_ATTEMPTS))
  await pool.query(wait, [job.key, job.attempts, seconds])
  return true
}

/** The library's own backoff: e to the power of the attempts, up to six hours. */
const LONGEST_BACKOFF_AFTER_ATTEMPTS = 10

// One that runs already, or has failed by itself, is left.
const wait = `
  select graphile_worker.reschedule_jobs(
    array[id], attempts => $2, run_at => greatest(run_at, now() + make_interval(secs => $3)))
  from graphile_worker.jobs where key = $1 and attempts = 0 and locked_at is null`
