/** Traces each statement of the read connection by its name. */
import { inPostgres, type Tracing } from '../observability/tracing.ts'
import type { ReadConnection } from './connection/read-connection.ts'

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
