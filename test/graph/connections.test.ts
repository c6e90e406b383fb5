/** Tests that every paged list can be walked whole while rows come and go. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { cursorParts } from '../../src/graph/contract/cursor.ts'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import { openRows, type Rows } from '../support/world/away.ts'
import { type Connection, connectionFields, type PagedList, pagedLists, pageOf } from '../support/world/connections.ts'
import { startWorld, type World } from '../support/world/world.ts'

type Edge = Connection['edges'][number]

/** Each property is tried so often on every list; PROPERTY_RUNS multiplies it. */
const runs = (few: number) => ({ numRuns: few * Number(process.env.PROPERTY_RUNS ?? 1) })

let world: World
let rows: Rows
let lists: PagedList[]
const cursors = new Map<string, string>()
beforeAll(async () => {
  world = await startWorld()
  lists = await pagedLists(world)
  rows = await openRows(world)
  for (const list of lists) cursors.set(list.name, (await pageAt(list, 'first: 1')).edges[0]!.cursor)
}, 90_000)
afterAll(async () => {
  await rows?.close()
  await world?.close()
})

it('every connection of the schema is among the lists, and says whether it pages from its end', () => {
  expect(lists.map(({ name }) => name).sort()).toEqual(connectionFields.map(({ name }) => name).sort())
  for (const { name, args } of connectionFields) {
    expect([name, lists.find((list) => list.name === name)?.backward]).toEqual([name, args.includes('last')])
  }
})

async function pageAt(list: PagedList, args: string): Promise<Connection> {
  const { data, errors } = await world.ask(list.persona, pageOf(list, args))
  expect({ args, errors }).toEqual({ args, errors: undefined })
  return list.take(data)
}

/** What a page has to say of itself, the whole list being this. */
function expectPage({ edges, pageInfo, totalCount }: Connection, whole: readonly Edge[]): void {
  const at = whole.findIndex(({ cursor }) => cursor === edges[0]?.cursor)
  expect(edges).toEqual(whole.slice(at, at + edges.length))
  expect({ ...pageInfo, totalCount }).toEqual({
    hasPreviousPage: at > 0,
    hasNextPage: at + edges.length < whole.length,
    startCursor: edges[0]?.cursor,
    endCursor: edges.at(-1)?.cursor,
    totalCount: whole.length,
  })
}

interface Walk {
  backward: boolean
  /** Of the first pages; what is left comes in larger ones. */
  sizes: number[]
}

/** Page after page from one end to the other; `before` hears of each, and answers with the list as it is then. */
async function walk(
  list: PagedList,
  variant: string,
  { backward, sizes }: Walk,
  before: (page: number) => Promise<Edge[]>,
) {
  const seen: Edge[] = []
  let cursor: string | null = null
  for (let page = 0, more = true; more; page += 1) {
    const whole = await before(page)
    const size = sizes[page] ?? Math.max(3, Math.ceil(whole.length / 3))
    const from: string = cursor === null ? '' : `${backward ? 'before' : 'after'}: ${JSON.stringify(cursor)}`
    const answer: Connection = await pageAt(list, `${backward ? 'last' : 'first'}: ${size} ${from} ${variant}`)
    // The rest may have gone meanwhile.
    if (answer.edges.length > 0) expectPage(answer, whole)
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = answer.pageInfo
    more = backward ? hasPreviousPage : hasNextPage
    if (more) expect(answer.edges).toHaveLength(size)
    seen.push(...(backward ? answer.edges.toReversed() : answer.edges))
    cursor = backward ? startCursor : endCursor
  }
  return backward ? seen.toReversed() : seen
}

async function wholeOf(list: PagedList, variant: string): Promise<Edge[]> {
  const answer = await pageAt(list, `first: 100 ${variant}`)
  expect(new Set(answer.edges.map(({ cursor }) => cursor)).size).toBe(answer.edges.length)
  expect(answer.edges.length).toBeGreaterThan(1)
  expectPage(answer, answer.edges)
  return answer.edges
}

/** The uuid of the row that made the entry: the node's own, or the last key of its place. */
function uuidOf({ node, cursor }: Edge): string {
  const { id } = ((node.application as { id?: string } | undefined) ?? node) as { id?: string }
  return (id ? readGlobalId(id)?.uuid : cursorParts(cursor).at(-1)) as string
}

const anySizes = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 })
const walks = (list: PagedList, sizes = anySizes) =>
  fc.record({ backward: list.backward ? fc.boolean() : fc.constant(false), sizes })

