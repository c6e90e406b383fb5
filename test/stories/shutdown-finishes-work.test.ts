/** Tests that a gateway answers every accepted request before it stops. */
import { Agent, request } from 'node:http'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { type GatewayProcess, spawnGateway, startGatewayProcess } from '../support/world/gateway-process.ts'
import { back, linked, newRun } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

const CLIENTS = 24
const ANSWERS_BEFORE_THE_SIGNAL = 300

let world: World
let gateway: GatewayProcess
/** Of learners who enrol. */
let tokens: string[]
let runId: string
beforeAll(async () => {
  world = await startWorld()
  // Before the process is there, which runs jobs too.
  const personas = await Promise.all(Array.from({ length: CLIENTS / 4 }, (_, n) => linked(world, `drained-${n}`)))
  tokens = await Promise.all(personas.map((persona) => world.tokenOf(persona)))
  runId = (await newRun(world)).id
  gateway = await startGatewayProcess({ ...world.environment, LOG_LEVEL: 'info' })
}, 60_000)
afterAll(async () => {
  gateway?.child.kill('SIGKILL')
  await world?.close()
})

interface Counted {
  answered: number
  /** After the signal. */
  late: number
  /** Connections that were refused: nothing of them was accepted. */
  refused: number
  /** Accepted, and not answered with 200. */
  lost: string[]
}

/** One request; `accepted` says whether the gateway had taken the connection when it failed. */
function send(agent: Agent, body: object, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${gateway.url}/graphql`, { method: 'POST', agent, headers }, async (response) => {
      for await (const _ of response);
      resolve(response.statusCode ?? 0)
    })
    sent.once('error', reject)
    sent.end(JSON.stringify(body))
  })
}

it('no accepted request is lost, under a load of queries and mutations, on old connections and new ones', async () => {
  const counted: Counted = { answered: 0, late: 0, refused: 0, lost: [] }
  const enough = Promise.withResolvers<void>()
  let told = false
  const client = async (number: number) => {
    // Every third client opens a connection for each request.
    const agent = new Agent({ keepAlive: number % 3 !== 0 })
    const authorization = `Bearer ${tokens[number % tokens.length]}`
    const headers = { 'content-type': 'application/json', authorization }
    for (let sent = 0; ; sent += 1) {
      const input = { courseRunId: runId, paymentMethod: 'CARD', returnUrl: back, termsAccepted: true }
      const body =
        number % 4 === 0
          ? { query: enrolDocument, variables: { input: { ...input, idempotencyKey: `${number}-${sent}` } } }
          : { query: page }
      try {
        const status = await send(agent, body, headers)
        if (status !== 200) counted.lost.push(`status ${status}`)
        counted.answered += 1
        if (told) counted.late += 1
        if (counted.answered === ANSWERS_BEFORE_THE_SIGNAL) enough.resolve()
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === 'ECONNREFUSED') counted.refused += 1
        else counted.lost.push(String(code))
        return agent.destroy()
      }
    }
  }
  const all = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)))
  await enough.promise
  const toldMs = performance.now()
  told = gateway.child.kill('SIGTERM')
  await all
  expect(await gateway.ended).toBe(0)
  const { answered, late, refused, lost } = counted
  process.stdout.write(
    `drain: ${answered} answered, ${late} of them after SIGTERM, ${lost.length} lost, ${refused} refused, gone after ${Math.round(performance.now() - toldMs)} ms\n`,
  )
  expect({ lost, refused }).toEqual({ lost: [], refused: CLIENTS })
  expect(late).toBeGreaterThan(0)
})

it('says in its log that it goes, and nothing there but JSON', () => {
  const lines = gateway
    .written()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toContainEqual(expect.objectContaining({ message: 'gateway ready' }))
  expect(lines).toContainEqual(expect.objectContaining({ message: 'stopping: finishing what was begun' }))
  expect(lines.filter(({ level }) => level === 'error')).toEqual([])
})

it('leaves no connection to the database and no job locked behind', async () => {
  const client = new pg.Client({ connectionString: world.databaseUrl })
  await client.connect()
  const { rows } = await client.query(
    'select count(*)::int as count from graphile_worker._private_jobs where locked_at is not null',
  )
  await client.end()
  expect(rows[0].count).toBe(0)
})

it('refuses to start in production with the sandbox, in sentences and not in stacks', async () => {
  const { ended, written } = spawnGateway({ ...world.environment, NODE_ENV: 'production' })
  expect(await ended).toBe(1)
  expect(written()).toMatch(
    /^Not safe for production:\n {2}STRIPE_SECRET_KEY is the sandbox's own value; set the real one\.\n/,
  )
  expect(written()).not.toMatch(/\n {4}at /)
})

it('that cannot have its port says so and ends', async () => {
  const { ended, written } = spawnGateway({ ...world.environment, PORT: new URL(world.url).port })
  expect(await ended).toBe(1)
  expect(written()).toContain(`Port ${new URL(world.url).port} is in use`)
})

const page = '{ courses(first: 20) { nodes { title nextRun { startsAt price { formatted } } } } }'
const enrolDocument = 'mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } userErrors { code } } }'
