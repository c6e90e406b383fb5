/** Tests the public catalogue: search, filters, orders, pages, facets and live places. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ limits: { breakerOpenMs: 500 } })
})
afterAll(() => world?.close())

interface Listed {
  slug: string
  subject: string
  level: string
  language: string
  credit: { amountIn: string } | null
  nextRun: { startsAt: string; price: { amountMinor: number; currency: string } } | null
}
const fields =
  'slug subject level language credit { amountIn(scheme: CATS) } nextRun { startsAt price { amountMinor currency } }'

async function courses(
  args: string,
): Promise<{ totalCount: number; nodes: Listed[]; pageInfo: { endCursor: string; hasNextPage: boolean } }> {
  const { data, errors } = await world.ask(
    null,
    `{ courses(${args}) { totalCount pageInfo { endCursor hasNextPage } nodes { ${fields} } } }`,
  )
  expect(errors).toBeUndefined()
  return data.courses
}

describe('the list', () => {
  it.each(['RELEVANCE', 'TITLE', 'NEXT_START', 'PRICE', 'CREDIT'])(
    'ordered by %s gives every course once, page by page',
    async (order) => {
      const whole = await courses(`first: 100, orderBy: ${order}`)
      const walked: string[] = []
      for (let after = '', more = true; more; ) {
        const page = await courses(`first: 7, orderBy: ${order}${after}`)
        walked.push(...page.nodes.map(({ slug }) => slug))
        more = page.pageInfo.hasNextPage
        after = `, after: "${page.pageInfo.endCursor}"`
      }
      expect(walked).toEqual(whole.nodes.map(({ slug }) => slug))
      expect(new Set(walked).size).toBe(whole.totalCount)
    },
  )

  it('ordered by credit begins with the least, and ends with courses that state none', async () => {
    const { nodes } = await courses('first: 100, orderBy: CREDIT')
    const amounts = nodes.map(({ credit }) => (credit === null ? Number.POSITIVE_INFINITY : Number(credit.amountIn)))
    expect(amounts).toEqual([...amounts].sort((a, b) => a - b))
  })

  it.each(['CREDIT', 'NEXT_START'])(
    'ordered downwards by %s begins with the most, and still ends with courses that state none',
    async (order) => {
      const { nodes } = await courses(`first: 100, orderBy: ${order}, direction: DESCENDING`)
      const keyOf = ({ credit, nextRun }: Listed) => {
        if (order === 'CREDIT') return credit === null ? -1 : Number(credit.amountIn)
        return nextRun === null ? -1 : Date.parse(nextRun.startsAt)
      }
      const keys = nodes.map(keyOf)
      expect(keys).toContain(-1)
      expect(keys).toEqual([...keys].sort((a, b) => b - a))
      const { nodes: upwards } = await courses(`first: 100, orderBy: ${order}`)
      const stated = (list: Listed[]) => list.filter((one) => keyOf(one) !== -1).map(({ slug }) => slug)
      expect(stated(nodes)).toEqual(stated(upwards).reverse())
    },
  )

  it('finds by beginnings of words, and nothing by words that do not occur', async () => {
    expect((await courses('search: "coach"')).nodes.map(({ slug }) => slug)).toContain('evidence-based-coaching')
    expect((await courses('search: "zzzz"')).totalCount).toBe(0)
  })

  it.each(["'; drop table course; --", '"', '&|!()', ':*', '%', '\\\\', '   ', '🙂'])(
    'takes any text to search for: %s',
    async (text) => {
      const { errors } = await world.ask(null, 'query ($s: String) { courses(search: $s) { totalCount } }', { s: text })
      expect(errors).toBeUndefined()
    },
  )

  it('says so when the text is too long', async () => {
    const { errors } = await world.ask(null, 'query ($s: String) { courses(search: $s) { totalCount } }', {
      s: 'a'.repeat(201),
    })
    expect(errors?.[0]).toMatchObject({
      message: '"search" has 201 characters; at most 200 fit.',
      extensions: { code: 'BAD_USER_INPUT' },
    })
  })

  it('keeps to every filter', async () => {
    const only = async (filter: string) => (await courses(`first: 100, filter: { ${filter} }`)).nodes
    const kept = async (filter: string, holds: (course: Awaited<ReturnType<typeof only>>[number]) => boolean) => {
      const nodes = await only(filter)
      expect(nodes.length).toBeGreaterThan(0)
      expect(nodes.filter((one) => !holds(one))).toEqual([])
    }
    await kept('levels: [POSTGRADUATE]', ({ level }) => level === 'POSTGRADUATE')
    await kept('languages: ["cy"]', ({ language }) => language === 'cy')
    await kept('minCredit: "15"', ({ credit }) => Number(credit?.amountIn) >= 15)
    await kept('maxCredit: "10"', ({ credit }) => Number(credit?.amountIn) <= 10)
    const { errors } = await world.ask(null, '{ courses(filter: { maxPriceMinor: 100 }) { totalCount } }')
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field: ['filter', 'currency'] } })
    expect((await only('startsAfter: "2090-01-01"')).length).toBe(0)
  })

  it('counts its facets, each leaving its own filter aside', async () => {
    const { data } = await world.ask(
      null,
      '{ courses(filter: { levels: [POSTGRADUATE] }) { totalCount facets { levels { value count } subjects { value count } } } }',
    )
    const { facets, totalCount } = data.courses
    expect(facets.levels.map((one: { value: string }) => one.value)).toContain('UNDERGRADUATE')
    expect(facets.subjects.reduce((sum: number, one: { count: number }) => sum + one.count, 0)).toBe(totalCount)
  })
})

describe('a run', () => {
  it('shows its live events in the zone that is asked for, its own for one that is none, and where to join only to the enrolled', async () => {
    const document = `{ course(slug: "responsible-ai-in-practice") { runs(first: 50) { nodes {
      liveEvents { at: startsAt(timeZone: "Asia/Singapore") own: startsAt nowhere: startsAt(timeZone: "Mars/Phobos") joinUrl } viewerEnrolment { status } } } } }`
    type Run = {
      viewerEnrolment: object | null
      liveEvents: { at: string; own: string; nowhere: string; joinUrl: string | null }[]
    }
    const runs = (await world.ask('ada', document)).data.course.runs.nodes as Run[]
    const enrolled = runs.filter((run) => run.viewerEnrolment !== null)
    expect(enrolled).toHaveLength(1)
    expect(enrolled[0]!.liveEvents.length).toBeGreaterThan(0)
    for (const { at, own, nowhere, joinUrl } of enrolled[0]!.liveEvents) {
      expect(at).toMatch(/\+08:00$/)
      expect(Date.parse(at)).toBe(Date.parse(own))
      expect(nowhere).toBe(own)
      expect(joinUrl).toMatch(/^http/)
    }
    const linksOf = (some: Run[]) => new Set(some.flatMap((run) => run.liveEvents).map(({ joinUrl }) => joinUrl))
    expect(linksOf(runs.filter((run) => run.viewerEnrolment === null))).toEqual(new Set([null]))
    expect(linksOf((await world.ask(null, document)).data.course.runs.nodes)).toEqual(new Set([null]))
  })

  it('made at the partner is here after its webhook, and keeps its facts when the partner loses some', async () => {
    const made = await world.control('partner', 'program_runs', {
      program_code: 'evidence-based-coaching',
      code: 'fresh',
      weeks_count: 6,
      capacity: 3,
      start_time: '2027-03-01T09:07:00Z',
      price: { minor: 12_300, currency: 'GBP' },
    })
    await world.settle()
    const document =
      '{ course(slug: "evidence-based-coaching") { runs(first: 50) { nodes { startsAt endsAt price { formatted } placesRemaining } } } }'
    const fresh = async () =>
      (await world.ask(null, document)).data.course.runs.nodes.find(
        (one: { startsAt: string }) => one.startsAt === '2027-03-01T09:07:00Z',
      )
    const first = await fresh()
    expect(first).toMatchObject({ price: { formatted: '£123.00' }, placesRemaining: 3 })
    await world.control('partner', `program_runs/${(made.body as { uuid: string }).uuid}`, { start_time: null })
    await world.settle()
    expect(await fresh()).toEqual(first)
  })

  it('shows no places while the partner does not answer, and the rest of the page stays', async () => {
    await world.control('partner', 'faults', { operation: 'program_runs.availability', fault: 'http_500', times: 50 })
    const { data, errors } = await world.ask(
      null,
      '{ course(slug: "agile-project-leadership") { title runs { nodes { id placesRemaining } } } }',
    )
    await world.clearFaults('partner')
    expect(data.course.title).toBe('Agile Project Leadership')
    const places = data.course.runs.nodes.map((one: { placesRemaining: number | null }) => one.placesRemaining)
    expect(new Set(places)).toEqual(new Set([null]))
    expect(new Set(errors?.map((error) => error.extensions.code))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']))
  })
})

it('while the partner is down only live fields are null, and the rest is marked stale until it answers again', async () => {
  const page = () =>
    world.ask(
      null,
      '{ course(slug: "responsible-ai-in-practice") { title freshness { stale } runs { nodes { startsAt placesRemaining } } } }',
    )
  await world.control('partner', 'faults', { operation: '*', fault: 'http_503', times: 1000 })
  await page()
  const { data, errors } = await page()
  expect(data.course).toMatchObject({ title: 'Responsible AI in Practice', freshness: { stale: true } })
  expect(data.course.runs.nodes.length).toBeGreaterThan(0)
  for (const run of data.course.runs.nodes) expect(run).toEqual({ startsAt: expect.any(String), placesRemaining: null })
  expect(errors?.every(({ path }) => path?.at(-1) === 'placesRemaining')).toBe(true)
  await world.clearFaults('partner')
  // The breaker tries again after some seconds.
  while ((await page()).data.course.freshness.stale) await world.settle()
})

it('a course that nobody has confirmed for an hour is marked stale', async () => {
  const stale = async () =>
    (await world.ask(null, '{ course(slug: "agile-project-leadership") { freshness { stale source } } }')).data.course
      .freshness
  expect(await stale()).toEqual({ stale: false, source: 'partner' })
  world.pass(61)
  expect(await stale()).toEqual({ stale: true, source: 'partner' })
  world.pass(-61)
})
