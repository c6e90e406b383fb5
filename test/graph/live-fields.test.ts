/** Tests that a slow partner delays no page, and that late answers are kept. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type HeldPartner, startHeldPartner } from '../support/world/held-partner.ts'
import { type Replica, startReplica } from '../support/world/replica.ts'
import { linked, newRun, registered } from '../support/world/study.ts'
import { type Answer, startWorld, type World } from '../support/world/world.ts'

let world: World
let partner: HeldPartner
let gateway: Replica
let persona: string
let enrolments: string[]

beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'lena')
  enrolments = [(await registered(world, persona, (await newRun(world)).id)).enrolmentId]
  partner = await startHeldPartner(world.environment.PARTNER_BASE_URL as string)
}, 60_000)
afterAll(async () => {
  await partner?.close()
  await world?.close()
})

/** Asks the gateway behind the held partner. */
async function ask(document: string, variables: object = {}, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await world.tokenOf(persona)}` },
    body: JSON.stringify({ query: document, variables }),
    ...(signal && { signal }),
  })
  return (await response.json()) as Answer
}

const page = `query ($n: Int) { courses(first: $n) { nodes {
  freshness { stale } nextRun { placesRemaining enrolability { possible } } } } }`
interface Shown {
  freshness: { stale: boolean }
  nextRun: { placesRemaining: number | null } | null
}
const shown = ({ data }: Answer): Shown[] => data.courses.nodes
const placesOf = (answer: Answer) => shown(answer).flatMap(({ nextRun }) => (nextRun ? [nextRun.placesRemaining] : []))
const staleOf = (answer: Answer) => new Set(shown(answer).map(({ freshness }) => freshness.stale))

const progress = `query ($id: ID!) { node(id: $id) { ... on Enrolment {
  progress { stepsCompleted freshness { stale } } run { course { freshness { stale } } } } } }`

/** How many calls the gateway has made of that path. */
const calls = (path: string) => partner.asked.filter((one) => one === path).length
const PLACES = '/program_runs/availability'
const REGISTRATIONS = '/program_enrolments'

beforeEach(async () => {
  gateway = await startReplica(world, { PARTNER_BASE_URL: partner.url })
  partner.asked.length = 0
})
afterEach(async () => {
  partner.release()
  await gateway.close()
})

describe.each([
  ['interpreted', 0],
  ['compiled', 3],
])('a page, %s,', (_, uses) => {
  it('that the partner keeps waiting is whole, names what it misses, and marks its courses stale', async () => {
    for (let n = 1; n <= uses; n += 1) expect(staleOf(await ask(page, { n }))).toEqual(new Set([false]))
    partner.hold()
    const answer = await ask(page, { n: 20 })
    expect(shown(answer)).toHaveLength(20)
    const missed = placesOf(answer).filter((remaining) => remaining === null)
    expect(missed.length).toBeGreaterThan(5)
    expect(staleOf(answer)).toEqual(new Set([true]))
    expect(answer.errors).toHaveLength(missed.length)
    for (const { path, extensions } of answer.errors ?? []) {
      expect(path?.at(-1)).toBe('placesRemaining')
      expect(extensions.code).toBe('UPSTREAM_UNAVAILABLE')
    }
  })

  it('has what came late without a call, and nobody asks again while a call is under way', async () => {
    partner.hold()
    for (let use = 0; use <= uses; use += 1)
      expect(new Set(placesOf(await ask(page, { n: 20 })))).toEqual(new Set([null]))
    partner.release()
    let late = await ask(page, { n: 20 })
    while (late.errors) late = await ask(page, { n: 20 })
    expect(staleOf(late)).toEqual(new Set([false]))
    for (const remaining of placesOf(late)) expect(remaining).toEqual(expect.any(Number))
    expect(calls(PLACES)).toBe(1)
  })

  it('takes one call for all its runs while the partner answers, and none a moment later', async () => {
    for (let use = 0; use <= uses; use += 1) {
      const answer = await ask(page, { n: 20 })
      expect(answer.errors).toBeUndefined()
      expect(staleOf(answer)).toEqual(new Set([false]))
    }
    expect(calls(PLACES)).toBe(1)
  })
})

describe("a learner's progress", () => {
  const shownOf = async (id: string) => (await ask(progress, { id })).data.node

  it('that the partner keeps waiting is the last that was stored, marked stale, as is the course beside it', async () => {
    partner.hold()
    const [one] = enrolments as [string]
    const { progress, run } = await shownOf(one)
    expect(progress).toEqual({ stepsCompleted: 0, freshness: { stale: true } })
    expect(run.course.freshness.stale).toBe(true)
  })

  it('is what came late, without a call', async () => {
    partner.hold()
    const [one] = enrolments as [string]
    expect((await shownOf(one)).progress.freshness.stale).toBe(true)
    partner.release()
    while ((await shownOf(one)).progress.freshness.stale);
    expect(calls(REGISTRATIONS)).toBe(1)
  })
})

it.each([
  ['@defer', 'query { courses(first: 1) { nodes { nextRun { ... @defer { placesRemaining } } } } }'],
  ['@stream', 'query { courses(first: 1) { nodes @stream { title } } }'],
])('%s is refused in words that say what to do instead', async (directive, document) => {
  const message = `${directive} is not offered: answers come whole. Ask for live fields in a second query.`
  expect(await ask(document)).toEqual({
    errors: [expect.objectContaining({ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })],
  })
})

it('a call that its page has gone on without goes on, though its client has gone', async () => {
  partner.hold()
  const leaving = new AbortController()
  await ask(page, { n: 20 }, leaving.signal)
  leaving.abort()
  partner.release()
  while ((await ask(page, { n: 20 })).errors);
  expect([calls(PLACES), partner.leftBefore]).toEqual([1, 0])
})

it('a call ends when all who wait for it have gone, and the next who asks makes a new one', async () => {
  partner.hold()
  const before = partner.leftBefore
  const clients = [new AbortController(), new AbortController()]
  const asked = clients.map(({ signal }) => ask(page, { n: 20 }, signal).catch(() => 'gone'))
  await partner.called(1)
  for (const client of clients) client.abort()
  expect(await Promise.all(asked)).toEqual(['gone', 'gone'])
  while (partner.leftBefore === before) await new Promise(setImmediate)
  partner.release()
  expect((await ask(page, { n: 20 })).errors).toBeUndefined()
  expect(calls(PLACES)).toBe(2)
})
