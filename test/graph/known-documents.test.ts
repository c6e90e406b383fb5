/** Tests that documents answered without Apollo look the same to clients. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Admission } from '../../src/graph/limits/admission.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
const schema = smallSchema()
const executor = smallExecutor(schema)
beforeAll(async () => {
  server = await startSmallServer({ schema, executor })
})
afterAll(() => server.close())

interface Sent {
  body: Record<string, unknown>
  headers?: Record<string, string>
}

/** Everything that a client can see, but for what differs from one request to the next. */
async function seen({ body, headers = {} }: Sent) {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-correlation-id': 'always-the-same', ...headers },
    body: JSON.stringify(body),
  })
  const text = (await answer.text()).replace(/"budgetRemaining":\d+/, '')
  const { date: _date, 'content-length': _length, ...kept } = Object.fromEntries(answer.headers)
  return { status: answer.status, headers: kept, text }
}

const graphqlJson = 'application/graphql-response+json'
const add = 'mutation ($name: String!) { add(name: $name) { name } }'
const two = 'query One { hello } query Two($name: String!) { hello(name: $name) }'

describe('a document that is known', () => {
  it.each<[string, Sent]>([
    ['a plain query', { body: { query: '{ hello }' } }],
    ['variables', { body: { query: two, operationName: 'Two', variables: { name: 'x' } } }],
    ['an operation that is not there', { body: { query: two, operationName: 'Three' } }],
    ['no name where there are two', { body: { query: two } }],
    ['a variable that does not fit', { body: { query: two, operationName: 'Two', variables: { name: 7 } } }],
    [
      'two that do not fit',
      {
        body: {
          query: 'query ($a: Int!, $b: Int!) { x: items(first: $a) { totalCount } y: items(first: $b) { totalCount } }',
          variables: { a: 'x', b: 'y' },
        },
      },
    ],
    ['variables that are a list', { body: { query: '{ hello }', variables: [1] } }],
    ['variables that are a text', { body: { query: '{ hello }', variables: '{}' } }],
    ['an operation name that is a number', { body: { query: '{ hello }', operationName: 7 } }],
    ['extensions that are a list', { body: { query: '{ hello }', extensions: [] } }],
    ['nulls', { body: { query: '{ hello }', operationName: null, variables: null, extensions: null } }],
    ['a mutation', { body: { query: add, variables: { name: 'x' } } }],
    ['a subscription', { body: { query: 'subscription { ticked(upTo: 2) }' } }],
    ['a fault in a field', { body: { query: '{ hello broken refused outside }' } }],
    ['a null where none may be', { body: { query: '{ hello brokenStrict { value } }' } }],
    [
      'too many points',
      {
        body: {
          query:
            '{ items(first: 100) { nodes { parts(first: 100) { nodes { parts(first: 100) { nodes { name } } } } } } }',
        },
      },
    ],
    ['the media type of GraphQL', { body: { query: '{ hello }' }, headers: { accept: graphqlJson } }],
    [
      'a choice of media types',
      { body: { query: '{ hello }' }, headers: { accept: `${graphqlJson}, application/json;q=0.9` } },
    ],
    ['json by name', { body: { query: two, operationName: 'Three' }, headers: { accept: 'application/json' } }],
    ['a media type that nobody speaks', { body: { query: '{ hello }' }, headers: { accept: 'text/csv' } }],
    ['anything', { body: { query: '{ hello }' }, headers: { accept: '*/*' } }],
  ])('is answered as by Apollo: %s', async (_name, sent) => {
    // Once for Apollo, which makes the document known, and the plain way for its media type.
    const first = await seen(sent)
    await seen({ body: { query: '{ hello }' }, headers: sent.headers ?? {} })
    expect(await seen(sent)).toEqual(first)
    expect(await seen(sent)).toEqual(first)
  })

  it('is refused beyond the rate limit with the same words and headers', async () => {
    const size = { points: 120, restorePerSecond: 0.001 }
    const rateLimits = new Admission(new MemoryRateLimits(), { anonymous: size, person: size, client: size })
    const small = await startSmallServer({ schema, executor: smallExecutor(schema, { admission: rateLimits }) })
    try {
      const answers = []
      for (let n = 0; n < 13; n++) answers.push(await small.ask('{ item(id: "1") { id } }'))
      expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(200), 429, 429, 429])
      expect(answers.at(-1)?.headers.get('retry-after')).not.toBeNull()
      expect(answers.at(-1)?.errors?.[0]?.extensions.code).toBe('RATE_LIMITED')
    } finally {
      await small.close()
    }
  })
})
