/** Tests that enrolability says of each case what enrol then does. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  back,
  cancelEnrolment,
  enrol,
  inDays,
  linked,
  newKey,
  newRun,
  type RunFacts,
  registered,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

async function enrolability(persona: string | null, id: string) {
  const document =
    'query ($id: ID!) { node(id: $id) { ... on CourseRun { enrolability { possible reasonCode reason } } } }'
  const { data, errors } = await world.ask(persona, document, { id })
  expect(errors).toBeUndefined()
  return data.node.enrolability
}

let learners = 0
const newLearner = () => linked(world, `nell-${learners++}`)
const price = { minor: 0, currency: 'GBP' }

async function run(facts: RunFacts = {}): Promise<string> {
  return (await newRun(world, facts)).id
}

async function holding(places: number): Promise<string> {
  const persona = await newLearner()
  for (let place = 0; place < places; place += 1) await enrol(world, persona, await run())
  return persona
}

type Case = [what: string, code: string | null, made: () => Promise<[persona: string, run: string]>]

const cases: Case[] = [
  ['an open run', null, async () => [await newLearner(), await run()]],
  [
    'a price that no provider takes',
    'PAYMENT_METHOD_NOT_OFFERED',
    async () => [await newLearner(), await run({ price: { minor: 100_050, currency: 'MGA' } })],
  ],
  ['a run that costs nothing', null, async () => [await newLearner(), await run({ price })]],
  [
    'a run that opens later',
    'ENROLMENT_CLOSED',
    async () => [await newLearner(), await run({ enrolment_opens_at: inDays(3), enrolment_closes_at: inDays(10) })],
  ],
  [
    'a run whose window is over',
    'ENROLMENT_CLOSED',
    async () => [await newLearner(), await run({ enrolment_opens_at: inDays(-10), enrolment_closes_at: inDays(-1) })],
  ],
  [
    'a run that has ended',
    'ENROLMENT_CLOSED',
    async () => [
      await newLearner(),
      await run({ start_time: inDays(-200), enrolment_opens_at: inDays(-230), enrolment_closes_at: inDays(-190) }),
    ],
  ],
  [
    'a run that was cancelled',
    'ENROLMENT_CLOSED',
    async () => {
      const { id, uuid } = await newRun(world)
      await world.control('partner', `program_runs/${uuid}`, { status: 'cancelled' })
      await world.settle()
      return [await newLearner(), id]
    },
  ],
  ['a run without places', 'RUN_FULL', async () => [await newLearner(), await run({ capacity: 0 })]],
  [
    'a run whose last place another holds',
    'RUN_FULL',
    async () => {
      const id = await run({ capacity: 1 })
      await enrol(world, await newLearner(), id)
      return [await newLearner(), id]
    },
  ],
  [
    'a run whose last place another has',
    'RUN_FULL',
    async () => {
      const id = await run({ capacity: 1 })
      await registered(world, await newLearner(), id)
      return [await newLearner(), id]
    },
  ],
  [
    'a run on which they hold a place',
    'ALREADY_ENROLLED',
    async () => {
      const [persona, id] = [await newLearner(), await run()]
      await enrol(world, persona, id)
      return [persona, id]
    },
  ],
  [
    'a run on which they gave up their place',
    null,
    async () => {
      const [persona, id] = [await newLearner(), await run()]
      const { enrolment } = await enrol(world, persona, id)
      await cancelEnrolment(world, persona, enrolment.id)
      return [persona, id]
    },
  ],
  ['an open run, without any account', 'PARTNER_ACCOUNT_REQUIRED', async () => ['learner:nobody-yet', await run()]],
  [
    'an open run, with an invitation that was not followed',
    'PARTNER_ACCOUNT_REQUIRED',
    async () => {
      const [persona, id] = ['learner:invited', await run()]
      await enrol(world, persona, id)
      return [persona, id]
    },
  ],
  ['a full run, without any account', 'RUN_FULL', async () => ['learner:nobody-still', await run({ capacity: 0 })]],
  ['an open run, with two unpaid places', null, async () => [await holding(2), await run()]],
  ['an open run, with three unpaid places', 'RATE_LIMITED', async () => [await holding(3), await run()]],
  ['a run that costs nothing, with three unpaid places', null, async () => [await holding(3), await run({ price })]],
]

it.each(cases)('of %s it says %s, and so does enrol', async (_what, code, made) => {
  const [persona, id] = await made()
  const said = await enrolability(persona, id)
  const { enrolment, userErrors } = await enrol(world, persona, id)
  const [refusal = null] = userErrors as { code: string; message: string }[]
  expect(said.reasonCode).toBe(code)
  expect(said).toEqual({
    possible: enrolment !== null,
    reasonCode: refusal?.code ?? null,
    reason: refusal?.message ?? null,
  })
})

describe('of callers who are no learners', () => {
  it('nobody in particular hears what can be said without a learner', async () => {
    expect(await enrolability(null, await run())).toEqual({ possible: true, reasonCode: null, reason: null })
    const full = await run({ capacity: 0 })
    expect(await enrolability(null, full)).toMatchObject({ possible: false, reasonCode: 'RUN_FULL' })
  })

  it.each(['registrar', 'institution-client', 'operator'])('%s hears that only learners can', async (persona) => {
    const id = await run()
    const input = { courseRunId: id, paymentMethod: 'CARD', returnUrl: back, termsAccepted: true }
    const document = 'mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } } }'
    const { errors } = await world.ask(persona, document, { input: { ...input, idempotencyKey: newKey() } })
    const { possible, reasonCode } = await enrolability(persona, id)
    expect([possible, reasonCode]).toEqual([false, errors?.[0]?.extensions.code])
  })
})

it('while the partner cannot say how many places are left, that is no reason against it', async () => {
  const [persona, id] = [await newLearner(), await run()]
  await world.control('partner', 'faults', { operation: 'program_runs.availability', fault: 'http_503', times: 50 })
  const said = await enrolability(persona, id)
  await world.clearFaults('partner')
  expect(said).toEqual({ possible: true, reasonCode: null, reason: null })
})
