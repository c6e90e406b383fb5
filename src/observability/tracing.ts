/** What the platform asks of traces; nobody asks anything when no exporter is configured. */
import type { IncomingHttpHeaders } from 'node:http'
import type { ReadConnection } from '../store/read-connection.ts'

export type SpanFacts = Record<string, string | number>

/** A request's span, from its arrival to its answer. */
export interface RequestSpan {
  /** Runs `next` and all that follows from it inside the span. */
  run(next: () => void): void
  end(status: number): void
}

export interface Tracing {
  /** A request that arrives; a `traceparent` among the headers makes it part of the caller's trace. */
  request(name: string, headers: IncomingHttpHeaders, facts: SpanFacts): RequestSpan
  /** A step inside of what runs now. */
  step<Result>(name: string, facts: SpanFacts, work: () => Promise<Result>): Promise<Result>
  /** A step that is over: `durationMs` ago it began. */
  past(name: string, facts: SpanFacts, durationMs: number, failed: boolean): void
  /** Sends what is not sent yet. */
  close(): Promise<void>
}

const inPostgres = { 'db.system.name': 'postgresql' }

/** Hears of each statement that writes once it is over, and makes a span of it: by what it does, never by its values. */
export function tracedWrites(tracing: Tracing): (sql: string, durationMs: number, failed: boolean) => void {
  return (sql, durationMs, failed) => {
    const verb = /\w+/.exec(sql)?.[0] ?? ''
    const table = /\b(?:from|into|update)\s+"?(\w+)/i.exec(sql)?.[1] ?? ''
    tracing.past(`sql ${verb} ${table}`.trim(), inPostgres, durationMs, failed)
  }
}

/** The read connection with a span around each statement, by its name; its values are nobody's business. */
export function tracedReads(read: ReadConnection, tracing: Tracing): ReadConnection {
  return {
    rows: (query, values, signal) =>
      tracing.step(`sql ${query.name}`, inPostgres, () => read.rows(query, values, signal)),
    row: (query, values, signal) =>
      tracing.step(`sql ${query.name}`, inPostgres, () => read.row(query, values, signal)),
    get sent() {
      return read.sent
    },
    get pending() {
      return read.pending
    },
    close: () => read.close(),
  }
}
