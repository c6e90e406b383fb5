/** Tests that a gateway outlives PostgreSQL, Redis and its log, and says so to clients. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals'
import pg from 'pg'
import { findFreePort } from '../../src/sandbox/ports.ts'
import { recover } from '../support/money/chaos.ts'
import { brokenInvariants } from '../support/money/invariants.ts'
import { type GatewayProcess, startGatewayProcess } from '../support/world/gateway-process.ts'
import { needing } from '../support/world/needing.ts'
import { type SilentProxy, startSilentProxy } from '../support/world/silent-proxy.ts'
import { back, linked, newRun } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(60_000)

/** What is promised, in ms. */
const READY_AGAIN_WITHIN_MS = 3_000
const SILENCE_NOTICED_WITHIN_MS = 10_000

const LEARNERS = 20
const RUNS = 10

/** Where Debian puts it. */
const redisProgram = '/usr/bin/redis-server'
const withRedis = existsSync(redisProgram)

let world: World
let proxy: SilentProxy
let gateway: GatewayProcess
let sql: pg.Client
let redis: ChildProcess | undefined
let authorization: string
/** Of learners and runs: each pair is enrolled once, so that each enrolment writes. */
let learners: string[]
const runs: string[] = []
beforeAll(async () => {
  world = await startWorld()
  const personas = await Promise.all(Array.from({ length: LEARNERS }, (_, n) => linked(world, `patience-${n}`)))
  learners = await Promise.all(personas.map(async (persona) => `Bearer ${await world.tokenOf(persona)}`))
  authorization = learners[0] as string
  for (let made = 0; made < RUNS; made += 1) runs.push((await newRun(world)).id)
  sql = new pg.Client({ connectionString: world.databaseUrl })
  await sql.connect()
  proxy = await startSilentProxy(world.databaseUrl)
  const environment: Record<string, string> = { ...world.environment, DATABASE_URL: proxy.url, LOG_LEVEL: 'warn' }
  if (withRedis) {
    const port = await findFreePort()
    redis = spawn(redisProgram, ['--port', `${port}`, '--bind', '127.0.0.1', '--save', ''], { stdio: 'ignore' })
    environment.REDIS_URL = `redis://127.0.0.1:${port}`
  }
  gateway = await startGatewayProcess(environment)
})
afterAll(async () => {
  gateway?.child.kill('SIGKILL')
  redis?.kill('SIGKILL')
  await proxy?.close()
  await sql?.end()
  await world?.close()
})
afterEach(async () => {
  // So that each test answers for itself.
  Object.assign(proxy, { manner: 'pass' })
  expect([gateway.child.exitCode, gateway.child.signalCode]).toEqual([null, null])
})

interface Heard {
  status: number
  retryAfter: string | null
  codes: string[]
  data: unknown
}

async function ask(query: string, variables: object = {}, headers: object = { authorization }): Promise<Heard> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors = [] } = (await response.json()) as {
    data: unknown
    errors?: { extensions: { code: string } }[]
  }
  const codes = errors.map(({ extensions }) => extensions.code)
  return { status: response.status, retryAfter: response.headers.get('retry-after'), codes, data }
}

/** The name is other at each call, so that nobody answers from memory. */
let asked = 0
const read = () => ask(`query q${asked++} { courses(first: 2) { nodes { title } } }`)
const health = async (kind: 'ready' | 'live') => (await fetch(`${gateway.url}/health/${kind}`)).status
const enrolDocument = 'mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } userErrors { code } } }'
let begun = 0
function enrol(): Promise<Heard> {
  const place = begun++
  const input = { paymentMethod: 'CARD', returnUrl: back, termsAccepted: true, idempotencyKey: `k${place}` }
  const courseRunId = runs[Math.floor(place / LEARNERS) % RUNS]
  return ask(enrolDocument, { input: { ...input, courseRunId } }, { authorization: learners[place % LEARNERS] })
}

/** A whole answer, or one that says that it is worth asking again. */
function isFit({ status, retryAfter, codes }: Heard): boolean {
  const away = codes.every((code) => code === 'UPSTREAM_UNAVAILABLE')
  return away && (status === 200 || (status === 503 && codes.length > 0 && Number(retryAfter) > 0))
}

async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + withinMs
  while (!(await holds())) if (performance.now() > deadlineMs) throw new Error(`${what} not within ${withinMs} ms`)
}

const isReady = async () => (await health('ready')) === 200
const readyAgain = () => until('ready', READY_AGAIN_WITHIN_MS, isReady)

/** Each way in which it is away: what is done to it, and how it comes back. */
const outages: [string, () => unknown, () => unknown][] = [
  ['restarts', () => away('refuse'), () => (proxy.manner = 'pass')],
  ['has no connection free', () => away('full'), () => (proxy.manner = 'pass')],
  ['is answered for by something else', () => away('nonsense'), () => (proxy.manner = 'pass')],
]
function away(manner: SilentProxy['manner']): void {
  proxy.manner = manner
  proxy.cut()
}

