/** Tests that answers are compressed, kept ones once, and events not at all. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { publicFor } from '../../src/graph/caching/cache-policy.ts'
import { ResponseCache } from '../../src/graph/caching/response-cache.ts'
import { acceptedEncoding, compressed } from '../../src/http/compressed.ts'
import { change, type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
let answers: ResponseCache
beforeAll(async () => {
  const schema = smallSchema()
  answers = new ResponseCache({ now: () => new Date() })
  const cachePolicy = publicFor({ items: 300, hello: 60 })
  server = await startSmallServer({ schema, executor: smallExecutor(schema, { cachePolicy, answers }) })
})
afterAll(() => server?.close())

interface Sent {
  answer: IncomingMessage
  bytes: Buffer
}

/** As it comes: fetch would decode it. */
async function send(
  query: string,
  encoding?: string,
  method = 'POST',
  more: Record<string, string> = {},
): Promise<Sent> {
  const search = method === 'POST' ? '' : `?query=${encodeURIComponent(query)}`
  const headers = { 'content-type': 'application/json', ...(encoding && { 'accept-encoding': encoding }), ...more }
  const asked = request(`${server.url}/graphql${search}`, { method, headers })
  asked.end(method === 'POST' ? JSON.stringify({ query }) : undefined)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return { answer, bytes: Buffer.concat(chunks) }
}

const decoders: Record<string, (bytes: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync }
const decoded = ({ answer, bytes }: Sent) => {
  const encoding = answer.headers['content-encoding']
  return JSON.parse(String(encoding === undefined ? bytes : decoders[encoding]?.(bytes)))
}

const large = '{ items(first: 50) { nodes { id name labels } } }'
const names = Array.from({ length: 50 }, (_, index) => `item ${index + 1}`)
const namesIn = (sent: Sent) => decoded(sent).data.items.nodes.map(({ name }: { name: string }) => name)

describe.each([
  ['br', 'gzip, deflate, br, zstd'],
  ['gzip', 'gzip, deflate'],
])('%s', (encoding, header) => {
  it.each(['POST', 'GET'])('is what a large answer to %s comes in, each time it is asked', async (method) => {
    const plain = await send(large, undefined, method)
    // New, known, and kept.
    for (let time = 0; time < 5; time += 1) {
      const sent = await send(large, header, method)
      expect(sent.answer.headers).toMatchObject({
        'content-encoding': encoding,
        'content-length': `${sent.bytes.length}`,
      })
      expect(sent.answer.headers.vary).toContain('accept-encoding')
      expect(namesIn(sent)).toEqual(names)
      expect(decoded(sent).extensions.cost).toMatchObject({ requested: expect.any(Number) })
      expect(sent.bytes.length).toBeLessThan(plain.bytes.length / 2)
    }
    expect(answers.served).toBeGreaterThan(0)
  })

  it('tells of its own cost behind what is kept', async () => {
    for (let time = 0; time < 4; time += 1) await send(large, header)
    const [one, other] = [decoded(await send(large, header)), decoded(await send(large, header))]
    expect(other.data).toEqual(one.data)
    expect(Object.keys(other)).toEqual(['data', 'extensions'])
  })
})

it.each(['br', 'gzip'] as const)('what is kept is compressed once (%s)', async (encoding) => {
  const answer = { text: '', cost: 1 }
  const decode = decoders[encoding] as (bytes: Buffer) => Buffer
  const shown = async (body: string) =>
    String(decode(await compressed({ body, kept: { answer, characters: 4 } }, encoding)))
  expect(await shown('once, and its end')).toBe('once, and its end')
  // What is compressed anew would say so.
  expect(await shown('ANEW, and another')).toBe('once, and another')
  expect(await shown('once')).toBe('once')
})

it('who asks for no encoding gets none, and caches are told that others may', async () => {
  for (const header of [undefined, 'identity', 'zstd', 'br;q=0, gzip;q=0.0', '']) {
    const sent = await send(large, header)
    expect(sent.answer.headers['content-encoding']).toBeUndefined()
    expect(sent.answer.headers.vary).toContain('accept-encoding')
    expect(namesIn(sent)).toEqual(names)
  }
})

it.each<[string | undefined, string | null]>([
  ['gzip, deflate, br', 'br'],
  ['br;q=0.5, gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['*', 'br'],
  ['*;q=0', null],
  ['br;q=0, *', 'gzip'],
  ['deflate', null],
  [undefined, null],
])('Accept-Encoding: %s takes %s', (header, encoding) => {
  expect([acceptedEncoding(header), acceptedEncoding(header)]).toEqual([encoding, encoding])
})

it('neither a small answer nor a mutation’s is compressed', async () => {
  const mutation = `mutation { addMany(names: [${names.map((name) => JSON.stringify(name))}]) { id name labels } }`
  for (const query of ['{ hello }', mutation]) {
    const { answer, bytes } = await send(query, 'gzip, br')
    expect([answer.statusCode, answer.headers['content-encoding']]).toEqual([200, undefined])
    if (query === mutation) expect(bytes.length).toBeGreaterThan(1024)
  }
})

it('an answer is the same to its client in whichever encoding', async () => {
  const tags = await Promise.all(
    ['br', 'gzip', undefined].map(async (header) => (await send(large, header, 'GET')).answer),
  )
  const [etag] = tags.map(({ headers }) => headers.etag ?? '')
  expect(tags.map(({ headers }) => headers.etag)).toEqual([etag, etag, etag])
  expect(etag).toMatch(/^W\//)
  for (const header of ['br', undefined]) {
    const { answer, bytes } = await send(large, header, 'GET', { 'if-none-match': etag ?? '' })
    expect([answer.statusCode, bytes.length, answer.headers['content-encoding']]).toEqual([304, 0, undefined])
    expect(answer.headers.vary).toContain('accept-encoding')
  }
})

it('text of every kind of letter is counted in bytes', async () => {
  const name = 'ẅïđė 🎓 字'.repeat(10)
  const wide = `{ ${Array.from({ length: 15 }, (_, n) => `a${n}: hello(name: "${name}")`).join(' ')} }`
  for (const header of ['br', 'gzip'])
    for (let time = 0; time < 4; time += 1) {
      const sent = await send(wide, header)
      expect(sent.answer.headers['content-encoding']).toBe(header)
      expect(decoded(sent).data.a7).toBe(`hello ${name}`)
    }
})

it('events are not compressed, and leave at once', async () => {
  const url = `${server.url}/graphql/stream?query=${encodeURIComponent('subscription { changed(id: "71") { name } }')}`
  const answer = await fetch(url, { headers: { 'accept-encoding': 'gzip, br' } })
  expect(answer.headers.get('content-encoding')).toBeNull()
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  const tookMs: number[] = []
  for (let time = 0; time < 5; time += 1) {
    const changedMs = performance.now()
    change('71')
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toContain('item 71')
    tookMs.push(performance.now() - changedMs)
  }
  expect(tookMs.sort((one, other) => one - other)[2]).toBeLessThan(50)
  await reader.cancel()
})
