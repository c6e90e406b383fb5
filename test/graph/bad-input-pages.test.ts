/** Tests that bad input to lists and queries is refused by argument name. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { cursorParts, writeCursor } from '../../src/graph/contract/cursor.ts'
import { connectionFields, type PagedList, pagedLists, pageOf } from '../support/world/connections.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let lists: PagedList[]
beforeAll(async () => {
  world = await startWorld()
  lists = await pagedLists(world)
}, 60_000)
afterAll(() => world?.close())

const eligibility = 'query ($i: TransferEligibilityInput!) { transferEligibility(input: $i) { outcome } }'
const listOf = (name: string) => lists.find((list) => list.name === name) as PagedList

const foreign = JSON.stringify(writeCursor('another-list', ['x']))
const wrongForward: [args: string, field: string, says: RegExp][] = [
  ['first: -1', 'first', /between 1 and 100/],
  ['first: 0', 'first', /between 1 and 100/],
  ['first: 101', 'first', /between 1 and 100/],
  ['after: ""', 'after', /cursor of this list/],
  ['after: "nonsense"', 'after', /cursor of this list/],
  [`after: ${foreign}`, 'after', /cursor of this list/],
]
const wrongBackward: typeof wrongForward = [
  ['last: -1', 'last', /between 1 and 100/],
  ['last: 0', 'last', /between 1 and 100/],
  ['last: 101', 'last', /between 1 and 100/],
  ['first: 2, last: 2', 'last', /not both/],
  ['last: 2, before: "nonsense"', 'before', /cursor of this list/],
  [`before: ${foreign}`, 'before', /cursor of this list/],
]

it('knows every paged list of the schema', () => {
  expect(lists.map(({ name }) => name).sort()).toEqual(connectionFields.map(({ name }) => name).sort())
})

describe.each(connectionFields.map(({ name }) => name))('%s', (name) => {
  it.each(wrongForward)('says of (%s) what was expected of %s', (args, field, says) => refused(name, args, field, says))

  it('refuses whatever else is wrong with paging from the end, where it pages from there', async () => {
    if (!listOf(name).backward) return
    for (const [args, field, says] of wrongBackward) await refused(name, args, field, says)
  })

  it('refuses a cursor of its own whose values were changed to what cannot be one', async () => {
    const list = listOf(name)
    const { data, errors } = await world.ask(list.persona, pageOf(list, 'first: 1'))
    expect(errors).toBeUndefined()
    const cursor = list.take(data).edges[0]?.cursor as string
    const [own, ...keys] = cursorParts(cursor) as [string, ...string[]]
    const text = keys.map(() => "'; drop table learner --")
    const inMemory = ['counts-towards', 'dry-run-cases'].includes(own)
    for (const bad of [...(inMemory ? [] : [text]), [...keys, 'more'], keys.map(() => '\u0000')]) {
      await refused(name, `after: ${JSON.stringify(writeCursor(own, bad))}`, 'after', /cursor of this list/)
    }
  })
})

async function refused(name: string, args: string, field: string, says: RegExp): Promise<void> {
  const list = listOf(name)
  const { errors } = await world.ask(list.persona, pageOf(list, args))
  expect({ args, errors }).toMatchObject({ args, errors: [{ message: expect.stringMatching(says) }] })
  expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: [field] })
}

describe('texts and ids of queries', () => {
  it.each([
    ['{ course(slug: "nowhere") { id } }', 'course'],
    ['{ institution(slug: "") { id } }', 'institution'],
    ['{ qualification(institutionSlug: "nowhere", slug: "none") { id } }', 'qualification'],
    ['{ node(id: "nonsense") { id } }', 'node'],
    ['{ node(id: "") { id } }', 'node'],
  ])('%s finds nothing, which is no error', async (document, field) => {
    expect(await world.ask(null, document)).toMatchObject({ data: { [field]: null } })
  })

  it.each([
    ['{ course(slug: "a\\u0000b") { id } }', {}],
    ['query ($search: String) { courses(search: $search) { totalCount } }', { search: 'a\u0000' }],
    ['query ($f: CourseFilter) { courses(filter: $f) { totalCount } }', { f: { subjects: ['a\u0000'] } }],
    ['query ($f: CourseFilter) { courses(filter: $f) { totalCount } }', { f: { subjects: ['\ud800'] } }],
    ['query ($search: String) { courses(search: $search) { totalCount } }', { search: 'a\udc00b' }],
  ])('%s, %j: what cannot be stored is the fault of the query', async (document, variables) => {
    const { errors } = await world.ask(null, document, variables)
    expect(errors).toMatchObject([{ message: expect.stringContaining('NUL'), extensions: { code: 'BAD_USER_INPUT' } }])
  })

  it.each([
    [
      'more ids than fit',
      { ids: Array.from({ length: 101 }, () => 'x') },
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      'ids',
    ],
    ['a qualification that there is not', { i: { qualificationId: 'nonsense' } }, eligibility, 'qualificationId'],
    ['a day that there is not', { i: { qualificationId: 'x', asOf: '2026-02-30' } }, eligibility, 'asOf'],
  ])('%s is named', async (_case, variables, document, field) => {
    const { errors } = await world.ask('registrar', document, variables)
    expect(errors?.[0]?.extensions.code).toMatch(/^(BAD_USER_INPUT|NOT_FOUND)$/)
    expect((errors?.[0]?.extensions as unknown as { field: string[] }).field).toContain(field)
  })

  it('a code that opens nothing and a token that is none are answered, not thrown', async () => {
    const { data } = await world.ask(
      'registrar',
      '{ creditShare(code: "nonsense") { id } verify(token: "a.b.c") { valid kind checks { name status } } }',
    )
    expect(data).toMatchObject({ creditShare: null, verify: { valid: false, kind: 'UNKNOWN' } })
  })
})
