/** Brings jobs forward when the clock that the product goes by is moved. */
import type { Pool } from 'pg'
import { BY_CONTEXT_CLOCK } from './define-job.ts'

/** What waits comes due by so much earlier: the worker goes by PostgreSQL's clock, which nobody moves. */
export async function bringForward(pool: Pool, bySeconds: number): Promise<void> {
  await pool.query(
    `update graphile_worker._private_jobs set run_at = run_at - make_interval(secs => $1)
     where locked_at is null and attempts < max_attempts and not coalesce(flags ? $2, false)`,
    [bySeconds, BY_CONTEXT_CLOCK],
  )
}

/** Puts those that were added for an instant of the product's clock, so far ahead of PostgreSQL's, to that of PostgreSQL. */
export async function translateTimes(pool: Pool, aheadSeconds: number): Promise<void> {
  await pool.query(
    `update graphile_worker._private_jobs set run_at = run_at - make_interval(secs => $1), flags = flags - $2
     where flags ? $2 and locked_at is null`,
    [aheadSeconds, BY_CONTEXT_CLOCK],
  )
}

/** The jobs that are due now, by PostgreSQL's clock, and that nobody has begun. */
export async function dueJobs(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from graphile_worker._private_jobs
     where run_at <= now() and locked_at is null and attempts < max_attempts`,
  )
  return rows.map(({ id }) => id)
}

/** Whether any of these waits still. */
export async function areWaiting(pool: Pool, ids: readonly string[]): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select 1 from graphile_worker._private_jobs
     where id = any($1::bigint[]) and run_at <= now() and locked_at is null and attempts < max_attempts limit 1`,
    [ids],
  )
  return (rowCount ?? 0) > 0
}
