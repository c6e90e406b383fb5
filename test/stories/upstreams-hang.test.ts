/** Tests that the catalogue answers in full while upstreams hang. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { enrol, linked, newRun, pay } from '../support/world/study.ts'
import { type Answer, startWorld, type World } from '../support/world/world.ts'

/** Long enough that everything asked for beside the hanging calls is answered before they are given up. */
const limits = {
  concurrency: 6,
  concurrencyPerCaller: 6,
  queue: 4,
  queuePerCaller: 4,
  timeoutMs: 4_000,
  liveTimeoutMs: 4_000,
  breakerOpenMs: 1_500,
}
const MANY = 10_000

let world: World
let runs: string[]
beforeAll(async () => {
  world = await startWorld({ limits })
  const { data } = await world.ask(null, '{ courses(first: 50) { nodes { runs(first: 20) { nodes { id } } } } }')
  runs = data.courses.nodes.flatMap((course: { runs: { nodes: { id: string }[] } }) =>
    course.runs.nodes.map(({ id }) => id),
  )
})
afterAll(() => world?.close())

const catalogue = `{ courses(first: 20) { totalCount nodes { title subject credit { amount level }
  nextRun { startsAt price { formatted } } awardingInstitution { name } } } }`

/** As somebody, so that no kept answer is given. */
const readCatalogue = () => world.ask('ada', catalogue)

/** How many calls have reached the sandbox since it hangs. */
async function reached(box: 'partner' | 'stripe'): Promise<number> {
  const base = world.environment[box === 'partner' ? 'PARTNER_BASE_URL' : 'STRIPE_API_BASE'] as string
  const { faults } = (await (await fetch(`${new URL(base).origin}/_sandbox/faults`)).json()) as {
    faults: { times: number }[]
  }
  return faults.reduce((taken, { times }) => taken + MANY - times, 0)
}

const hang = (box: 'partner' | 'stripe') =>
  world.control(box, 'faults', { operation: '*', fault: 'timeout_before', times: MANY })

/** Questions that are under way, and the answers that have come. */
function watched<Result>(questions: Promise<Result>[]) {
  const answers: Result[] = []
  for (const question of questions) question.then((answer) => answers.push(answer))
  return { answers, all: Promise.all(questions) }
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadlineMs = Date.now() + limits.timeoutMs
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error('it did not come to pass')
    await fetch(`${world.url}/health/live`)
  }
}

describe('while every call to the partner hangs', () => {
  const placesOf = (id: string) =>
    world.ask(null, 'query ($id: ID!) { node(id: $id) { ... on CourseRun { placesRemaining } } }', { id })
  let before: Answer
  beforeAll(async () => {
    before = await readCatalogue()
    expect(before.data.courses.nodes).toHaveLength(20)
  })
  beforeEach(() => hang('partner'))
  afterEach(() => world.clearFaults('partner'))

  it('the catalogue is answered whole, no more calls are sent than may be, and the rest is turned away', async () => {
    const asked = 16
    const { answers, all } = watched(runs.slice(0, asked).map(placesOf))
    // Six are sent, four wait, six hear at once that the partner is busy.
    await until(() => answers.length >= asked - limits.concurrency - limits.queue)
    expect(await reached('partner')).toBe(limits.concurrency)
    for (let time = 0; time < 5; time++) expect(await readCatalogue()).toEqual(withCost(before))
    for (const { data, errors } of await all) {
      expect(data.node.placesRemaining).toBeNull()
      expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }])
    }
    await world.clearFaults('partner')
  })

  it('the breaker opens, nothing is sent any more, and it closes when the partner answers again', async () => {
    const at = 16 + limits.concurrency
    // Whoever asks again while a call hangs waits for it too; once it was given up, the next is made.
    while (world.app.breakers().partner === 'closed') await Promise.all(runs.slice(16, at).map(placesOf))
    const sent = await reached('partner')
    const answers = await Promise.all(runs.slice(at, at + 3).map(placesOf))
    for (const { errors } of answers) expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }])
    // One may have been let through to see whether the partner is back.
    expect((await reached('partner')) - sent).toBeLessThanOrEqual(1)
    expect(await readCatalogue()).toEqual(withCost(before))
    await world.clearFaults('partner')
    await until(async () => typeof (await placesOf(runs[at + 3] as string)).data.node.placesRemaining === 'number')
    expect(world.app.breakers().partner).toBe('closed')
  })

  /** `budgetRemaining` differs from answer to answer; all else is the same. */
  const withCost = ({ data }: Answer) => ({ data, extensions: expect.anything() })
})

it('while every call to a payment provider hangs, the catalogue and other enrolments are answered', async () => {
  const [one, two] = [await linked(world, 'heike'), await linked(world, 'horst')]
  const run = await newRun(world)
  const before = await readCatalogue()
  await hang('stripe')
  const { answers, all } = watched([enrol(world, one, run.id)])
  await until(async () => (await reached('stripe')) === 1)
  expect((await readCatalogue()).data).toEqual(before.data)
  const other = await enrol(world, two, run.id, { paymentMethod: 'PAYPAL' })
  expect(other.userErrors).toEqual([])
  expect((await pay(world, other.payment.action.redirectUrl)).status).toBe(200)
  expect(answers).toHaveLength(0)
  const [hung] = await all
  expect(hung).toMatchObject({
    enrolment: { status: 'PENDING_PAYMENT' },
    userErrors: [{ code: 'PROVIDER_UNAVAILABLE' }],
  })
  await world.clearFaults('stripe')
})
