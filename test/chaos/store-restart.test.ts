/** Tests that a PostgreSQL that crashes under load costs answers, and nothing else. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import pg from 'pg'
import { brokenInvariants } from '../support/money/invariants.ts'
import { type GatewayProcess, startGatewayProcess } from '../support/world/gateway-process.ts'
import { completePayment, enrol, linked, newRun, pay } from '../support/world/study.ts'
import { startTestServer, type TestServer } from '../support/world/test-server.ts'
import { startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(300_000)

const CRASHES = 5
const LEARNERS = 6
const RUNS = 20
const READY_AGAIN_WITHIN_MS = 3_000
const FREED_WITHIN_MS = 30_000
const SETTLED_WITHIN_MS = 60_000

const shared = process.env.TEST_DATABASE_URL
let server: TestServer
let world: World
let gateway: GatewayProcess
let learners: string[]
const runs: string[] = []
beforeAll(async () => {
  server = await startTestServer({ survivesCrash: true })
  process.env.TEST_DATABASE_URL = server.url
  world = await startWorld()
  learners = await Promise.all(Array.from({ length: LEARNERS }, (_, n) => linked(world, `crashed-${n}`)))
  for (let made = 0; made < RUNS; made += 1) runs.push((await newRun(world)).id)
  gateway = await startGatewayProcess({ ...world.environment, LOG_LEVEL: 'warn' })
})
afterAll(async () => {
  gateway?.child.kill('SIGKILL')
  await world?.close()
  await server?.stop()
  process.env.TEST_DATABASE_URL = shared
})

async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + withinMs
  while (!(await holds())) if (performance.now() > deadlineMs) throw new Error(`${what} not within ${withinMs} ms`)
}

it('the gateway lives, is ready within 3 s each time, leaves no job locked, and all books agree', async () => {
  const at = { ...world, url: gateway.url }
  let over = false
  let bought = 0
  const life = async (persona: string) => {
    for (const run of runs) {
      if (over) return
      try {
        const { enrolment, payment } = await enrol(at, persona, run)
        await pay(world, payment.action.redirectUrl)
        await completePayment(at, persona, payment.id)
        if (enrolment) bought += 1
      } catch {
        // Not answered: the next one is another.
      }
    }
  }
  const lives = learners.map(life)
  const waits: number[] = []
  for (let crashes = 0; crashes < CRASHES; crashes += 1) {
    const before = bought
    await until(
      'another is bought',
      FREED_WITHIN_MS,
      async () => bought > before || !(await fetch(`${at.url}/health/live`)),
    )
    await server.crash()
    const backMs = performance.now()
    const isReady = async () => (await fetch(`${gateway.url}/health/ready`)).status === 200
    await until('ready', READY_AGAIN_WITHIN_MS, isReady)
    waits.push(Math.round(performance.now() - backMs))
  }
  over = true
  await Promise.all(lives)
  process.stdout.write(`restarts: ready again after ${waits.join(', ')} ms; ${bought} bought\n`)
  expect([gateway.child.exitCode, gateway.child.signalCode]).toEqual([null, null])
  // A webhook that was not taken comes again, later and later.
  const settled = () =>
    world.settle().then(
      () => true,
      () => false,
    )
  await until('settled', SETTLED_WITHIN_MS, settled)
  const sql = new pg.Client({ connectionString: world.databaseUrl })
  await sql.connect()
  try {
    const locked = 'select 1 from graphile_worker._private_jobs where locked_at is not null'
    await until('no job locked', FREED_WITHIN_MS, async () => (await sql.query(locked)).rowCount === 0)
  } finally {
    await sql.end()
  }
  await world.settle()
  expect(await brokenInvariants(world)).toEqual([])
})
