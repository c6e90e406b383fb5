/** Tests that only anonymous reads of public data may be cached. */
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { publicFor } from '../../src/graph/caching/cache-policy.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
beforeEach(async () => {
  const schema = smallSchema()
  server = await startSmallServer({
    schema,
    executor: smallExecutor(schema, { cachePolicy: publicFor({ hello: 60, items: 300, broken: 60 }) }),
    authenticate: (name, sender) => ({ ...anonymousViewer(sender.ip), anonymous: name === undefined }),
  })
})
afterEach(() => server.close())

const get = (query: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { 'apollo-require-preflight': '1', ...headers },
  })
const cacheControlOf = async (query: string, headers?: Record<string, string>) =>
  (await get(query, headers)).headers.get('cache-control')

it('public fields may be kept as long as the shortest of them', async () => {
  expect(await cacheControlOf('{ items { totalCount } }')).toBe('public, max-age=300, stale-while-revalidate=300')
  expect(await cacheControlOf('{ items { totalCount } ...F } fragment F on Query { hello }')).toContain('max-age=60,')
})

it.each<[string, string, Record<string, string>?]>([
  ['with a field that is not public', '{ hello whoAmI }'],
  ['to somebody signed in', '{ hello }', { authorization: 'ada' }],
  ['with errors', '{ hello broken }'],
  ['to a document that does not hold', '{ goodbye }'],
])('an answer %s may not be kept', async (...[, query, headers]) => {
  expect(await cacheControlOf(query, headers)).toBe('no-store')
})

it('an answer to POST may not be kept', async () => {
  expect((await server.ask('{ hello }')).headers.get('cache-control')).toBe('no-store')
})

it('who has the answer already is told so, and a signed-in caller is another', async () => {
  const first = await get('{ hello }')
  const etag = first.headers.get('etag') ?? ''
  expect(first.headers.get('vary')).toContain('authorization')
  const again = await get('{ hello }', { 'if-none-match': etag })
  expect([again.status, await again.text()]).toEqual([304, ''])
  expect((await get('{ hello(name: "you") }', { 'if-none-match': etag })).status).toBe(200)
  expect((await get('{ hello }', { 'if-none-match': etag, authorization: 'ada' })).status).toBe(200)
})

it.each<[string, (etag: string) => string]>([
  ['as it was given', (etag) => etag],
  ['made strong', (etag) => etag.replace(/^W\//, '')],
  ['among others', (etag) => `"other",W/"another" , ${etag}`],
  ['by any', () => '*'],
])('an answer that the client names %s is not sent again', async (_how, name) => {
  const etag = (await get('{ hello }')).headers.get('etag') ?? ''
  expect(etag).toMatch(/^W\/".+"$/)
  expect((await get('{ hello }', { 'if-none-match': name(etag) })).status).toBe(304)
  expect((await get('{ hello }', { 'if-none-match': '"other", W/"another"' })).status).toBe(200)
})
