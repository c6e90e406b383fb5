/** Frees the jobs of dead workers, recognised by their lost advisory lock. */
import type { WorkerEvents } from 'graphile-worker'
import type pg from 'pg'
import { patience, StoreClient } from './store-client.ts'

export interface Presence {
  /** Frees what workers held that are there no more, so that others take it up now and not after hours. */
  freeAbandoned(): Promise<void>
  close(): Promise<void>
}

/** Added again while they ran: the library has taken their key and their attempts, and their successors go on. */
const supersededOf = `select id from graphile_worker.jobs
  where locked_by = $1 and key is null and attempts >= max_attempts`

/** A machine that is gone without a word is noticed within a minute, not after PostgreSQL's two hours. */
const options = '-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3'

/** Between two looks whether the connection still leads somewhere, and for each answer on it, in ms. */
const LOOK_EVERY_MS = 5_000
const ANSWERED_WITHIN_MS = 3_000

const lockOf = `hashtextextended('worker-presence:' || $1, 0)`

/**
 * Watches over the workers that announce themselves in `events`. PostgreSQL drops a lock with its connection, however
 * the process ended; the library alone gives a job back after four hours. A worker that is missed by mistake, because
 * that connection was lost, costs a second run of a job, which finds its work done.
 */
export function openPresence(url: string, events: WorkerEvents, onLost: (error: Error) => void): Presence {
  const own = new Set<string>()
  let closed = false
  /** A connection that is closed on purpose is no loss. */
  const lose = (error: Error) => {
    if (!closed) onLost(error)
  }
  let connecting: Promise<pg.Client> | null = null

  /** One connection for all locks, made again with all of them when it was lost. */
  function connection(): Promise<pg.Client> {
    connecting ??= connect()
    return connecting
  }

  async function connect(): Promise<pg.Client> {
    const client = new StoreClient({
      ...patience,
      connectionString: url,
      application_name: 'gateway-worker-presence',
      options,
      query_timeout: ANSWERED_WITHIN_MS,
    })
    client.on('error', (error) => {
      connecting = null
      lose(error)
    })
    try {
      await client.connect()
      for (const id of own) await client.query(`select pg_advisory_lock(${lockOf})`, [id])
      return client
    } catch (error) {
      connecting = null
      await client.end().catch(() => undefined)
      throw error
    }
  }

  /** The connection takes one question at a time. */
  let turn: Promise<unknown> = Promise.resolve()
  function inTurn<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const mine = turn.then(connection).then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  const tell = (sql: string, id: string) => inTurn((client) => client.query(sql, [id])).catch(lose)

  // Jobs are held in the name of the pool, which is one for each time that the worker is started.
  events.on('pool:create', ({ workerPool: { id } }) => {
    own.add(id)
    tell(`select pg_advisory_lock(${lockOf})`, id)
  })
  events.on('pool:release', ({ workerPool: { id } }) => {
    own.delete(id)
    tell(`select pg_advisory_unlock(${lockOf})`, id)
  })

  // Others take our jobs while the connection is not there: it is opened again as soon as that is seen.
  const look = setInterval(() => {
    if (own.size > 0) inTurn((client) => client.query('select 1')).catch(lose)
  }, LOOK_EVERY_MS).unref()

  return {
    freeAbandoned: () => inTurn(freeAbandoned),
    async close() {
      closed = true
      clearInterval(look)
      if (connecting) await inTurn((client) => client.end()).catch(() => undefined)
    },
  }

  async function freeAbandoned(client: pg.Client): Promise<void> {
    const holders = 'select distinct locked_by as id from graphile_worker.jobs where locked_by is not null'
    for (const { id } of (await client.query<{ id: string }>(holders)).rows) {
      if (own.has(id)) continue
      const { rows } = await client.query<{ gone: boolean }>(`select pg_try_advisory_lock(${lockOf}) as gone`, [id])
      if (!rows[0]?.gone) continue
      const { rows: superseded } = await client.query<{ id: string }>(supersededOf, [id])
      await client.query('select graphile_worker.force_unlock_workers(array[$1::text])', [id])
      await client.query('select graphile_worker.complete_jobs($1::bigint[])', [superseded.map((job) => job.id)])
      await client.query(`select pg_advisory_unlock(${lockOf})`, [id])
    }
  }
}
