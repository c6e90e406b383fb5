/** Tests that cached answers are never outdated and never a signed-in caller's. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { ResponseCache } from '../../src/graph/caching/response-cache.ts'
import type { Operation } from '../../src/graph/execution/operation.ts'
import type { GraphRequest } from '../../src/graph/execution/request.ts'
import { inDays, newRun } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

const slug = 'evidence-based-coaching'
const course = `query ($slug: String!) { course(slug: $slug) { title summary nextRun { startsAt openForEnrolment } runs(last: 50) { totalCount } } }`
let world: World

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())
beforeEach(() => world.app.answers.forget())

/** The answer, and whether the database was asked for it. */
async function ask(persona: string | null, document: string, variables: object = { slug }) {
  const before = world.app.read.sent
  const { data, errors } = await world.ask(persona, document, variables)
  expect(errors).toBeUndefined()
  return { data, read: world.app.read.sent > before }
}

describe('kept answers', () => {
  it('answers the same anonymous question from memory, and another one from the database', async () => {
    const first = await ask(null, course)
    expect(first.read).toBe(true)
    expect(await ask(null, course)).toEqual({ data: first.data, read: false })
    const other = await ask(null, course, { slug: 'nothing-of-that-name' })
    expect(other).toEqual({ data: { course: null }, read: true })
    expect((await ask(null, course.replace('title', 'title language'))).read).toBe(true)
  })

  it('tells two languages apart, which are arguments', async () => {
    const price = (locale: string) =>
      `{ course(slug: "${slug}") { nextRun { price { formatted(locale: "${locale}") } } } }`
    const [german, english] = [await ask(null, price('de-DE')), await ask(null, price('en-GB'))]
    expect(english.read).toBe(true)
    expect(english.data).not.toEqual(german.data)
  })

  it('shows no page from before a change at the partner once that is here', async () => {
    const before = await ask(null, course)
    const { status } = await world.control('partner', `programs/${slug}`, { title: 'Another title' })
    expect(status).toBe(200)
    await world.settle()
    expect((await ask(null, course)).data.course).toEqual({ ...before.data.course, title: 'Another title' })
    await newRun(world, { start_time: inDays(3) })
    expect((await ask(null, course)).data.course.runs.totalCount).toBe(before.data.course.runs.totalCount + 1)
  })

  it('keeps nothing that was read before a change and is answered after it', () => {
    const answers = new ResponseCache({ now: () => new Date() })
    const operation = { cacheControl: 'public', document: parse('{ courses { totalCount } }') } as Operation
    const request = { viewer: anonymousViewer('127.0.0.1') } as GraphRequest
    const place = () => answers.placeFor(operation, {}, request)
    const early = place()
    answers.forget()
    early?.keep({ text: '{"title":"from before"}', cost: 1 })
    expect(place()?.found()).toBeNull()
    place()?.keep({ text: '{"title":"from after"}', cost: 1 })
    expect(place()?.found()).toMatchObject({ text: '{"title":"from after"}' })
  })

  it('forgets when another replica says that something changed', async () => {
    await ask(null, course)
    expect(world.app.answers.size).toBe(1)
    await world.app.orm.em.fork().execute("select pg_notify('gateway', 'public:catalogue')")
    const forgotten = new Promise<void>((resolve) => {
      const look = () => (world.app.answers.size === 0 ? resolve() : setImmediate(look))
      look()
    })
    await forgotten
    expect((await ask(null, course)).read).toBe(true)
  })

  it('goes by the clock: what depends on the hour is asked anew', async () => {
    await ask(null, course)
    world.pass(1)
    expect((await ask(null, course)).read).toBe(true)
  })

  it('keeps nothing for anybody who is signed in, and gives them nothing that was kept', async () => {
    await ask('learner:kept', '{ viewer { __typename } }')
    expect((await ask('learner:kept', course)).read).toBe(true)
    expect(world.app.answers.size).toBe(0)
    await ask(null, course)
    expect((await ask('learner:kept', course)).read).toBe(true)
  })

  it('says the same over HTTP: the anonymous catalogue may be kept by others, whatever else is asked may not', async () => {
    const cacheControl = async (query: string, authorization?: string) => {
      const headers = { 'apollo-require-preflight': '1', ...(authorization && { authorization }) }
      const answer = await fetch(`${world.url}/graphql?query=${encodeURIComponent(query)}`, { headers })
      return answer.headers.get('cache-control')
    }
    const page = `{ course(slug: "${slug}") { title } courses(first: 1) { totalCount } }`
    expect(await cacheControl(page)).toBe('public, max-age=10, stale-while-revalidate=10')
    expect(await cacheControl(page, `Bearer ${await world.tokenOf('ada')}`)).toBe('no-store')
    expect(await cacheControl(`{ course(slug: "${slug}") { freshness { stale } } }`)).toBe('no-store')
    expect(await cacheControl('{ viewer { __typename } }')).toBe('no-store')
  })

  it.each([
    ['what the partner says of this moment', `{ course(slug: "${slug}") { freshness { fetchedAt } } }`],
    ['anything but the catalogue', '{ qualifications(first: 1) { nodes { title } } }'],
    ['the catalogue beside something else', `{ viewer { __typename } course(slug: "${slug}") { title } }`],
    ['the right of whoever buys now', `{ course(slug: "${slug}") { nextRun { refundRight { deadline } } } }`],
  ])('does not keep %s', async (_what, document) => {
    await ask(null, document)
    expect(world.app.answers.size).toBe(0)
  })
})

it('at midnight in the zone of the run whoever buys has a day more', async () => {
  const facts = { start_time: inDays(1), time_zone: 'UTC', enrolment_closes_at: inDays(30) }
  const { id } = await newRun(world, facts)
  const right =
    'query ($slug: String!) { course(slug: $slug) { runs(last: 50) { nodes { id refundRight { statutoryDeadline } } } } }'
  const deadline = async () => {
    const { nodes } = (await ask(null, right)).data.course.runs
    return Date.parse(nodes.find((run: { id: string }) => run.id === id).refundRight.statutoryDeadline)
  }
  const midnight = new Date(world.now())
  midnight.setUTCHours(24, 0, 0, 0)
  world.stopAt(new Date(midnight.getTime() - 1).toISOString())
  const before = await deadline()
  world.stopAt(midnight.toISOString())
  expect((await deadline()) - before).toBe(86_400_000)
})
