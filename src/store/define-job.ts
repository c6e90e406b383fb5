/** Defines a durable job once: how it is added, keyed, retried, read and run. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { parseCrontab } from 'graphile-worker'
import type { z } from 'zod'

export interface JobFacts<Schema extends z.ZodObject> {
  task: string
  payload: Schema
  /** What tells the jobs of this task apart; null when there is one only. */
  key(payload: z.output<Schema>): string | null
  /** After so many it is given up. By the library's waits 25 last four days, and 100 three weeks. */
  attempts: number
}

/** When a job runs; at once when nothing is said. */
export interface JobTime {
  /** By the context's clock. */
  runAt?: Date
  /** So much later by the database's clock, the one that jobs run by; instead of `runAt`. */
  afterMs?: number
  /** Keep the waiting job's own time when its key is added again. */
  preserveRunAt?: boolean
}

export interface Attempt {
  number: number
}

/** A job with what answers it. It may run twice, so it finds its work done when it is; it throws to be tried again. */
export interface Job<Context> {
  readonly task: string
  readonly run: (context: Context, payload: unknown, attempt: Attempt) => Promise<void>
}

export interface JobDefinition<Payload> {
  readonly task: string
  readonly attempts: number
  /**
   * Adds it within the transaction of `tx`: both commit or neither. It replaces the one with its key that waits; one that
   * runs already is superseded by it.
   */
  add(tx: EntityManager, payload: Payload, time?: JobTime): Promise<void>
  /** The line of graphile-worker's crontab that adds it by the clock, in UTC. Throws when it needs a payload. */
  cronLine(schedule: string): string
  /** Joins it to what answers it, for the worker. */
  runs<Context>(run: (context: Context, payload: Payload, attempt: Attempt) => Promise<void>): Job<Context>
}

/** Flags a job that is due at an instant of the context's clock; the worker goes by PostgreSQL's, and reads no flags. */
export const BY_CONTEXT_CLOCK = 'by-context-clock'

const addJob = `
  select graphile_worker.add_job(?, payload => ?::json,
    run_at => coalesce(?::timestamptz, now() + ? * interval '1 ms'),
    max_attempts => ?, job_key => ?, job_key_mode => ?, flags => ?::text[])`

/** A definition names no code, so it can lie with the lowest feature that adds the job, below the one that runs it. */
export function defineJob<Schema extends z.ZodObject>(facts: JobFacts<Schema>): JobDefinition<z.output<Schema>> {
  type Payload = z.output<Schema>
  const { task, payload: schema, attempts } = facts
  /** Begins with the task, so that two tasks share no key: each key has one retry limit. */
  const keyOf = (payload: Payload) => {
    const part = facts.key(payload)
    return part === null ? task : `${task}:${part}`
  }
  /** The job may have been added by another version: an older one, or a newer one while replicas are replaced. */
  const read = (payload: unknown): Payload => {
    const fit = schema.safeParse(payload)
    if (fit.success) return fit.data
    const problems = fit.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
    throw new Error(`The payload of a job ${task} does not fit. ${problems.join('; ')}`)
  }
  return {
    task,
    attempts,
    async add(tx, payload, { runAt, afterMs = 0, preserveRunAt = false } = {}) {
      const mode = preserveRunAt ? 'preserve_run_at' : 'replace'
      const text = JSON.stringify(payload)
      const flags = runAt ? `{${BY_CONTEXT_CLOCK}}` : null
      await tx.execute(addJob, [task, text, runAt ?? null, afterMs, attempts, keyOf(payload), mode, flags])
    },
    cronLine: (schedule) => `${schedule} ${task} ?jobKey=${keyOf(read({}))}&max=${attempts}`,
    runs: (run) => ({
      task,
      run: async (context, payload, attempt) => run(context, read(payload), attempt),
    }),
  }
}

/** Adds what a line of the crontab adds when its time has come. */
export async function addByCronLine(tx: EntityManager, line: string): Promise<void> {
  for (const { task, options } of parseCrontab(line)) {
    const { maxAttempts = null, jobKey = null } = options
    await tx.execute(addJob, [task, '{}', null, 0, maxAttempts, jobKey, 'replace', null])
  }
}
