/** Measures each root field's processor time per point with its worst inputs. */
import { parse } from 'graphql'
import { costPlan } from '../../src/graph/limits/cost.ts'
import { bodyPoints, documentPoints, publishWeights, works } from '../../src/graph/limits/weights.ts'
import { buildGraph } from '../../src/schema.ts'
import { makeSamples } from '../support/permissions/permission-samples.ts'
import { answerOf, externalCredit } from '../support/world/awarded.ts'
import { startFilledWorld } from './filled-world.ts'
import { mutationInputs, subscriptionInputs } from './operation-inputs.ts'
import { type Ground, type WorstInput, worstInputs } from './worst-inputs.ts'

/** Of one question first: it is compiled, its plan is settled, and V8 has seen it. */
const WARMING_REQUESTS = 12
const WARMING_US = 250_000
/** Of the whole gateway before that: a cold one takes many times as long for everything. */
const WARMED_US = 8_000_000
/** The least of so many measurements counts: collections of garbage and neighbours fall into the others. */
const MEASUREMENTS = 3
const MEASURED_US = 90_000
const MOST_REQUESTS = 2_000
const LEAST_REQUESTS = 3
/** What the gateway does by itself is looked at for so long. */
const AT_REST_MS = 4_000
/** So many learners ask in turn what anybody may ask: kept answers are for anonymous callers only. */
const LEARNERS = 300
/** Bodies beyond this have a price of their own. */
const LARGE_BODY_BYTES = 16 * 1024
/** No field may be so many times cheaper than the median. */
const MOST_TIMES_MEDIAN = 5

const only = process.argv.slice(2)
let ground: Ground
const filled = await startFilledWorld(async (world) => {
  const samples = await makeSamples(world)
  const document = `query ($i: TransferEligibilityInput!) { transferEligibility(input: $i) { statement } }`
  const externalCredits = Array.from({ length: 31 }, (_, n) => externalCredit(`r${n}`))
  const i = { qualificationId: samples.Qualification, externalCredits }
  const { statement } = (await answerOf(world, null, document, { i })) as { statement: string }
  const { nodes } = (await answerOf(world, null, '{ courses(first: 40) { nodes { id } } }')) as {
    nodes: { id: string }[]
  }
  const courses = Object.fromEntries(nodes.map(({ id }, n) => [`course${n}`, id]))
  ground = { ...samples, ...courses, statement, regular: 'learner:bench-0' } as Ground
})

const { there, used } = await filled.open()
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Answered {
  data?: object | null
  errors?: { extensions?: { code?: string } }[]
  extensions?: { cost?: { requested: number; actual: number; budgetRemaining: number; restoreRate: number } }
}
let asked = 0

async function send({ persona, document, variables }: WorstInput, path: string, signal?: AbortSignal) {
  asked += 1
  const token = await there.tokenOf(persona ?? `learner:bench-${asked % LEARNERS}`)
  const body = JSON.stringify({ query: document, variables })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const bytes = Buffer.byteLength(body)
  const response = await fetch(`${there.url}${path}`, { method: 'POST', headers, body, signal: signal ?? null })
  return { response, taken: bytes > LARGE_BODY_BYTES ? bodyPoints(bytes) : 0 }
}

/** What the question cost in all. */
async function ask(input: WorstInput): Promise<number> {
  const { response, taken } = await send(input, '/graphql')
  const { data, errors, extensions } = (await response.json()) as Answered
  const cost = extensions?.cost
  if (!data || !cost) throw new Error(`${input.name}: ${JSON.stringify(errors ?? extensions)}`)
  // A person has one bucket for all that is asked here: it is to be full enough.
  const missing = 3 * cost.requested - cost.budgetRemaining
  if (input.persona && missing > 0) await pause((1000 * missing) / cost.restoreRate)
  return cost.actual + taken + (input.isNew ? documentPoints(input.document) : 0)
}

const schema = buildGraph()
publishWeights(schema, works)

/** Begins to listen and goes away; answers what that costs. */
async function listen(input: WorstInput): Promise<number> {
  const document = parse(input.document)
  const [operation] = document.definitions
  const leaving = new AbortController()
  const { response } = await send(input, '/graphql/stream', leaving.signal)
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    throw new Error(`${input.name}: ${await response.text()}`)
  }
  await response.body?.getReader().read()
  leaving.abort()
  return costPlan(schema, document, operation as never).requested({})
}

