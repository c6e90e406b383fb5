/** Gives graphile-worker connections whose loss it recognises and waits out. */
import pg from 'pg'
import { isStoreAway } from '../values/store-away.ts'
import { patience, StoreClient } from './store-client.ts'

/** "cannot connect now": of what a lost connection is called, the one code that graphile-worker tries again. */
const CANNOT_CONNECT_NOW = '57P03'
/** More than any of its statements takes, in ms. */
const ANSWERED_WITHIN_MS = 22_000

/**
 * graphile-worker 0.18 records the end of a job without waiting for it. It repeats that for 57P03 until it succeeds; any
 * other failure is a rejection that nobody hears. So each way of losing the store is told as that one.
 */
function asRepeatable(error: unknown): unknown {
  if (!isStoreAway(error)) return error
  const { message } = error as Error
  return Object.assign(new Error(message, { cause: error }), { code: CANNOT_CONNECT_NOW })
}

class WorkerClient extends StoreClient {
  protected override failed(error: unknown): unknown {
    return asRepeatable(super.failed(error))
  }
}

type Connected = Parameters<pg.Pool['connect']>[0]

export class WorkerPool extends pg.Pool {
  constructor(url: string, max: number) {
    super({
      ...patience,
      connectionString: url,
      max,
      application_name: 'gateway-worker',
      query_timeout: ANSWERED_WITHIN_MS,
      Client: WorkerClient,
    })
  }

  override connect(): Promise<pg.PoolClient>
  override connect(connected: Connected): void
  override connect(connected?: Connected): Promise<pg.PoolClient> | undefined {
    // By callback it is asked for the connection that listens, which graphile-worker opens again after any failure.
    if (!connected) return super.connect().catch((error) => Promise.reject(asRepeatable(error)))
    super.connect(connected)
    return undefined
  }
}
