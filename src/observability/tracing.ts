/** Declares what the product asks of tracing, with an implementation that does nothing. */
import type { IncomingHttpHeaders } from 'node:http'

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

/** What a span of a statement says of its database. */
export const inPostgres = { 'db.system.name': 'postgresql' }

/** Hears of each statement that writes once it is over, and makes a span of it: by what it does, never by its values. */
export function tracedWrites(tracing: Tracing): (sql: string, durationMs: number, failed: boolean) => void {
  return (sql, durationMs, failed) => {
    const verb = /\w+/.exec(sql)?.[0] ?? ''
    const table = /\b(?:from|into|update)\s+"?(\w+)/i.exec(sql)?.[1] ?? ''
    tracing.past(`sql ${verb} ${table}`.trim(), inPostgres, durationMs, failed)
  }
}