interface Spent {
  us: number
  points: number
}

interface Row extends Spent {
  name: string
  gatewayUs: number
  postgresUs: number
}

/** Of the gateway and PostgreSQL, when nobody asks anything. */
async function atRest(): Promise<number> {
  const before = used()
  await pause(AT_REST_MS)
  const after = used()
  return (after.gatewayUs - before.gatewayUs + after.postgresUs - before.postgresUs) / AT_REST_MS
}

async function measure(name: string, askOnce: (round: number) => Promise<number>, restUsPerMs: number): Promise<Row> {
  let round = 0
  const began = used().gatewayUs
  while (round < WARMING_REQUESTS || (round < MOST_REQUESTS && used().gatewayUs < began + WARMING_US)) {
    await askOnce(round++)
  }
  const rows: Row[] = []
  for (let n = 0; n < MEASUREMENTS; n++) {
    const [before, startedAt] = [used(), performance.now()]
    let [count, points] = [0, 0]
    while (count < LEAST_REQUESTS || (count < MOST_REQUESTS && used().gatewayUs < before.gatewayUs + MEASURED_US)) {
      points += await askOnce(round++)
      count += 1
    }
    const after = used()
    const rest = restUsPerMs * (performance.now() - startedAt)
    const gatewayUs = Math.max(0, after.gatewayUs - before.gatewayUs - rest) / count
    const postgresUs = (after.postgresUs - before.postgresUs) / count
    rows.push({ name, gatewayUs, postgresUs, us: gatewayUs + postgresUs, points: points / count })
  }
  const row = rows.reduce((least, one) => (one.us < least.us ? one : least))
  const { gatewayUs, postgresUs, points } = row
  console.error(`${name}: ${gatewayUs.toFixed(0)} + ${postgresUs.toFixed(0)} us, ${points.toFixed(0)} points`)
  return row
}

/** What is told apart from each other: what is measured, and how it is asked in each round. */
function* questions(): Generator<[string, (round: number) => Promise<number>]> {
  for (const input of worstInputs(ground)) yield [input.name, () => ask(input)]
  const aliases = Array.from({ length: 90 }, (_, n) => `another${n}: title`).join(' ')
  const unknown = (n: number) => `query Q${n} { courses(first: 1) { nodes { ${aliases} } } }`
  yield ['unknown document', (n) => ask({ name: 'unknown', persona: null, document: unknown(n), isNew: true })]
  for (const input of subscriptionInputs(ground)) yield [input.name, () => listen(input)]
  for (const [at, { name }] of mutationInputs(ground, 0).entries()) {
    yield [name, (round) => ask(mutationInputs(ground, round)[at] as WorstInput)]
  }
}

try {
  const all = worstInputs(ground!)
  for (let n = 0; used().gatewayUs < WARMED_US; n++) await ask(all[n % all.length] as WorstInput)
  const restUsPerMs = await atRest()
  const idle = await measure(
    '{ __typename }',
    () => ask({ name: 'idle', persona: null, document: '{ __typename }' }),
    restUsPerMs,
  )
  const rows: Row[] = []
  for (const [name, askOnce] of questions()) {
    if (only.length === 0 || only.some((one) => name.startsWith(one)))
      rows.push(await measure(name, askOnce, restUsPerMs))
  }
  /** Beyond a request that asks for nothing. */
  const usPerPoint = ({ us, points }: Spent) => Math.max(0, us - idle.us) / Math.max(1, points - idle.points)
  const sorted = rows.map(usPerPoint).sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] as number
  console.log(`A request that asks for nothing takes ${idle.us.toFixed(0)} µs for ${idle.points} points.\n`)
  console.log('| question | gateway µs | PostgreSQL µs | points | µs a point | : median |\n|---|---|---|---|---|---|')
  for (const row of rows) {
    const numbers = [row.gatewayUs, row.postgresUs, row.points].map((one) => one.toFixed(0)).join(' | ')
    console.log(
      `| ${row.name} | ${numbers} | ${usPerPoint(row).toFixed(1)} | ${(usPerPoint(row) / median).toFixed(1)} |`,
    )
  }
  const cheap = rows.filter((row) => usPerPoint(row) > MOST_TIMES_MEDIAN * median)
  if (cheap.length > 0) throw new Error(`too cheap: ${cheap.map(({ name }) => name).join('; ')}`)
} finally {
  await filled.close()
}
