/** Pipelines the reads of one turn on a connection and cancels abandoned ones. */
import pg from 'pg'
import type { Statement } from '../statement.ts'
import { ReadQuery } from './read-query.ts'
import type { Row } from './read-rows.ts'

export interface PipelinedConnectionOptions {
  url: string
  statementTimeoutMs: number
  /** Plans are made anew when PostgreSQL thinks that the values ask for it; otherwise once. */
  planByValues: boolean
  onBroken(error: Error): void
  /** Has PostgreSQL end what runs on the connection of that process. */
  cancel(processId: number): void
}

/** What is on its way to PostgreSQL, or running there. */
interface Asked {
  /** Nobody waits for it any more. */
  abandoned: boolean
}

/** An abandoned statement that ends of itself within this is let run: cancelling it costs more, in ms. */
const CANCEL_AFTER_MS = 50
/**
 * For a connection to be opened, in ms: one that was begun in a silence is given up soon enough after it for readiness,
 * which is promised within 3 s. And before the system asks a silent end whether it is there.
 */
const CONNECTS_WITHIN_MS = 2_000
const KEEP_ALIVE_AFTER_MS = 10_000
/** PostgreSQL ends a statement in time and says so; without a word for so much longer, in ms, it is not there. */
const SILENT_AFTER_MS = 2_000
const LOOK_FOR_SILENCE_EVERY_MS = 1_000
/** Times that a statement is sent which was ended in another's place. */
const MOST_TRIES = 5

/** Ended because the one before it was to be: a cancellation names the connection, not the statement. */
function wasMeantForAnother(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  // Code 26000: what was cancelled was to prepare it.
  return code === '26000' || (code === '57014' && message?.includes('user request') === true)
}

export class PipelinedConnection {
  pending = 0
  broken = false
  private open = false
  readonly ready: Promise<void>
  private corked = false
  private readonly client: pg.Client
  private readonly options: PipelinedConnectionOptions
  /** In the order in which PostgreSQL answers: the first is the one that runs. */
  private readonly asked: Asked[] = []
  /** Since when the first of them has been the first. */
  private firstSinceMs = 0
  private readonly look: NodeJS.Timeout

  constructor(options: PipelinedConnectionOptions) {
    this.options = options
    this.client = new pg.Client({
      connectionString: options.url,
      pipeline: true,
      statement_timeout: options.statementTimeoutMs,
      application_name: 'gateway-read',
      options: `-c timezone=UTC -c default_transaction_read_only=on -c plan_cache_mode=${options.planByValues ? 'auto' : 'force_generic_plan'}`,
      connectionTimeoutMillis: CONNECTS_WITHIN_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    })
    this.look = setInterval(() => this.endSilence(), LOOK_FOR_SILENCE_EVERY_MS).unref()
    // What was on it fails by itself; whoever asks next is given another.
    this.client.on('error', (error) => {
      this.broken = true
      options.onBroken(error)
    })
    this.client.on('end', () => {
      this.broken = true
      clearInterval(this.look)
    })
    this.ready = new Promise((resolve, reject) => {
      // One that is closed before it is open would never settle
      this.client.once('end', () => reject(new Error('The connection was closed before it was open.')))
      this.client.connect().then(() => {
        this.open = true
        resolve()
      }, reject)
    })
    this.ready.catch(() => {
      this.broken = true
    })
  }

  /** Rejects with the signal's reason as soon as it fires. */
  async ask(query: Statement<unknown>, values: readonly unknown[], signal?: AbortSignal): Promise<Row[]> {
    this.pending++
    try {
      if (!this.open) await this.ready
      for (let tries = 1; ; tries++) {
        try {
          return await this.send(query, values, signal)
        } catch (error) {
          if (signal?.aborted || tries === MOST_TRIES || !wasMeantForAnother(error)) throw error
        }
      }
    } finally {
      this.pending--
    }
  }

  close(): Promise<void> {
    return this.client.end()
  }

  private send(query: Statement<unknown>, values: readonly unknown[], signal?: AbortSignal): Promise<Row[]> {
    signal?.throwIfAborted()
    this.cork()
    const asked: Asked = { abandoned: false }
    if (this.asked.push(asked) === 1) this.firstSinceMs = performance.now()
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.abandon(asked)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      const answer = (error: Error | null, rows: Row[]) => {
        signal?.removeEventListener('abort', leave)
        this.settled(asked)
        // PostgreSQL hangs up after it: nothing more is to go here, though nobody has noticed yet
        if ((error as pg.DatabaseError | null)?.severity === 'FATAL') this.broken = true
        if (error) reject(error)
        else resolve(rows)
      }
      this.client.query(new ReadQuery(query, values, answer) as unknown as pg.Submittable)
    })
  }

  private settled(asked: Asked): void {
    const place = this.asked.indexOf(asked)
    if (place >= 0) this.asked.splice(place, 1)
    if (place === 0) this.firstSinceMs = performance.now()
    if (this.asked[0]?.abandoned) this.cancelSoon(this.asked[0])
  }

  private abandon(asked: Asked): void {
    asked.abandoned = true
    if (this.asked[0] === asked) this.cancelSoon(asked)
  }

  private cancelSoon(asked: Asked): void {
    const cancel = () => {
      const { processID } = this.client as unknown as { processID: number }
      if (this.asked[0] === asked) this.options.cancel(processID)
    }
    setTimeout(cancel, CANCEL_AFTER_MS).unref()
  }

  /** The host may be gone without a word: nobody else would ever end the wait. */
  private endSilence(): void {
    const allowedMs = this.options.statementTimeoutMs + SILENT_AFTER_MS
    if (this.asked.length === 0 || performance.now() - this.firstSinceMs < allowedMs) return
    this.broken = true
    const silence = new Error(`PostgreSQL has not answered a read for ${allowedMs} ms.`)
    this.stream.destroy(Object.assign(silence, { code: 'ETIMEDOUT' }))
  }

  private get stream(): import('node:net').Socket {
    return (this.client as unknown as { connection: { stream: import('node:net').Socket } }).connection.stream
  }

  private cork(): void {
    if (this.corked) return
    this.corked = true
    const { stream } = this
    stream.cork()
    setImmediate(() => {
      this.corked = false
      stream.uncork()
    })
  }
}
