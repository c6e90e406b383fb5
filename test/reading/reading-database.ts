/** Opens read connections on a database of their own, with a watching client. */
import pg from 'pg'
import { PipelinedConnection } from '../../src/reading/connection/pipelined-connection.ts'
import { openReadConnection, type ReadConnection } from '../../src/reading/connection/read-connection.ts'
import { statement } from '../../src/reading/statement.ts'
import { createDatabase } from '../support/world/postgres.ts'

export interface ReadingDatabase {
  url: string
  /** Not one of those that are tested. */
  client: pg.Client
  /** Closed with the rest. */
  open(options?: Parameters<typeof openOn>[1]): ReadConnection
  close(): Promise<void>
}

const openOn = (url: string, options: { statementTimeoutMs?: number; onBroken?: (error: Error) => void } = {}) =>
  openReadConnection({ url, statementTimeoutMs: 10_000, ...options })

export async function openReadingDatabase(): Promise<ReadingDatabase> {
  const { url, drop } = await createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const opened: ReadConnection[] = []
  return {
    url,
    client,
    open(options) {
      const read = openOn(url, options)
      opened.push(read)
      return read
    },
    async close() {
      await Promise.all(opened.map((read) => read.close()))
      await client.end()
      await drop()
    },
  }
}

/** One connection, so that all has to go through it. */
export async function onOneConnection<Result>(
  url: string,
  work: (one: PipelinedConnection) => Promise<Result>,
  options: { statementTimeoutMs?: number; cancel?: (processId: number) => void } = {},
): Promise<Result> {
  const { statementTimeoutMs = 10_000, cancel = () => undefined } = options
  const one = new PipelinedConnection({
    url,
    statementTimeoutMs,
    planByValues: false,
    onBroken: () => undefined,
    cancel,
  })
  try {
    return await work(one)
  } finally {
    await one.close()
  }
}

/** Answers what it is given. */
export const echo = statement<{ given: number }>('echo', 'select $1::int as given')
/** Answers once the lock of that number is free. */
export const behindLock = statement<{ given: number }>(
  'behind_lock',
  'select $1::int as given from pg_advisory_xact_lock_shared($1)',
)
/** Lasts longer than any test. */
export const endless = statement<{ given: number }>('endless', 'select $1::int as given from pg_sleep(3600)')

/** How often a statement has been run on the connection that is asked. */
export const timesRun = statement<{ times: number }>(
  'times_run',
  'select (generic_plans + custom_plans)::int as times from pg_prepared_statements where name = $1',
)

/** Process ids of the connections for reads on which a statement runs whose text holds this. */
export async function running(client: pg.Client, text: string): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and application_name = 'gateway-read'
      and state = 'active' and query like '%' || $1 || '%'`,
    [text],
  )
  return rows.map(({ pid }) => pid)
}

/** Waits until so many run. */
export async function untilRunning(client: pg.Client, text: string, count: number): Promise<number[]> {
  for (;;) {
    const pids = await running(client, text)
    if (pids.length === count) return pids
  }
}
