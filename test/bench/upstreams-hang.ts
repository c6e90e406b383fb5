/** Measures the catalogue's p99 while upstreams hang. */
import { type KillableGateway, startKillable } from '../support/world/killable-gateway.ts'
import { enrol, linked, newRun } from '../support/world/study.ts'
import { startTestServer } from '../support/world/test-server.ts'
import { startWorld, type World } from '../support/world/world.ts'
import { graphql } from './contestants.ts'
import { round } from './load.ts'

const catalogue = `{ courses(first: 20) { totalCount nodes { title subject credit { amount level }
  nextRun { startsAt price { formatted } } awardingInstitution { name } } } }`
const ROUNDS = 7
const ROUND_SECONDS = 6
/** Gentle, so that the queue of the load itself is not what is measured. */
const CONNECTIONS = 4
const PAUSE_MS = 30
/** Questions a second that an upstream has to answer. */
const REQUESTS_PER_SECOND = 20

type Hanging = 'nobody' | 'partner' | 'stripe'

async function hang(world: World, hanging: Hanging): Promise<void> {
  for (const box of ['partner', 'stripe'] as const) await world.clearFaults(box)
  if (hanging === 'nobody') return
  await world.control(hanging, 'faults', { operation: '*', fault: 'timeout_before', times: 10_000 })
}

/** Asks what only an upstream knows, so often a second whatever becomes of the answers; ends when told. */
function askUpstreams(world: World, runs: readonly string[], paymentIds: readonly [string, string][]) {
  let asked = 0
  const places = 'query ($id: ID!) { node(id: $id) { ... on CourseRun { placesRemaining } } }'
  const completing = 'mutation ($id: ID!) { completePayment(input: { paymentId: $id }) { userErrors { code } } }'
  const timer = setInterval(() => {
    asked += 1
    const [persona, id] = paymentIds[asked % paymentIds.length] as [string, string]
    const question =
      asked % 2 ? world.ask(null, places, { id: runs[asked % runs.length] }) : world.ask(persona, completing, { id })
    question.catch(() => undefined)
  }, 1_000 / REQUESTS_PER_SECOND)
  return () => clearInterval(timer)
}

/** A learner for each connection: together they may ask more than one's rate limit holds. */
async function measure(gateway: KillableGateway, tokens: readonly string[]) {
  const asked = tokens.map((token) => graphql(catalogue, {}, { authorization: `Bearer ${token}` }))
  const { p50Ms, p99Ms, wrong } = await round([gateway], asked, {
    seconds: ROUND_SECONDS,
    connections: tokens.length,
    pauseMs: PAUSE_MS,
  })
  if (wrong > 0) throw new Error(`${wrong} answers were wrong`)
  return { p50: p50Ms, p99: p99Ms }
}

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const server = await startTestServer()
process.env.TEST_DATABASE_URL = server.url
const world = await startWorld()
let gateway: KillableGateway | null = null
try {
  const { data } = await world.ask(null, '{ courses(first: 50) { nodes { runs(first: 20) { nodes { id } } } } }')
  const runs = data.courses.nodes.flatMap((one: { runs: { nodes: { id: string }[] } }) =>
    one.runs.nodes.map(({ id }) => id),
  )
  const run = await newRun(world)
  const payments: [string, string][] = []
  for (let count = 0; count < 20; count++) {
    const persona = await linked(world, `bench-${count}`)
    payments.push([persona, (await enrol(world, persona, run.id)).payment.id])
  }
  gateway = await startKillable(world)
  const tokens = await Promise.all(payments.slice(0, CONNECTIONS).map(([persona]) => world.tokenOf(persona)))
  const there = { ...world, url: gateway.url }
  await measure(gateway, tokens)
  const stop = askUpstreams(there, runs, payments)
  const all: Record<Hanging, { p50: number; p99: number }[]> = { nobody: [], partner: [], stripe: [] }
  for (let count = 0; count < ROUNDS; count++) {
    for (const hanging of ['nobody', 'partner', 'stripe'] as const) {
      await hang(world, hanging)
      all[hanging].push(await measure(gateway, tokens))
    }
  }
  stop()
  const p99 = (hanging: Hanging) => median(all[hanging].map((one) => one.p99))
  console.log('| who hangs | ms: p50, p99 of the catalogue | p99 : normal |\n|---|---|---|')
  for (const hanging of ['nobody', 'partner', 'stripe'] as const) {
    const p50 = median(all[hanging].map((one) => one.p50))
    const times = (p99(hanging) / p99('nobody')).toFixed(2)
    console.log(`| ${hanging} | ${p50.toFixed(1)}, ${p99(hanging).toFixed(1)} | ${times} |`)
  }
} finally {
  await gateway?.kill()
  await world.close()
  await server.stop()
}
