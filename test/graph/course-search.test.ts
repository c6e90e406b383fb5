/** Tests what a search of courses finds, in which order, and its highlights. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ProgramFacts } from '../../src/courses/course-source.ts'
import { mirrorPrograms } from '../../src/courses/mirror-catalogue.ts'
import { syncCatalogueJob } from '../../src/courses/sync-catalogue.ts'
import { RequestContext } from '../../src/request-context.ts'
import { rowsOf } from '../support/world/postgres.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World

const program = (code: string, title: string, introduction = 'Short.'): ProgramFacts => ({
  uuid: `search-${code}`,
  code,
  title,
  introduction,
  description: null,
  language: 'en',
  subject: 'Sundry',
  imageUrl: null,
  hoursPerWeek: null,
  weeksCount: 6,
  totalStudyHours: 100,
  organisation: { uuid: 'org-search', slug: null, name: 'University of Search', country: null },
  level: 'POSTGRADUATE',
  credit: null,
  assessment: null,
  learningOutcomes: [],
  transcript: null,
  url: 'https://partner.example/c',
  withdrawnAt: null,
  updatedAt: world.now(),
})

async function mirror(programs: ProgramFacts[]): Promise<void> {
  await mirrorPrograms(world.app.systemContext('search'), programs)
  await world.app.publicChanged()
}

beforeAll(async () => {
  world = await startWorld()
  await mirror([
    program('cafe', 'Café Culture', 'Ŵyn a ŷd: gŵyl yn y tŷ.'),
    program('cafe-nfd', 'Cafe\u0301s of Łódź', 'Straßen.'),
    program('zephyrology', 'Zephyrology'),
    program('zephirology', 'Zephirology', 'Zephirology, zephirology and once more zephirology.'),
    program('zephyr-cup', 'The Zephirology Cup', 'Not that of zephyrology.'),
    program('short', 'Gnu and Yak'),
    program('html', '<b>Quagmires</b> & <script>alert(1)</script>', `${'Far away. '.repeat(60)}A quagmire at last.`),
  ])
})
afterAll(() => world?.close())

interface Found {
  totalCount: number
  edges: {
    node: { slug: string }
    highlights: { field: string; fragments: { text: string; matched: boolean }[] }[]
  }[]
  facets: { levels: { count: number }[] }
}

async function find(search: string, more = ''): Promise<Found> {
  const document = `query ($search: String) { courses(first: 100, search: $search ${more}) { totalCount
    edges { node { slug } highlights { field fragments { text matched } } } facets { levels { count } } } }`
  const { data, errors } = await world.ask(null, document, { search })
  expect(errors).toBeUndefined()
  return data.courses
}

const slugsOf = async (search: string, more = '') => (await find(search, more)).edges.map(({ node }) => node.slug)

describe('accents', () => {
  it.each([
    ['cafe', 'cafe'],
    ['CAFÉ', 'cafe'],
    ['cafe\u0301', 'cafe'],
    ['lodz', 'cafe-nfd'],
    ['strassen', 'cafe-nfd'],
    ['wyn gwyl', 'cafe'],
    ['tŷ', 'cafe'],
    ['analitica', 'analitica-de-datos-aplicada'],
    ['ecologique', 'transition-ecologique-locale'],
    ['Cymraeg', 'teaching-welsh-to-adults'],
    ['Ĉŷmräèg', 'teaching-welsh-to-adults'],
  ])('do not matter, whoever writes them: %s finds %s', async (search, slug) => {
    expect(await slugsOf(search)).toContain(slug)
  })
})

describe('a word with letters that are wrong', () => {
  it.each([
    ['caoching', 'evidence-based-coaching'],
    ['coching', 'evidence-based-coaching'],
    ['evidnece coachin', 'evidence-based-coaching'],
    ['leadrshp', 'agile-project-leadership'],
    ['pyschology', 'forensic-psychology-cases'],
    ['sustanable', 'sustainable-building-retrofit'],
    ['machine lerning', 'machine-learning-foundations'],
    ['wellbieng', 'wellbeing-at-work'],
    ['análitca', 'analitica-de-datos-aplicada'],
    ['Cymareg', 'teaching-welsh-to-adults'],
  ])('still finds: %s finds %s', async (search, slug) => {
    expect(await slugsOf(search)).toContain(slug)
  })

  it('is taken as it was typed when a course has it, however like another it is', async () => {
    expect(await slugsOf('zephyrology')).toEqual(['zephyrology', 'zephyr-cup'])
    expect(await slugsOf('zephirology')).toEqual(expect.not.arrayContaining(['zephyrology']))
    expect(await slugsOf('zephyrolog')).toEqual(['zephyrology', 'zephyr-cup'])
    expect(await slugsOf('zephurology')).toEqual(expect.arrayContaining(['zephyrology', 'zephirology', 'zephyr-cup']))
  })

  it.each(['gnat', 'gnux', 'yack', 'yaks', 'gn yk'])('finds nothing when it is short: %s', async (search) => {
    expect(await slugsOf(search)).toEqual([])
  })

  it.each(['zzzzzzzz', 'coaching zzzzzzzz', 'elephants'])('finds nothing when it is like none: %s', async (search) => {
    expect(await slugsOf(search)).toEqual([])
  })

  it.each(['zephyrology', 'leadrshp', 'data', 'caoching'])('%s is counted as it is found', async (search) => {
    const { totalCount, edges, facets } = await find(search)
    expect(edges).toHaveLength(totalCount)
    expect(facets.levels.reduce((sum, { count }) => sum + count, 0)).toBe(totalCount)
  })

  it('is found once a course has it, and no more when none has', async () => {
    expect(await slugsOf('xylohpone')).toEqual([])
    await mirror([program('xylophone', 'Xylophone Playing')])
    expect(await slugsOf('xylohpone')).toEqual(['xylophone'])
    await mirror([{ ...program('xylophone', 'Marimba Playing') }])
    expect(await slugsOf('xylohpone')).toEqual([])
    expect(await slugsOf('mairmba')).toEqual(['xylophone'])
  })
})

it('the words that are known are those of all courses after a sync, no more and no fewer', async () => {
  const missing = `select word from ts_stat('select words from course') where word ~ '^[[:alpha:]]{4,40}$'
    except select word from course_word`
  const stale = `select word from course_word except select word from ts_stat('select words from course')`
  await rowsOf(world.databaseUrl, "insert into course_word values ('nowhere')")
  await rowsOf(world.databaseUrl, "delete from course_word where word = 'coaching'")
  const { viewer, correlationId, signal } = world.app.systemContext('words')
  const context = new RequestContext(world.app, { viewer, correlationId, signal, log: world.app.log })
  await syncCatalogueJob.run(context, {}, { number: 1 })
  expect(await rowsOf(world.databaseUrl, missing)).toEqual([])
  expect(await rowsOf(world.databaseUrl, stale)).toEqual([])
})

describe('highlights', () => {
  const highlightsOf = async (search: string, slug: string) =>
    (await find(search)).edges.find(({ node }) => node.slug === slug)?.highlights

  it('show what matched, accents as they are written', async () => {
    expect(await highlightsOf('cafe gwyl', 'cafe')).toEqual([
      {
        field: 'TITLE',
        fragments: [
          { text: 'Café', matched: true },
          { text: ' Culture', matched: false },
        ],
      },
      {
        field: 'SUMMARY',
        fragments: [
          { text: 'Ŵyn a ŷd: ', matched: false },
          { text: 'gŵyl', matched: true },
          { text: ' yn y tŷ.', matched: false },
        ],
      },
    ])
  })

  it('show a word that was misspelt in the search', async () => {
    const highlights = await highlightsOf('caoching', 'evidence-based-coaching')
    expect(highlights?.flatMap(({ fragments }) => fragments).filter(({ matched }) => matched)).toEqual([
      { text: 'Coaching', matched: true },
      { text: 'coaching', matched: true },
    ])
  })

  it('are text as it stands, and short where a summary is long', async () => {
    const [title, summary] = (await highlightsOf('quagmire', 'html')) ?? []
    expect(title?.fragments.map(({ text }) => text).join('')).toBe('<b>Quagmires</b> & <script>alert(1)</script>')
    expect(title?.fragments).toContainEqual({ text: 'Quagmires', matched: true })
    expect(summary?.fragments[1]).toEqual({ text: 'quagmire', matched: true })
    expect(summary?.fragments[0]?.text).toMatch(/^….{60}$/)
  })

  it('are there for every course that is found, and for none when nothing is searched', async () => {
    const { edges } = await find('data')
    expect(edges.length).toBeGreaterThan(3)
    for (const { highlights } of edges) {
      expect(highlights.flatMap(({ fragments }) => fragments).some(({ matched }) => matched)).toBe(true)
    }
    const all = await find(' ')
    expect(all.edges.flatMap(({ highlights }) => highlights)).toEqual([])
  })
})

it('highlights cost what their texts take, and each of them what an object costs', async () => {
  const document = '{ courses(first: 2, search: "quagmire") { edges { highlights { fragments { text } } } } }'
  // The request; the list, the search, its word, which is a long one, and two literals; the connection, two edges.
  const list = 10 + 60 + 200 + 4 + 70 + 1 + 2
  const cost = { requested: list + 2 * (15 + 3 * (1 + 20)), actual: list - 1 + 15 + 2 * (1 + 3) }
  expect(await world.ask(null, document)).toMatchObject({ extensions: { cost } })
})

describe('slugs', () => {
  const two = 'slugs: ["robotics-for-makers", "no-such-course", "carbon-accounting"]'

  it('narrow the list to those that are on offer, in the order of the list', async () => {
    expect(await slugsOf('', `, ${two}, orderBy: TITLE`)).toEqual(['carbon-accounting', 'robotics-for-makers'])
    expect(await slugsOf('', `, ${two}, orderBy: TITLE, direction: DESCENDING`)).toEqual([
      'robotics-for-makers',
      'carbon-accounting',
    ])
  })

  it.each(['CREDIT', 'NEXT_START', 'PRICE'])(
    'by %s come last by both directions where they state none',
    async (order) => {
      const slugs = 'slugs: ["gone-astray", "robotics-for-makers", "zephyrology"]'
      for (const direction of ['ASCENDING', 'DESCENDING']) {
        const found = await slugsOf('', `, ${slugs}, orderBy: ${order}, direction: ${direction}`)
        expect(found).toEqual(['robotics-for-makers', 'zephyrology'])
      }
    },
  )

  it('hold beside search and filter', async () => {
    expect(await slugsOf('robot', `, ${two}`)).toEqual(['robotics-for-makers'])
    expect(await slugsOf('', `, ${two}, filter: { languages: ["cy"] }`)).toEqual([])
    expect(await slugsOf('', ', slugs: []')).toEqual([])
  })

  it('are at most a hundred', async () => {
    const { errors } = await world.ask(null, 'query ($s: [String!]) { courses(slugs: $s) { totalCount } }', {
      s: Array(101).fill('x'),
    })
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['slugs'], limit: 'items' } }])
  })
})
