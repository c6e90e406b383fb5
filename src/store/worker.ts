/** Runs the durable jobs by graphile-worker, each with its own context. */
import { EventEmitter } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { Logger, type Runner, run, runMigrations, runOnce, type TaskList, type WorkerEvents } from 'graphile-worker'
import type pg from 'pg'
import { openForgottenJobs } from './forgotten-jobs.ts'
import { type FailedJob, handOver } from './hand-over-job.ts'
import { WorkerPool } from './worker-pool.ts'
import { openPresence } from './worker-presence.ts'

/** What answers one task. It may run twice; it throws to be tried again. */
export type Task = (payload: Record<string, unknown>, attempt: { number: number; jobId: string }) => Promise<void>

export interface WorkerOptions {
  url: string
  tasks: Record<string, Task>
  /** Cron lines in UTC. */
  crontab: readonly string[]
  concurrency?: number
  /** Seconds after which a failed job asked to be tried again; null to leave it to the backoff. */
  retryAfter(error: unknown): number | null
  onFailed(task: string, error: unknown, attempt: number): void
}

export interface Worker {
  /** Creates or updates the worker's own schema. */
  migrate(): Promise<void>
  /** Starts taking jobs in the background; what ends of itself is started anew until `stop`. */
  start(): Promise<void>
  /** Runs the jobs that are due now, once each, and returns. */
  runDue(): Promise<void>
  /** Whether jobs are being taken. */
  readonly running: boolean
  /** Its connections, for the metrics. */
  readonly pool: pg.Pool
  /** Finishes what is under way and stops; what is not finished in time goes on elsewhere. */
  stop(): Promise<void>
}

/** The worker on the database at `url`. */
export function openWorker(options: WorkerOptions): Worker {
  const { url, concurrency = 4, onFailed } = options
  const pool = new WorkerPool(url, concurrency + 2)
  // A connection that breaks is replaced by the pool, and what was asked on it fails by itself; graphile-worker wants to
  // see both listeners.
  pool.on('error', (error) => onFailed('pool', error, 0))
  pool.on('connect', (client) => client.on('error', (error) => onFailed('connection', error, 0)))
  const taskList = asTaskList(pool, options)
  const events = honourRetryAfter(pool, options.retryAfter)
  const presence = openPresence(url, events, (error) => onFailed('presence', error, 0))
  const forgotten = openForgottenJobs(pool, events)
  const logger = new Logger(() => () => undefined)
  const watches: NodeJS.Timeout[] = []
  let runner: Runner | null = null
  let restart: NodeJS.Timeout | undefined
  let stopped = false

  /** Looks again at the next time when the store is away. */
  const each = (everyMs: number, what: string, look: () => Promise<void>) =>
    watches.push(setInterval(() => look().catch((error) => onFailed(what, error, 0)), everyMs).unref())

  const runJobs = () =>
    run({
      pgPool: pool,
      taskList,
      logger,
      events,
      concurrency,
      noHandleSignals: true,
      pollInterval: 1000,
      crontab: options.crontab.join('\n'),
    })

  function begin(started: Runner): void {
    runner = started
    // However it ends, jobs wait until another is started.
    started.promise
      .catch((error) => onFailed('runner', error, 0))
      .finally(() => {
        runner = null
        beginAgainSoon()
      })
  }

  function beginAgainSoon(): void {
    if (stopped) return
    restart = setTimeout(async () => {
      try {
        begin(await runJobs())
      } catch (error) {
        onFailed('runner', error, 0)
        beginAgainSoon()
      }
    }, STARTED_ANEW_AFTER_MS)
  }

  return {
    pool,
    // By connections of its own: a migration may take longer than a statement of the worker.
    migrate: () => runMigrations({ connectionString: url, logger }),
    async start() {
      await presence.freeAbandoned()
      each(LOOK_FOR_ABANDONED_EVERY_MS, 'presence', presence.freeAbandoned)
      each(LOOK_FOR_FORGOTTEN_EVERY_MS, 'forgotten jobs', forgotten.free)
      begin(await runJobs())
    },
    async runDue() {
      await presence.freeAbandoned()
      await runOnce({ pgPool: pool, taskList, logger, events, concurrency, noHandleSignals: true })
      await untilRecorded(pool)
    },
    get running() {
      return runner !== null
    },
    async stop() {
      stopped = true
      clearTimeout(restart)
      for (const watch of watches) clearInterval(watch)
      // What it could not end is freed by whoever goes on.
      await runner?.stop().catch((error) => onFailed('runner', error, 0))
      await presence.close()
      await pool.end()
    },
  }
}

/** How long the jobs of a process that was killed wait for the ones that go on. */
const LOOK_FOR_ABANDONED_EVERY_MS = 15_000
/** Twice as long a job waits whose lock was granted and not heard of. */
const LOOK_FOR_FORGOTTEN_EVERY_MS = 5_000
const STARTED_ANEW_AFTER_MS = 1_000

const RECORDED_WITHIN_MS = 2_000

/** The library does not wait for the end of a job to be recorded; whoever looks at the jobs next has to. */
async function untilRecorded(pool: pg.Pool): Promise<void> {
  const deadlineMs = performance.now() + RECORDED_WITHIN_MS
  const locked = 'select 1 from graphile_worker.jobs where locked_at is not null limit 1'
  while ((await pool.query(locked)).rowCount && performance.now() < deadlineMs);
}

function asTaskList(pool: pg.Pool, { tasks, retryAfter, onFailed }: WorkerOptions): TaskList {
  const answer =
    (name: string, task: Task) =>
    async (payload: unknown, { job }: { job: FailedJob }) => {
      try {
        await task(payload as Record<string, unknown>, { number: job.attempts, jobId: `${job.id}` })
      } catch (error) {
        onFailed(name, error, job.attempts)
        if (!(await handOver(pool, job, retryAfter(error)))) throw error
      }
    }
  return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, answer(name, task)])) as TaskList
}

/** The upstream said when to come back: set that time once the failure is recorded. If missed, the backoff holds. */
function honourRetryAfter(pool: pg.Pool, retryAfter: WorkerOptions['retryAfter']): WorkerEvents {
  const events: WorkerEvents = new EventEmitter()
  events.on('job:complete', ({ job, error }) => {
    const seconds = error ? retryAfter(error) : null
    if (seconds === null) return
    reschedule(pool, String(job.id), seconds).catch(() => undefined)
  })
  return events
}

const RESCHEDULE_TRIES = 40
const RESCHEDULE_PAUSE_MS = 50

/** The event comes before the failure is recorded, and a job that is still locked cannot be rescheduled. */
async function reschedule(pool: pg.Pool, jobId: string, seconds: number): Promise<void> {
  const sql = 'select graphile_worker.reschedule_jobs(array[$1::bigint], run_at => now() + make_interval(secs => $2))'
  for (let tries = 0; tries < RESCHEDULE_TRIES; tries += 1) {
    if ((await pool.query(sql, [jobId, seconds])).rowCount) return
    await wait(RESCHEDULE_PAUSE_MS)
  }
}
