/** Sends what is asked within a turn together, and cancels what nobody waits for. */
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
/** Times that a statement is sent which was ended in another's place. */
const MOST_TRIES = 5

/** Ended because the one before it was to be: a cancellation names the connection, not the statement. */
function wasMeantForAnother(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  // Code 26000: what was cancelled was to prepare it
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

  constructor(options: PipelinedConnectionOptions) {
    this.options = options
    this.client = new pg.Client({
      connectionString: options.url,
      pipeline: true,
      statement_timeout: options.statementTimeoutMs,
      application_name: 'gateway-read',
      options: `-c timezone=UTC -c default_transaction_read_only=on -c plan_cache_mode=${options.planByValues ? 'auto' : 'force_generic_plan'}`,
      keepAlive: true,
    })
    this.client.on('error', (error) => {
      this.broken = true
      options.onBroken(error)
    })
    this.client.on('end', () => {
      this.broken = true
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
    this.asked.push(asked)
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

  private cork(): void {
    if (this.corked) return
    this.corked = true
    const { stream } = (this.client as unknown as { connection: { stream: import('node:net').Socket } }).connection
    stream.cork()
    setImmediate(() => {
      this.corked = false
      stream.uncork()
    })
  }
}
