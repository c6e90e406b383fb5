/** Tests the cost of operations in points. */
import { describe, expect, it } from '@jest/globals'
import { Kind, type OperationDefinitionNode, parse } from 'graphql'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { rateLimitKey } from '../../src/graph/limits/admission.ts'
import { costPlan } from '../../src/graph/limits/cost.ts'
import { deprecatedUses } from '../../src/graph/limits/deprecated.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { publishWeights, REQUEST_POINTS } from '../../src/graph/limits/weights.ts'
import { smallSchema } from '../support/world/small-graph.ts'

const schema = smallSchema()
publishWeights(schema, {
  'Query.whoAmI': 5,
  'Query.day': ({ day }) => (day instanceof Date ? 4 : 9),
  'ItemEdge.cursor': 7,
})
function operationOf(query: string) {
  const document = parse(query)
  const node = document.definitions.find((part) => part.kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode
  return { document, node }
}
function plan(query: string) {
  const { document, node } = operationOf(query)
  return costPlan(schema, document, node)
}

describe('an operation', () => {
  it.each<[string, string, object, number]>([
    ['leaves are free', '{ hello __typename }', {}, 0],
    ['an object is 1', '{ item(id: 1) { id name labels } }', {}, 1],
    ['aliases cost each', '{ a: item(id: 1) { id } b: item(id: 2) { id } }', {}, 2],
    ['a page has its size', '{ items(first: 5) { nodes { id } } }', {}, 1 + 5],
    ['a page without a size has 20', '{ items { nodes { id } } }', {}, 1 + 20],
    ['a page from the end has its size', '{ items(last: 7) { nodes { id } } }', {}, 1 + 7],
    ['edges are objects too', '{ items(first: 5) { edges { node { id } } totalCount } }', {}, 1 + 5 * (1 + 1)],
    ['the size may be a variable', 'query($n: Int) { items(first: $n) { nodes { id } } }', { n: 50 }, 1 + 50],
    [
      'a null size leaves the other end',
      'query($n: Int, $m: Int) { items(first: $n, last: $m) { nodes { id } } }',
      { n: null, m: 9 },
      1 + 9,
    ],
    [
      'pages multiply',
      '{ items(first: 10) { nodes { parts(first: 3) { nodes { id } } } } }',
      {},
      1 + 10 * (1 + (1 + 3)),
    ],
    ['a list that is no page counts as 10', '{ item(id: 1) { notes { text } } }', {}, 1 + 10],
    ['inside a page, too', '{ items(first: 2) { nodes { notes { text } } } }', {}, 1 + 2 * (1 + 10)],
    [
      'ids are as many as are given',
      'query($ids: [ID!]!) { itemsById(ids: $ids) { id } }',
      { ids: ['1', '2', '3'] },
      3 + 1,
    ],
    ['also in the document', '{ itemsById(ids: ["1", "2"]) { id } }', {}, 2],
    [
      'what is skipped is free',
      'query($no: Boolean!) { hello items @include(if: $no) { nodes { id } } }',
      { no: false },
      0,
    ],
    [
      'what is asked twice is paid once',
      '{ item(id: 1) { notes { text } ...F } } fragment F on Item { notes { text } }',
      {},
      1 + 10,
    ],
    ['a mutation is 10', 'mutation { add(name: "x") { id } }', {}, 10],
    ['a field that works has a weight', '{ whoAmI again: whoAmI }', {}, 2 * 5],
    ['which follows what is given', 'query($d: Day) { day(day: $d) }', { d: new Date() }, 4],
    ['in the document, too', '{ day(day: "2026-01-01") }', {}, 4],
    ['each time that it works', '{ items(first: 3) { edges { cursor } } }', {}, 1 + 3 * (1 + 7)],
    ['four values given are 1', 'query($w: Wish!) { echo(wish: $w) }', { w: { name: 'x', count: 1, hue: 'y' } }, 1],
    ['lists are as long as they are', '{ itemsById(ids: ["1", "2", "3", "4", "5", "6", "7"]) { id } }', {}, 7 + 2],
    ['long texts cost each kilobyte', 'query($n: String) { hello(name: $n) }', { n: 'x'.repeat(5000) }, 4],
    ['with what it answers', 'mutation { add(name: "x") { id notes { text } } }', {}, 10 + 10],
  ])('%s', (_name, query, variables, cost) => {
    expect(plan(query).requested(variables as Record<string, unknown>)).toBe(REQUEST_POINTS + cost)
  })

  it('is billed for what it answered', () => {
    const { actual } = plan('{ items(first: 100) { nodes { id notes { text } } } nothing: item(id: 1) { id } }')
    expect(
      actual(
        {
          items: {
            nodes: [
              { id: 1, notes: [{ text: '' }, { text: '' }] },
              { id: 2, notes: [] },
            ],
          },
          nothing: null,
        },
        {},
      ),
    ).toBe(REQUEST_POINTS + 1 + 2 + 2)
    expect(actual(null, {})).toBe(REQUEST_POINTS)
  })

  it('is billed for the work of fields that answered nothing, and not of those that were not reached', () => {
    const { actual } = plan('{ whoAmI items(first: 9) { edges { cursor node { id } } } }')
    const edges = [{ cursor: null, node: null }, null]
    expect(actual({ whoAmI: null, items: { edges } }, {})).toBe(REQUEST_POINTS + 5 + 1 + 1 + 7)
  })

  it('names what it uses of the deprecated', () => {
    const { document, node } = operationOf('{ old hello ...F } fragment F on Query { again: old }')
    expect(deprecatedUses(schema, document, node)).toEqual(['Query.old'])
  })
})

describe('a rate limit', () => {
  const size = { points: 100, restorePerSecond: 10 }

  it('empties, says when to come back, and fills again', () => {
    let nowMs = 0
    const rateLimits = new MemoryRateLimits(() => nowMs)
    expect(rateLimits.take('a', size, 80)).toEqual({ granted: true, remaining: 20, retryAfterSeconds: 0 })
    expect(rateLimits.take('a', size, 50)).toEqual({ granted: false, remaining: 20, retryAfterSeconds: 3 })
    expect(rateLimits.take('b', size, 50)).toMatchObject({ granted: true })
    nowMs = 3000
    expect(rateLimits.take('a', size, 50)).toEqual({ granted: true, remaining: 0, retryAfterSeconds: 0 })
    nowMs = 1_000_000
    expect(rateLimits.take('a', size, 1)).toMatchObject({ remaining: 99 })
  })

  it('gets back what was not used, and never more than it holds', () => {
    const rateLimits = new MemoryRateLimits(() => 0)
    rateLimits.take('a', size, 80)
    rateLimits.giveBack('a', size, 70)
    expect(rateLimits.take('a', size, 0)).toMatchObject({ remaining: 90 })
    rateLimits.giveBack('a', size, 1000)
    expect(rateLimits.take('a', size, 0)).toMatchObject({ remaining: 100 })
  })

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '::ffff:203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('of the address %s is that of %s', (address, shared) => {
    expect(rateLimitKey(anonymousViewer(address))).toBe(`anonymous:${shared}`)
  })
})
