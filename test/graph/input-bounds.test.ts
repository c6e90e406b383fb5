/** Tests that bounds of inputs hold wherever a document or a variable puts a value. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { publishBounds } from '../../src/graph/contract/at-most.ts'
import { type SmallServer, smallExecutor, startSmallServer } from '../support/world/small-graph.ts'

const definitions = /* GraphQL */ `
  directive @atMost(characters: Int, items: Int, inUserErrors: Boolean) on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
  input Wish {
    name: String @atMost(characters: 3)
    grid: [[String]] @atMost(items: 2, characters: 3)
    inner: Wish
    others: [Wish!] @atMost(items: 2)
    reason: String @atMost(characters: 3, inUserErrors: true)
    count: Int
  }
  type Query {
    word(word: String @atMost(characters: 3)): String
    words(words: [String] @atMost(items: 2, characters: 3)): String
    wish(wish: Wish): String
    wishes(wishes: [Wish!]! @atMost(items: 2)): String
  }
`
let called = 0

function boundedSchema(): GraphQLSchema {
  const schema = buildSchema(definitions)
  publishBounds(schema)
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    field.resolve = () => {
      called += 1
      return 'taken'
    }
  }
  return schema
}

const servers: SmallServer[] = []
beforeAll(async () => {
  for (const enabled of [false, true]) {
    const schema = boundedSchema()
    servers.push(
      await startSmallServer({ schema, executor: smallExecutor(schema, { compile: { enabled, atUse: 1 } }) }),
    )
  }
})
afterAll(async () => {
  for (const server of servers) await server.close()
})

/** The paths at fault, the same from both executors; null when it was answered. */
async function faultsOf(query: string, variables: object = {}): Promise<string[] | null> {
  const answers = await Promise.all(servers.map(({ ask }) => ask(query, variables)))
  const [one, other] = answers.map(({ errors }) =>
    errors ? errors.map(({ extensions }) => `${extensions.code} ${(extensions.field as string[]).join('.')}`) : null,
  )
  expect(other).toEqual(one)
  return one ?? null
}

const tooLong = (...paths: string[]) => paths.map((path) => `BAD_USER_INPUT ${path}`)
const wish = 'query ($wish: Wish) { wish(wish: $wish) }'

describe('a value that is too long is refused', () => {
  it.each<[string, string, object, string[]]>([
    ['in a variable of any name', 'query ($v: String) { word(word: $v) }', { v: 'four' }, tooLong('word')],
    ['in a list', 'query ($v: [String]) { words(words: $v) }', { v: ['one', 'four'] }, tooLong('words.1')],
    ['as a list', 'query ($v: [String]) { words(words: $v) }', { v: [null, null, null] }, tooLong('words')],
    ['alone for a list', 'query ($v: [String]) { words(words: $v) }', { v: 'four' }, tooLong('words')],
    ['in a list of lists', wish, { wish: { grid: [[], ['one', 'four']] } }, tooLong('wish.grid.1.1')],
    ['as a list in a list', wish, { wish: { grid: [['a', 'b', 'c']] } }, tooLong('wish.grid.0')],
    ['as a list of lists', wish, { wish: { grid: [[], [], []] } }, tooLong('wish.grid')],
    ['deep within', wish, { wish: { inner: { others: [{ name: 'four' }] } } }, tooLong('wish.inner.others.0.name')],
    ['at several places', wish, { wish: { name: 'four', grid: [[], [], []] } }, tooLong('wish.name', 'wish.grid')],
    [
      'in an entry of a list of inputs',
      'query ($v: [Wish!]!) { wishes(wishes: $v) }',
      { v: [{}, { name: 'four' }] },
      tooLong('wishes.1.name'),
    ],
    [
      'in a variable within a literal',
      'query ($v: String) { wish(wish: { inner: { name: $v } }) }',
      { v: 'four' },
      tooLong('wish.inner.name'),
    ],
    [
      'in a variable within a list',
      'query ($v: String) { words(words: ["one", $v]) }',
      { v: 'four' },
      tooLong('words.1'),
    ],
    ['as a default', 'query ($v: String = "four") { word(word: $v) }', {}, tooLong('word')],
    ['as a default that is not used', 'query ($v: String = "four") { word(word: $v) }', { v: 'ok' }, tooLong('word')],
    ['as a literal', '{ word(word: "four") words(words: "four") }', {}, tooLong('word', 'words')],
    ['as a literal list', '{ words(words: [null, null, null]) }', {}, tooLong('words')],
    ['as a block of text', '{ word(word: """\n  four\n""") }', {}, tooLong('word')],
    [
      'in a fragment',
      '{ ...A } fragment A on Query { ... { ...B } } fragment B on Query { word(word: "four") }',
      {},
      tooLong('word'),
    ],
    ['in what is skipped', '{ word(word: "four") @skip(if: true) }', {}, tooLong('word')],
  ])('%s', async (_where, query, variables, faults) => {
    called = 0
    expect(await faultsOf(query, variables)).toEqual(faults)
    expect(called).toBe(0)
  })

  it('once, where a variable is used twice', async () => {
    expect(await faultsOf('query ($v: String) { a: word(word: $v) b: word(word: $v) }', { v: 'four' })).toHaveLength(1)
  })

  it('with ten errors at most', async () => {
    const query = 'query ($v: [Wish!]!) { wishes(wishes: $v) }'
    const full = { grid: [Array(2).fill('four'), Array(2).fill('four')], name: 'four' }
    expect(await faultsOf(query, { v: Array(2).fill({ ...full, inner: full, others: [full] }) })).toHaveLength(10)
  })
})

describe('a value is taken', () => {
  it.each<[string, string, object?]>([
    ['at its limit', wish, { wish: { name: 'xyz', grid: [['one', 'two'], []], others: [{}, { inner: {} }] } }],
    ['of three characters that are each two to JavaScript', '{ word(word: "🙂🙂🙂") }'],
    ['that is null', wish, { wish: null }],
    ['that is not there', wish],
    [
      'that another operation of the document spells too long',
      'query A { word(word: "one") } fragment F on Query { word(word: "four") } query B { ...F }',
    ],
  ])('%s', async (...[, query, variables]) => {
    const answers = servers.map(({ url }) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables, operationName: query.startsWith('query A') ? 'A' : undefined }),
      }),
    )
    for (const answer of await Promise.all(answers)) expect(await answer.json()).not.toHaveProperty('errors')
  })

  it('by the mutation that refuses it itself, up to ten times its limit', async () => {
    expect(await faultsOf(wish, { wish: { reason: 'x'.repeat(30) } })).toBeNull()
    expect(await faultsOf(wish, { wish: { reason: 'x'.repeat(31) } })).toEqual(tooLong('wish.reason'))
  })
})

it('a value of another type is for coercion to refuse', async () => {
  expect(await faultsOf(wish, { wish: { name: 7, others: 'nonsense', inner: [] } })).toHaveLength(3)
  expect(await faultsOf(wish, { wish: 'four' })).toEqual(tooLong('wish'))
})