it.each(outages)(
  'while PostgreSQL %s, clients are asked to wait, and 3 s after it everything works',
  async (_, go, comeBack) => {
    const linesBefore = gateway.written().split('\n').length
    const startedMs = performance.now()
    await go()
    expect(await health('ready')).toBe(503)
    expect(await health('live')).toBe(200)
    const heard = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? read() : enrol())))
    expect(heard.filter((one) => !isFit(one))).toEqual([])
    expect(heard.filter(({ status }) => status === 503).length).toBeGreaterThan(0)
    expect(await read()).toMatchObject({ status: 503, codes: ['UPSTREAM_UNAVAILABLE'] })
    const lines = gateway.written().split('\n').length - linesBefore
    expect(lines).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - startedMs) / 1000))
    await comeBack()
    await readyAgain()
    expect(await read()).toMatchObject({ status: 200, codes: [] })
    expect(await enrol()).toMatchObject({ status: 200, codes: [] })
  },
)

it('while PostgreSQL takes no writes, reads are answered and writes are asked to wait', async () => {
  const name = new URL(world.databaseUrl).pathname.slice(1)
  await sql.query(`alter database ${name} set default_transaction_read_only = on`)
  try {
    proxy.cut()
    expect(await health('ready')).toBe(503)
    await until('reads', READY_AGAIN_WITHIN_MS, async () => (await read()).status === 200)
    expect(await enrol()).toMatchObject({ status: 503, codes: ['UPSTREAM_UNAVAILABLE'] })
  } finally {
    await sql.query(`alter database ${name} reset default_transaction_read_only`)
  }
  await readyAgain()
  await until('a write', READY_AGAIN_WITHIN_MS, async () => (await enrol()).status === 200)
})

it('a PostgreSQL that falls silent is noticed within 10 s by whoever waits for it', async () => {
  proxy.manner = 'silent'
  const silentMs = performance.now()
  const waiting = [read(), read(), ask('{ viewer { learner { enrolments(first: 1) { nodes { id } } } } }')]
  expect(await health('ready')).toBe(503)
  expect(performance.now() - silentMs).toBeLessThan(2_000)
  for (const one of await Promise.all(waiting)) expect(one.codes).toEqual(['UPSTREAM_UNAVAILABLE'])
  expect(performance.now() - silentMs).toBeLessThan(SILENCE_NOTICED_WITHIN_MS)
  proxy.manner = 'pass'
  await readyAgain()
  expect(await read()).toMatchObject({ status: 200 })
})

/** More than the pool has connections. */
const CUTS = 20

/** Connections for writes that somebody holds. */
async function busyWrites(): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  return Number(/^gateway_pool_connections\{pool="write",use="busy"\} (\d+)$/m.exec(text)?.[1])
}

it('cut again and again under load, it answers each client, keeps what it accepted and leaves no job locked', async () => {
  let over = false
  const heard: Heard[] = []
  const client = async (number: number) => {
    while (!over) heard.push(await (number % 2 ? read() : enrol()))
  }
  const clients = Array.from({ length: 6 }, (_, number) => client(number))
  for (let cuts = 0; cuts < CUTS; cuts += 1) {
    const before = heard.length
    await until('answers', 20_000, async () => heard.length > before + 5 || !(await health('live')))
    proxy.cut()
  }
  over = true
  await Promise.all(clients)
  expect(heard.filter((one) => !isFit(one))).toEqual([])
  await readyAgain()
  await world.settle()
  const locked = 'select 1 from graphile_worker._private_jobs where locked_at is not null'
  await until('no connection kept', 20_000, async () => (await busyWrites()) === 0)
  await until('no job locked', 20_000, async () => (await sql.query(locked)).rowCount === 0)
  // A payment whose opening was cut is looked at again a minute later.
  await recover(world, 'stripe')
  // A sync that was cut in each of its attempts is begun anew by the clock.
  const broken = (await brokenInvariants(world)).filter((what) => !what.startsWith('sync_catalogue was given up'))
  expect(broken).toEqual([])
})

const { it: whenThere } = needing(`Redis (${redisProgram})`, withRedis)
whenThere('no request fails while Redis is frozen, nor when it is gone', async () => {
  const all = async () =>
    Promise.all(
      Array.from({ length: 10 }, (_, n) => ask('{ courses { totalCount } }', {}, n % 2 ? {} : { authorization })),
    )
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    redis?.kill(signal)
    if (signal === 'SIGKILL' && redis) await once(redis, 'exit')
    for (let times = 0; times < 3; times += 1)
      expect((await all()).filter(({ status, codes }) => status !== 200 || codes.length > 0)).toEqual([])
    expect(await health('ready')).toBe(200)
  }
})

it('no request fails once nobody reads its log any more', async () => {
  gateway.child.stdout?.destroy()
  gateway.child.stderr?.destroy()
  proxy.cut()
  await readyAgain()
  for (let times = 0; times < 3; times += 1) expect(await read()).toMatchObject({ status: 200 })
})

it('a process whose log finds the disk full goes on, and ends when it is told to', async () => {
  const lines = `
    import { openLog } from ${JSON.stringify(resolve('src/observability/log.ts'))}
    const log = openLog('info')
    for (let lines = 0; lines < 200; lines += 1) log.info('some text, to be written at once '.repeat(1_000))
    setTimeout(() => process.exit(0), 300)
  `
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, ['--input-type=module', '-e', lines], { stdio: ['ignore', full, 'inherit'] })
  closeSync(full)
  const stuck = setTimeout(() => child.kill('SIGKILL'), 10_000)
  expect(await once(child, 'exit')).toEqual([0, null])
  clearTimeout(stuck)
})
