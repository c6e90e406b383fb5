/** Cuts a gateway's connections to PostgreSQL before and after whatever it does. */
import { type Replica, startReplica } from '../world/replica.ts'
import { type Piece, type SilentProxy, startSilentProxy } from '../world/silent-proxy.ts'
import type { World } from '../world/world.ts'

/** A second gateway on the world's data, all of whose connections can be looked at. */
export interface CutGateway {
  /** The world as this gateway's clients see it. */
  world: World
  /** Counts what it does while `work` goes on; at point `at` every connection to PostgreSQL is cut. */
  during(at: number, work: () => Promise<unknown>): Promise<Counted>
  close(): Promise<void>
}

export interface Counted {
  /** Points passed: before and after each statement, commit and upstream call. */
  points: number
  /** What was to happen, or had happened, where it was cut; null when that point was not reached. */
  cutAt: string | null
}

const upstreamVariables = ['STRIPE_API_BASE', 'PAYPAL_API_BASE', 'PARTNER_BASE_URL']

/** Query, parse and bind, in PostgreSQL's protocol; a request line in HTTP's. */
const isStatement = (bytes: Buffer) => 'QPB'.includes(String.fromCharCode(bytes[0] ?? 0))
const isCall = (bytes: Buffer) => /^(GET|POST|PUT|PATCH|DELETE) \//.test(bytes.toString('latin1'))
/** Looks that the gateway takes by the clock. */
const byTheClock = /transaction_read_only|select 1\b|health|listen /

const words = (bytes: Buffer) =>
  bytes
    .toString('latin1')
    .replace(/[^ -~]+/g, ' ')
    .trim()
    .slice(0, 80)

/** Its jobs are run by whoever asks for it. */
export async function startCutGateway(world: World): Promise<CutGateway> {
  const database = await startSilentProxy(world.databaseUrl)
  const upstreams: SilentProxy[] = []
  const changes: Record<string, string> = { DATABASE_URL: database.url }
  for (const name of upstreamVariables) {
    const proxy = await startSilentProxy(world.environment[name] as string)
    upstreams.push(proxy)
    changes[name] = proxy.url.replace(/\/$/, '')
  }
  const replica: Replica = await startReplica(world, changes)
  let counted: Counted = { points: 0, cutAt: null }
  let place = 0
  /** Whether it goes on. */
  const pass = (when: string, what: string) => {
    counted.points += 1
    if (counted.points !== place) return true
    counted.cutAt = `${when} ${what}`
    return false
  }
  /** Counts the first piece of a question, and of the answer to it. */
  const looking = (isQuestion: (bytes: Buffer) => boolean) => {
    const asked = new Map<number, string>()
    return ({ connection, toServer, bytes }: Piece): boolean => {
      if (!toServer) {
        const what = asked.get(connection)
        asked.delete(connection)
        return what === undefined || pass('after', what)
      }
      if (!isQuestion(bytes) || byTheClock.test(bytes.toString('latin1'))) return true
      asked.set(connection, words(bytes))
      return pass('before', words(bytes))
    }
  }
  return {
    world: { ...world, url: replica.url, app: replica.app },
    async during(at, work) {
      counted = { points: 0, cutAt: null }
      place = at
      database.onPiece = looking(isStatement)
      for (const one of upstreams) {
        const look = looking(isCall)
        // The call goes on, and finds no database when it comes back.
        one.onPiece = (piece) => {
          if (!look(piece)) database.cut()
          return true
        }
      }
      try {
        await work()
      } finally {
        for (const one of [database, ...upstreams]) one.onPiece = null
      }
      return counted
    },
    async close() {
      await replica.close()
      await Promise.all([database, ...upstreams].map((one) => one.close()))
    },
  }
}
