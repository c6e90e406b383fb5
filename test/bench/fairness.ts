/** Measures each root field's processor time per point with its worst inputs. */

import { makeSamples } from '../support/permissions/permission-samples.ts'
import { answerOf, externalCredit } from '../support/world/awarded.ts'
import { startFilledWorld } from './filled-world.ts'
import { type Ground, mutationInputs, type WorstInput, worstInputs } from './worst-inputs.ts'

/** Enough to be compiled, and for plans to be settled. */
const WARMING_REQUESTS = 6
const WARMING_US = 60_000
/** Of the whole gateway first: a cold one takes many times as long for everything. */
const WARMED_US = 6_000_000
const MEASURED_US = 200_000
const MOST_REQUESTS = 2_000
const LEAST_REQUESTS = 6
/** So many learners ask in turn what anybody may ask: kept answers are for anonymous callers only. */
const LEARNERS = 300
/** No field may be so many times cheaper than the median. */
const MOST_TIMES_MEDIAN = 5

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

interface Answered {
  data?: object | null
  errors?: object[]
  extensions?: { cost?: { requested: number; actual: number; budgetRemaining: number; restoreRate: number } }
}
let asked = 0

async function ask({ name, persona, document, variables }: WorstInput) {
  asked += 1
  const token = await there.tokenOf(persona ?? `learner:bench-${asked % LEARNERS}`)
  const response = await fetch(`${there.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: document, variables }),
  })
  const { data, errors, extensions } = (await response.json()) as Answered
  const cost = extensions?.cost
  if (!data || !cost) throw new Error(`${name}: ${JSON.stringify(errors ?? extensions)}`)
  if (errors) console.error(`${name}: ${JSON.stringify(errors[0]).slice(0, 200)}`)
  // Persons have one bucket for all: it is to be full enough.
  const missing = 3 * cost.requested - cost.budgetRemaining
  if (persona && missing > 0) await new Promise((resolve) => setTimeout(resolve, (1000 * missing) / cost.restoreRate))
  return cost
}

interface Row {
  name: string
  gatewayUs: number
  postgresUs: number
  requested: number
  points: number
  usPerPoint: number
}

async function measure(name: string, inputs: (round: number) => WorstInput): Promise<Row> {
  let round = 0
  const began = used().gatewayUs
  while (round < WARMING_REQUESTS || (round < MOST_REQUESTS && used().gatewayUs < began + WARMING_US)) {
    await ask(inputs(round++))
  }
  const before = used()
  const spent = () => {
    const now = used()
    return { gatewayUs: now.gatewayUs - before.gatewayUs, postgresUs: now.postgresUs - before.postgresUs }
  }
  let [count, points, requested] = [0, 0, 0]
  while (count < LEAST_REQUESTS || (count < MOST_REQUESTS && spent().gatewayUs < MEASURED_US)) {
    const cost = await ask(inputs(round++))
    points += cost.actual
    requested += cost.requested
    count += 1
  }
  const { gatewayUs, postgresUs } = spent()
  const row = {
    name,
    gatewayUs: gatewayUs / count,
    postgresUs: postgresUs / count,
    requested: requested / count,
    points: points / count,
    usPerPoint: (gatewayUs + postgresUs) / points,
  }
  console.error(
    `${name}: ${row.gatewayUs.toFixed(0)} + ${row.postgresUs.toFixed(0)} us, ${row.points.toFixed(0)} points, ${row.usPerPoint.toFixed(1)} us a point`,
  )
  return row
}

try {
  const all = worstInputs(ground!)
  for (let n = 0; used().gatewayUs < WARMED_US; n++) await ask(all[n % all.length] as WorstInput).catch(() => undefined)
  const rows: Row[] = []
  for (const input of worstInputs(ground!))
    rows.push(
      (await measure(input.name, () => input).catch((e) => {
        console.error(e.message)
        return null
      })) as Row,
    )
  for (const [at, { name }] of mutationInputs(ground!, 0).entries()) {
    rows.push(
      (await measure(name, (round) => mutationInputs(ground!, round)[at] as WorstInput).catch((e) => {
        console.error(e.message)
        return null
      })) as Row,
    )
  }
  for (let n = rows.length; n--; ) if (!rows[n]) rows.splice(n, 1)
  const sorted = rows.map(({ usPerPoint }) => usPerPoint).sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] as number
  console.log(
    '| field | gateway µs | PostgreSQL µs | requested | points | µs a point | : median |\n|---|---|---|---|---|---|---|',
  )
  for (const { name, usPerPoint, ...rest } of rows) {
    const numbers = [rest.gatewayUs, rest.postgresUs, rest.requested, rest.points]
      .map((one) => one.toFixed(0))
      .join(' | ')
    console.log(`| ${name} | ${numbers} | ${usPerPoint.toFixed(1)} | ${(usPerPoint / median).toFixed(1)} |`)
  }
  const cheap = rows.filter(({ usPerPoint }) => usPerPoint > MOST_TIMES_MEDIAN * median)
  if (cheap.length > 0) throw new Error(`too cheap: ${cheap.map(({ name }) => name).join('; ')}`)
} finally {
  await filled.close()
}
