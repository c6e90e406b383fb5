/** Starts a gateway of its own process on a large catalogue, with all upstreams. */
import pg from 'pg'
import { type KillableGateway, startKillable } from '../support/world/killable-gateway.ts'
import { startTestServer } from '../support/world/test-server.ts'
import { startWorld, type World } from '../support/world/world.ts'
import { fillDatabase, type Size } from './fill.ts'
import { type ProcessorTime, processorTime } from './processor-time.ts'

/** A large catalogue, and people as they are few at once. */
const size: Size = {
  courses: 2_000,
  runs: 6_000,
  learners: 400,
  enrolments: 4_000,
  refunds: 400,
  creditRecords: 2_000,
  applications: 100,
}

/** A gateway on it, in a process of its own. */
export interface Filled {
  /** The world seen through it. */
  there: World
  gateway: KillableGateway
  used(): ProcessorTime
}

export interface FilledWorld {
  world: World
  /** A new gateway; the one before is over. */
  open(): Promise<Filled>
  close(): Promise<void>
}

/** `prepare` makes what is asked about, in the small world, which is faster. */
export async function startFilledWorld(prepare: (world: World) => Promise<void>): Promise<FilledWorld> {
  const server = process.env.TEST_DATABASE_URL ? null : await startTestServer()
  const closing: (() => Promise<unknown>)[] = server ? [() => server.stop()] : []
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one()
  }
  try {
    if (server) process.env.TEST_DATABASE_URL = server.url
    const world = await startWorld()
    closing.push(() => world.close())
    await prepare(world)
    const client = new pg.Client({ connectionString: world.databaseUrl })
    await client.connect()
    closing.push(() => client.end())
    await fillDatabase(client, size, world.environment.OIDC_ISSUER as string, world.now())
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const changes = { TRUST_PROXY: '127.0.0.1', SYNC_EVERY_MINUTES: '30' }
    let running: KillableGateway | null = null
    closing.push(async () => running?.kill())
    return {
      world,
      async open() {
        await running?.kill()
        const gateway = await startKillable({ ...world, environment: { ...world.environment, ...changes } })
        running = gateway
        return { there: { ...world, url: gateway.url }, gateway, used: processorTime(gateway.pid, rows[0]!.pid) }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