describe.each(connectionFields.map(({ name }) => name))('%s', (name) => {
  const listOf = () => lists.find((list) => list.name === name) as PagedList

  it('is the same list by pages of any sizes, from either end', async () => {
    const list = listOf()
    for (const variant of list.variants) {
      const whole = await wholeOf(list, variant)
      await fc.assert(
        fc.asyncProperty(walks(list), async (way) => {
          expect(await walk(list, variant, way, async () => whole)).toEqual(whole)
        }),
        runs(3),
      )
    }
  })

  it('says of any stretch of it, between any two of its cursors, what it holds and what lies around', async () => {
    const list = listOf()
    for (const variant of list.variants) {
      const whole = await wholeOf(list, variant)
      const place = fc.option(fc.nat(whole.length - 1))
      const stretch = fc.record({
        after: place,
        before: place,
        size: fc.integer({ min: 1, max: 100 }),
        last: fc.boolean(),
      })
      await fc.assert(
        fc.asyncProperty(stretch, async ({ after, before: end, size, last: fromEnd }) => {
          const [before, last] = list.backward ? [end, fromEnd] : [null, false]
          const cursorAt = (at: number) => JSON.stringify(whole[at]?.cursor)
          const bounds = [
            after === null ? '' : `after: ${cursorAt(after)}`,
            before === null ? '' : `before: ${cursorAt(before)}`,
          ]
          const page = await pageAt(list, `${last ? 'last' : 'first'}: ${size} ${bounds.join(' ')} ${variant}`)
          const between = whole.slice(after === null ? 0 : after + 1, before ?? whole.length)
          expect(page.edges).toEqual(last ? between.slice(-size) : between.slice(0, size))
          if (between.length > 0) expectPage(page, whole)
          else expect(page.pageInfo).toMatchObject({ hasPreviousPage: after !== null, hasNextPage: before !== null })
        }),
        runs(4),
      )
    }
  })

  it('neither repeats nor skips what was there all the time, while a row goes or comes between two pages', async () => {
    const list = listOf()
    for (const variant of list.variants) {
      const whole = await wholeOf(list, variant)
      // Small enough pages that the change comes between two of them.
      const few = fc.array(fc.integer({ min: 1, max: Math.max(1, Math.floor(whole.length / 3)) }), {
        minLength: 2,
        maxLength: 3,
      })
      const change = fc.record({
        at: fc.nat(whole.length - 1),
        atPage: fc.integer({ min: 1, max: 2 }),
        comes: fc.boolean(),
      })
      await fc.assert(
        fc.asyncProperty(walks(list, few), change, async (way, { at, atPage, comes }) => {
          const moving = whole[at] as Edge
          const others = whole.filter((edge) => edge !== moving)
          const take = () => rows.take(list.table, uuidOf(moving))
          let putBack = comes ? await take() : null
          try {
            const seen = await walk(list, variant, way, async (page) => {
              if (page === atPage && comes) await putBack?.()
              if (page === atPage && !comes) putBack = await take()
              return page < atPage === comes ? others : whole
            })
            expect(seen.filter(({ cursor }) => cursor !== moving.cursor)).toEqual(others)
            expect([whole, others]).toContainEqual(seen)
          } finally {
            await putBack?.()
          }
        }),
        runs(3),
      )
    }
  })

  it('takes no cursor of another list, nor one of its own that was changed in any place', async () => {
    const list = listOf()
    const own = cursors.get(name) as string
    const others = lists.map((other) => cursors.get(other.name) as string)
    const isForeign = (cursor: string) => cursorParts(cursor)[0] !== cursorParts(own)[0]
    const letter = fc.constantFrom(...'ABCyz019-_=+ "')
    const changed = fc
      .tuple(fc.nat(own.length), fc.nat(2), fc.string({ unit: letter, maxLength: 3 }))
      .map(([at, less, more]) => own.slice(0, at) + more + own.slice(at + less))
      .filter((text) => text !== own)
    const sides = list.backward ? ['after', 'before'] : ['after']
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(changed, fc.constantFrom(...others.filter(isForeign))),
        fc.constantFrom(...sides),
        async (cursor, side) => {
          await expectRefused(list, `first: 3, ${side}: ${JSON.stringify(cursor)}`, side)
        },
      ),
      runs(8),
    )
  })

  it('takes sizes of 1 to 100, and one of them', async () => {
    const list = listOf()
    const size = fc.integer({ min: -1000, max: 1000 }).filter((n) => n < 1 || n > 100)
    await fc.assert(
      fc.asyncProperty(size, fc.constantFrom(...(list.backward ? ['first', 'last'] : ['first'])), async (n, side) => {
        await expectRefused(list, `${side}: ${n}`, side)
      }),
      runs(3),
    )
    if (list.backward) await expectRefused(list, 'first: 1, last: 1', 'last')
  })
})

async function expectRefused(list: PagedList, args: string, field: string): Promise<void> {
  const { errors } = await world.ask(list.persona, pageOf(list, args))
  expect({ args, errors }).toMatchObject({ args, errors: [{ extensions: { code: 'BAD_USER_INPUT', field: [field] } }] })
}
