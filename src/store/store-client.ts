/** Connects to PostgreSQL so that each wait ends and what broke is not used again. */
import pg from 'pg'
import { isStoreAway } from '../values/store-away.ts'

/** For a connection to be opened, or to become free, in ms. */
export const CONNECTS_WITHIN_MS = 3_000
/** Silence after which the system asks the other end whether it is still there, in ms. */
export const KEEP_ALIVE_AFTER_MS = 10_000

/** What every connection to PostgreSQL is opened with. */
export const patience = {
  connectionTimeoutMillis: CONNECTS_WITHIN_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
}

type Query = (...given: unknown[]) => unknown
type Answered = (error: unknown, result: unknown) => void

/**
 * A client that hangs up when a query fails because the store is away. pg leaves a connection busy whose query has passed
 * `query_timeout`, and one that leads to what has become the replica would refuse every write from then on: its pool opens
 * another in its place.
 */
export class StoreClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    // Its holder goes on by the query that fails, its pool by opening another; unheard, the event would end the process.
    this.on('error', () => undefined)
    const query: Query = super.query.bind(this) as Query
    const asked: Query = (...given) => {
      const answered = given.at(-1)
      if (typeof answered !== 'function') {
        const result = query(...given)
        return result instanceof Promise ? result.catch((error) => Promise.reject(this.failed(error))) : result
      }
      const answer: Answered = (error, result) => answered(error ? this.failed(error) : error, result)
      return query(...given.slice(0, -1), answer)
    }
    this.query = asked as typeof this.query
  }

  /** What a query fails with; whoever asked goes on with it. */
  protected failed(error: unknown): unknown {
    if (isStoreAway(error)) this.hangUp()
    return error
  }

  /** Without a word: the other end may never answer one. */
  hangUp(): void {
    const { stream } = (this as unknown as { connection: { stream: import('node:net').Socket } }).connection
    stream.destroy()
  }
}
