/** Reads plain rows by prepared statements, one pipelined round trip each turn. */
import pg from 'pg'
import type { Statement } from '../statement.ts'
import type { Underway } from '../underway.ts'
import { PipelinedConnection } from './pipelined-connection.ts'

/** That plan once, and as many that plan by values: two, so that a slow statement does not hold up the rest. */
const CONNECTIONS_OF_A_KIND = 2
const CANCELS_WITHIN_MS = 3_000

export interface ReadConnection {
  /**
   * All rows, as plain objects with camel-cased names; instants are Dates, dates and exact numbers are text. Rejects as
   * soon as the signal fires, and PostgreSQL stops working on it.
   */
  rows<Row>(statement: Statement<Row>, values?: readonly unknown[], signal?: AbortSignal): Promise<Row[]>
  /** The first row, or null. */
  row<Row>(statement: Statement<Row>, values?: readonly unknown[], signal?: AbortSignal): Promise<Row | null>
  /** Statements sent since the start: what tests count. */
  readonly sent: number
  /** Statements that are not answered yet. */
  readonly pending: number
  close(): Promise<void>
}

/** The read connection as one request uses it: what it still waits for ends with the request. */
export class RequestReads implements ReadConnection {
  private readonly read: ReadConnection
  private readonly request: { readonly signal: AbortSignal }
  private readonly underway: Underway

  constructor(read: ReadConnection, request: { readonly signal: AbortSignal }, underway: Underway) {
    this.read = read
    this.request = request
    this.underway = underway
  }

  rows<Row>(query: Statement<Row>, values?: readonly unknown[]): Promise<Row[]> {
    return this.underway.follow(this.read.rows(query, values, this.request.signal))
  }

  row<Row>(query: Statement<Row>, values?: readonly unknown[]): Promise<Row | null> {
    return this.underway.follow(this.read.row(query, values, this.request.signal))
  }

  get sent(): number {
    return this.read.sent
  }

  get pending(): number {
    return this.read.pending
  }

  close(): Promise<void> {
    return this.read.close()
  }
}

/**
 * Opens the read connection. Some of its connections keep their plans, others plan by values; one that breaks is replaced at
 * its next use, and what was under way on it fails alone. Statements longer than `statementTimeoutMs` are ended by PostgreSQL.
 */
export function openReadConnection(options: {
  url: string
  statementTimeoutMs?: number
  onBroken?: (error: Error) => void
}): ReadConnection {
  const { url, statementTimeoutMs = 5_000, onBroken = () => undefined } = options
  // Opened when first needed, for a cancellation goes by another connection.
  const canceller = new pg.Pool({
    connectionString: url,
    max: 1,
    application_name: 'gateway-cancel',
    connectionTimeoutMillis: CANCELS_WITHIN_MS,
    query_timeout: CANCELS_WITHIN_MS,
  })
  // What could not be cancelled ends by its own timeout.
  canceller.on('error', onBroken)
  const cancel = (processId: number) =>
    void canceller.query('select pg_cancel_backend($1)', [processId]).catch((error: Error) => onBroken(error))
  const open = (planByValues: boolean) =>
    new PipelinedConnection({ url, statementTimeoutMs, planByValues, onBroken, cancel })
  const openAll = (planByValues: boolean) => Array.from({ length: CONNECTIONS_OF_A_KIND }, () => open(planByValues))
  const opened = { once: openAll(false), byValues: openAll(true) }
  const all = () => [...opened.once, ...opened.byValues]
  let sent = 0
  let closed = false

  function freest(planByValues = false): PipelinedConnection {
    const ofKind = planByValues ? opened.byValues : opened.once
    let best = 0
    for (let index = 0; index < ofKind.length; index++) {
      if (ofKind[index]!.broken && !closed) ofKind[index] = open(planByValues)
      if (ofKind[index]!.pending < ofKind[best]!.pending) best = index
    }
    return ofKind[best]!
  }

  async function rows<Row>(
    query: Statement<Row>,
    values: readonly unknown[] = [],
    signal?: AbortSignal,
  ): Promise<Row[]> {
    sent++
    return (await freest(query.planByValues).ask(query, values, signal)) as Row[]
  }

  return {
    rows,
    row: async (query, values, signal) => (await rows(query, values, signal))[0] ?? null,
    get sent() {
      return sent
    },
    get pending() {
      return all().reduce((sum, { pending }) => sum + pending, 0)
    },
    async close() {
      closed = true
      await Promise.allSettled([...all().map((one) => one.close()), canceller.end()])
    },
  }
}
