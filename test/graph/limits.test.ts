/** Tests that fifty hostile documents are refused in milliseconds with named limits. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type SmallServer, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
beforeAll(async () => {
  server = await startSmallServer({ limits: { anonymousBodyBytes: 2 ** 21 } })
})
afterAll(() => server.close())

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ')
const nested = (count: number, open: string, inside: string, close: string) =>
  open.repeat(count) + inside + close.repeat(count)
const deep = (count: number) => `{ item(id: 1) ${nested(count, '{ notes { item ', '{ id }', '} }')} }`
const doubling = (levels: number, leaf: string) =>
  `{ ...F0 } ${times(levels, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F${levels} on Query { ${leaf} }`

interface Hostile {
  name: string
  query: string
  /** As JSON text: no object of that depth can be written. */
  variables?: string
  code?: string
}

const wish = 'query Q($wish: Wish!) { echo(wish: $wish) }'
const introspected = (depth: number) => `{ __schema { types ${nested(depth, '{ fields { type ', '{ name }', '} }')} } }`

const hostile: Hostile[] = [
  { name: 'depth 20', query: deep(10) },
  { name: 'depth 200', query: deep(100) },
  { name: 'depth 1000', query: deep(500) },
  {
    name: 'depth through fragments',
    query: `{ item(id: 1) { ...F0 } } ${times(15, (n) => `fragment F${n} on Item { notes { item { ...F${n + 1} } } }`)} fragment F15 on Item { id }`,
  },
  {
    name: 'depth through inline fragments',
    query: `{ item(id: 1) ${nested(300, '{ ... on Item { notes { item ', '{ id }', '} } }')} }`,
  },
  { name: 'an endless selection', query: '{ item(id: 1) { notes '.repeat(800) },
  { name: 'a thousand aliases', query: `{ ${times(1000, (n) => `a${n}: hello`)} }` },
  { name: 'a thousand aliases below', query: `{ item(id: 1) { ${times(1000, (n) => `a${n}: name`)} } }` },
  {
    name: 'aliases in many fragments',
    query: `{ item(id: 1) { ${times(90, (n) => `...F${n}`)} } } ${times(90, (n) => `fragment F${n} on Item { a${n}: name b${n}: name }`)}`,
  },
  {
    name: 'aliases of the dearest field',
    query: `{ ${times(50, (n) => `a${n}: items(first: 100) { nodes { id } }`)} }`,
  },
  { name: 'many root fields', query: `{ ${times(25, (n) => `a${n}: hello`)} }` },
  {
    name: 'many root fields through fragments',
    query: `{ ${times(25, (n) => `...F${n}`)} } ${times(25, (n) => `fragment F${n} on Query { a${n}: hello }`)}`,
  },
  { name: 'many mutations', query: `mutation { ${times(25, (n) => `a${n}: add(name: "x") { id }`)} }` },
  { name: 'one field two thousand times', query: `{ ${'hello '.repeat(2000)}}` },
  { name: 'one field repeated in inline fragments', query: `{ ${'... { hello } '.repeat(900)}}` },
  {
    name: 'one field repeated in fragments',
    query: `{ item(id: 1) { ${times(95, (n) => `...F${n}`)} } } ${times(95, (n) => `fragment F${n} on Item { ${'name '.repeat(20)} }`)}`,
  },
  {
    name: 'objects repeated in fragments',
    query: `{ ${times(60, (n) => `...F${n}`)} } ${times(60, (n) => `fragment F${n} on Query { item(id: 1) { notes { item { notes { text } } } } }`)}`,
  },
  { name: 'a fragment that spreads itself', query: '{ ...F } fragment F on Query { hello ...F }' },
  { name: 'a cycle of two', query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' },
  {
    name: 'a cycle of fifty',
    query: `{ ...F0 } ${times(50, (n) => `fragment F${n} on Query { ...F${(n + 1) % 50} }`)}`,
  },
  { name: 'a cycle through fields', query: '{ item(id: 1) { ...A } } fragment A on Item { notes { item { ...A } } }' },
  { name: 'a bomb of 2^20 fields', query: doubling(20, 'hello') },
  { name: 'a bomb of 2^60 fields', query: doubling(60, 'hello') },
  { name: 'a bomb of 2^30 objects', query: doubling(30, 'item(id: 1) { notes { text } }') },
  { name: 'a thousand fragments', query: `{ hello } ${times(600, (n) => `fragment F${n} on Query { hello }`)}` },
  { name: 'a thousand directives on one field', query: `{ hello ${'@skip(if: false) '.repeat(300)} }` },
  { name: 'a thousand unknown directives', query: `{ hello ${times(1000, (n) => `@d${n}`)} }` },
  { name: 'directives everywhere', query: `{ ${times(8, () => `hello ${'@include(if: true) '.repeat(10)}`)} }` },
  { name: 'directives on the operation', query: `query ${'@a '.repeat(100)} { hello }` },
  { name: 'a thousand variables', query: `query Q(${times(500, (n) => `$v${n}: Int`)}) { hello }` },
  { name: 'variables without end', query: `query Q(${times(3000, (n) => `$v${n}: Int`)}) { hello }` },
  {
    name: 'a type of a thousand lists',
    query: `query Q($v: ${nested(1500, '[', 'Int', ']')}) { hello }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'variables nested ten thousand deep',
    query: wish,
    variables: `{"wish":${nested(10_000, '{"inner":', '{"name":"x"}', '}')}}`,
  },
  {
    name: 'variables nested where nothing is declared',
    query: '{ hello }',
    variables: `{"x":${nested(10_000, '[', '1', ']')}}`,
    code: 'ok',
  },
  {
    name: 'a hundred thousand ids',
    query: 'query Q($ids: [ID!]!) { itemsById(ids: $ids) { id } }',
    variables: JSON.stringify({ ids: Array.from({ length: 100_000 }, String) }),
  },
  {
    name: 'forty thousand wrong values',
    query: 'query Q($ids: [ID!]!) { itemsById(ids: $ids) { id } }',
    variables: JSON.stringify({ ids: Array(40_000).fill({}) }),
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'unknown input fields without end',
    query: wish,
    variables: JSON.stringify({ wish: Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`f${n}`, n])) }),
    code: 'BAD_USER_INPUT',
  },
  { name: 'a huge integer', query: '{ items(first: 99999999999999999999) { totalCount } }', code: 'BAD_USER_INPUT' },
  { name: 'the largest integer', query: '{ items(first: 2147483647) { nodes { id } } }' },
  {
    name: 'the largest integer in a variable',
    query: 'query Q($n: Int) { items(first: $n) { nodes { id } } }',
    variables: '{"n":2147483647}',
  },
  {
    name: 'a variable beyond integers',
    query: 'query Q($n: Int) { items(first: $n) { nodes { id } } }',
    variables: '{"n":1e300}',
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'pages in pages in pages',
    query: '{ items(first: 100) { nodes { parts(first: 100) { nodes { parts(first: 100) { nodes { id } } } } } } }',
  },
  {
    name: 'an integer of fifty thousand digits',
    query: `{ items(first: ${'9'.repeat(50_000)}) { totalCount } }`,
    code: 'BAD_USER_INPUT',
  },
  { name: 'a string beyond the limit', query: `{ hello(name: "${'x'.repeat(100_000)}") }` },
  { name: 'comments beyond the limit', query: `{ hello } ${'#\n'.repeat(100_000)}` },
  { name: 'nothing but brackets', query: '['.repeat(90_000), code: 'GRAPHQL_PARSE_FAILED' },
  { name: 'a literal of nested lists', query: `{ echo(wish: ${nested(3000, '[', '', ']')}) }` },
  {
    name: 'a literal of nested objects',
    query: `{ echo(wish: ${nested(900, '{ inner: ', '1', '}')}) }`,
    code: 'BAD_USER_INPUT',
  },
  { name: 'introspection in a loop', query: introspected(10) },
  {
    name: 'introspection of everything of everything',
    query: `{ __schema { types { ${times(5, (n) => `a${n}: fields { type { fields { type { fields { name } } } }}`)} } } }`,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  { name: 'a hundred thousand tokens', query: `{ ${'a '.repeat(49_000)}}` },
]

async function ask({ query, variables }: Hostile) {
  const body = `{"query":${JSON.stringify(query)},"variables":${variables ?? '{}'}}`
  const startedAt = performance.now()
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  const text = await answer.text()
  return { text, status: answer.status, tookMs: performance.now() - startedAt }
}

/** Heap in use after garbage is collected, in bytes. */
function settledHeap(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

describe('a hostile document', () => {
  it.each(hostile.map((each) => [each.name, each] as const))('of %s is refused, clearly', async (_name, each) => {
    const { text, status } = await ask(each)
    const { errors } = JSON.parse(text) as { errors?: { message: string; extensions: Record<string, unknown> }[] }
    if (each.code === 'ok') return expect([status, errors]).toEqual([200, undefined])
    expect([status, errors?.[0]?.extensions.code]).toEqual([
      400,
      expect.stringMatching(each.code ?? /^(TOO_COMPLEX|BAD_USER_INPUT)$/),
    ])
    const { limit, found, allowed } = errors?.[0]?.extensions ?? {}
    if (limit) expect(errors?.[0]?.message).toBe(`The document has ${found} ${limit}; at most ${allowed} are allowed.`)
    expect(text.length).toBeLessThan(5000)
  })

  it('costs milliseconds and no memory, however often it is sent', async () => {
    for (const each of hostile) await ask(each)
    const before = settledHeap()
    const bestMs = new Map<string, number>()
    for (let round = 0; round < 5; round += 1) {
      for (const each of hostile) {
        // A new text each time, so that nothing is remembered.
        const { tookMs } = await ask({ ...each, query: `${each.query} # ${round}` })
        bestMs.set(each.name, Math.min(tookMs, bestMs.get(each.name) ?? tookMs))
      }
    }
    const [slowest, tookMs] = [...bestMs].sort(([, one], [, other]) => other - one)[0] ?? ['', 0]
    const grownMb = (settledHeap() - before) / 1e6
    process.stdout.write(
      `slowest of ${hostile.length}: ${slowest}, ${tookMs.toFixed(1)} ms; heap ${grownMb.toFixed(1)} MB more\n`,
    )
    expect(hostile.length).toBeGreaterThanOrEqual(50)
    expect(tookMs).toBeLessThan(200)
    expect(grownMb).toBeLessThan(40)
  })
})
