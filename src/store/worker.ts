/** Runs the durable jobs by graphile-worker, each with its own context. */
import { EventEmitter } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { Logger, type Runner, run, runMigrations, runOnce, type TaskList, type WorkerEvents } from 'graphile-worker'
import pg from 'pg'
import { type FailedJob, handOver } from './hand-over-job.ts'
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
  /** Starts taking jobs in the background. */
  start(): Promise<void>
  /** Runs the jobs that are due now, once each, and returns. */
  runDue(): Promise<void>
  readonly running: boolean
  /** Its connections, for the metrics. */
  readonly pool: pg.Pool
  /** Finishes what is under way and stops; what is not finished in time goes on elsewhere. */
  stop(): Promise<void>
}

/** The worker on the database at `url`. */
export function openWorker(options: WorkerOptions): Worker {
  const { url, concurrency = 4 } = options
  const pool = new pg.Pool({ connectionString: url, max: concurrency + 2, application_name: 'gateway-worker' })
  pool.on('error', (error) => options.onFailed('pool', error, 0))
  // graphile-worker wants to be sure that a connection that breaks while it is lent ends nothing.
  pool.on('connect', (client) => client.on('error', (error) => options.onFailed('connection', error, 0)))
  const taskList = asTaskList(pool, options)
  const events = honourRetryAfter(pool, options.retryAfter)
  const presence = openPresence(url, events, (error) => options.onFailed('presence', error, 0))
  const logger = new Logger(() => () => undefined)
  let watch: NodeJS.Timeout | undefined
  let runner: Runner | null = null
  return {
    pool,
    migrate: () => runMigrations({ pgPool: pool, logger }),
    async start() {
      await presence.freeAbandoned()
      const look = () => presence.freeAbandoned().catch((error) => options.onFailed('presence', error, 0))
      watch = setInterval(look, LOOK_FOR_ABANDONED_EVERY_MS).unref()
      runner = await run({
        pgPool: pool,
        taskList,
        logger,
        events,
        concurrency,
        noHandleSignals: true,
        pollInterval: 1000,
        crontab: options.crontab.join('\n'),
      })
      runner.promise.catch((error) => options.onFailed('runner', error, 0))
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
      const stopping = runner
      runner = null
      clearInterval(watch)
      await stopping?.stop().catch((error) => options.onFailed('runner', error, 0))
      await presence.close()
      await pool.end()
    },
  }
}

/** How long the jobs of a process that was killed wait for the ones that go on. */
const LOOK_FOR_ABANDONED_EVERY_MS = 15_000

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
