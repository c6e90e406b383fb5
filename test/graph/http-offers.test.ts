/** Tests that offers are ignored, methods answered and encoded bodies read. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openOperations } from '../../src/http/operations.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { type SmallServer, startSmallServer } from '../support/world/small-graph.ts'

const received: string[] = []
let server: SmallServer
beforeAll(async () => {
  server = await startSmallServer({
    limits: { bodyBytes: 4096 },
    webhooks: [
      {
        name: 'stripe',
        maxBytes: 100,
        contentTypes: ['application/json'],
        receive: async (rawBody) => {
          received.push(String(rawBody))
          return { status: 202 }
        },
      },
    ],
    browserPage: (_request, reply) => reply.type('text/html').send('<h1>Explorer</h1>'),
    addRoutes: (routes) => {
      routes.get('/.well-known/keys/:name', async () => ({ kty: 'OKP' }))
    },
  })
})
afterAll(() => server?.close())

/** Sends bytes and reads the first answer whole. */
async function exchange(url: string, bytes: string): Promise<{ status: number; head: string; body: string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(bytes)
  let text = ''
  for await (const chunk of socket) {
    // A promise to go on is not the answer.
    text = (text + String(chunk)).replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
    const [, head = '', body = ''] = /^(.*?)\r\n\r\n(.*)$/s.exec(text) ?? []
    const length = /^content-length: (\d+)/im.exec(head)?.[1]
    const isWhole = length === undefined ? body.endsWith('\r\n0\r\n\r\n') : Buffer.byteLength(body) >= Number(length)
    if (head && isWhole) return { status: Number(head.split(' ')[1]), head, body }
  }
  throw new Error(`no whole answer: ${text}`)
}

const question = JSON.stringify({ query: '{ hello }' })
/** What clients offer by themselves, byte for byte. */
const offers = {
  'curl --http2': 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n',
  "Java's client":
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\r\n',
  TLS: 'Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n',
  'several at once': 'Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n',
  'Expect: 100-continue': 'Expect: 100-continue\r\n',
  'another Expect': 'Expect: the-unexpected\r\n',
  TE: 'TE: trailers, deflate;q=0.5\r\n',
}

describe.each(Object.entries(offers))('the offer of %s is ignored', (_name, headers) => {
  const post = (path: string, body: string) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`

  it('by a query with its body', async () => {
    const { status, body } = await exchange(server.url, post('/graphql', question))
    expect([status, JSON.parse(body).data]).toEqual([200, { hello: 'hello world' }])
  })

  it('by a webhook, health and a key', async () => {
    received.length = 0
    expect((await exchange(server.url, post('/webhooks/stripe', '{"a":1}'))).status).toBe(202)
    expect(received).toEqual(['{"a":1}'])
    for (const path of ['/health/live', '/.well-known/keys/one'])
      expect({ path, ...(await exchange(server.url, get(path))) }).toMatchObject({ path, status: 200 })
  })
})

it.each(Object.entries(offers))('the operations port ignores %s, too', async (_name, headers) => {
  const ok = { status: 200, body: { status: 'ok' } } as const
  const health = { live: () => ok, ready: async () => ok }
  const operations = await openOperations({ host: '127.0.0.1', port: 0, health, metrics: new Metrics() })
  try {
    const asked = await exchange(operations.url, `GET /health/live/ HTTP/1.1\r\nHost: x\r\n${headers}\r\n`)
    expect(asked.status).toBe(200)
  } finally {
    await operations.close()
  }
})

describe('an address', () => {
  const addresses: [path: string, allow: string][] = [
    ['/graphql', 'POST, GET, HEAD, OPTIONS'],
    ['/graphql/stream', 'POST, GET, HEAD, OPTIONS'],
    ['/health/live', 'GET, HEAD, OPTIONS'],
    ['/webhooks/stripe', 'POST, OPTIONS'],
    ['/.well-known/keys/one', 'GET, HEAD, OPTIONS'],
  ]
  const sorted = (list: string | null) => list?.split(', ').sort()

  it.each(addresses)('%s says which methods it takes', async (path, allow) => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const answer = await fetch(server.url + path, { method, body: question })
      expect([answer.status, sorted(answer.headers.get('allow'))]).toEqual([405, sorted(allow)])
      await answer.body?.cancel()
    }
    const options = await fetch(server.url + path, { method: 'OPTIONS' })
    expect([options.status, sorted(options.headers.get('allow'))]).toEqual([204, sorted(allow)])
  })

  it('says so in the shape of an answer where clients ask', async () => {
    const answer = await fetch(`${server.url}/graphql`, { method: 'PUT', body: 'anything' })
    expect(await answer.json()).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'METHOD_NOT_ALLOWED', allow: expect.any(String) } }],
    })
  })

  it.each(['/graphql?query={hello}', '/health/live', '/.well-known/keys/one'])(
    '%s answers HEAD without a body',
    async (path) => {
      const [head, got] = await Promise.all([fetch(server.url + path, { method: 'HEAD' }), fetch(server.url + path)])
      expect([head.status, await head.text()]).toEqual([200, ''])
      expect(head.headers.get('content-type')).toBe(got.headers.get('content-type'))
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0)
    },
  )

  it('tells by HEAD that it would answer with events, and begins none', async () => {
    const url = `${server.url}/graphql/stream?query=${encodeURIComponent('subscription { ticked(upTo: 1) }')}`
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      '',
    ])
  })

  it('is the same with a slash behind it', async () => {
    const asked = await fetch(`${server.url}/graphql/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: question,
    })
    expect(await asked.json()).toMatchObject({ data: { hello: 'hello world' } })
    for (const path of ['/health/live/', '/.well-known/keys/one/'])
      expect((await fetch(server.url + path)).status).toBe(200)
    const page = await fetch(`${server.url}/graphql/`, { headers: { accept: 'text/html' } })
    expect([page.status, page.url, await page.text()]).toEqual([200, `${server.url}/graphql`, '<h1>Explorer</h1>'])
  })

  it('that there is not is told as before', async () => {
    for (const method of ['GET', 'PUT']) expect((await fetch(`${server.url}/nowhere`, { method })).status).toBe(404)
  })
})

describe('a body', () => {
  const send = (body: Buffer | string, encoding: string) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body,
    })

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', Buffer.from],
  ] as [string, (text: string) => Buffer][])('that is encoded by %s is read', async (encoding, encode) => {
    const answer = await send(encode(question), encoding)
    expect(await answer.json()).toMatchObject({ data: { hello: 'hello world' } })
  })

  it('of another encoding is refused, saying which are taken', async () => {
    for (const encoding of ['zstd', 'gzip, br', 'constructor']) {
      const answer = await send(question, encoding)
      expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br'])
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    }
  })

  it('that is not what it says is refused as such', async () => {
    for (const body of [question, gzipSync(question).subarray(0, 20)]) {
      const answer = await send(body, 'gzip')
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('Content-Encoding')])
    }
  })

  it('that is small and decodes to more than the limit is refused as too large', async () => {
    const large = JSON.stringify({ query: `{ hello } #${'x'.repeat(1_000_000)}` })
    for (const [encoding, body] of [
      ['gzip', gzipSync(large)],
      ['br', brotliCompressSync(large)],
    ] as const) {
      expect(body.length).toBeLessThan(4096)
      const answer = await send(body, encoding)
      expect([answer.status, await answer.json()]).toEqual([
        413,
        { errors: [expect.objectContaining({ extensions: { code: 'TOO_COMPLEX', limit: 'bytes', allowed: 4096 } })] },
      ])
    }
  })
})

it('a body that decodes to hundreds of megabytes is not decoded further than the limit', async () => {
  const roomy = await startSmallServer({ limits: { bodyBytes: 1_000_000 } })
  try {
    const part = gzipSync(Buffer.alloc(10_000_000))
    const body = Buffer.concat(Array.from({ length: 30 }, () => part))
    expect(body.length).toBeLessThan(1_000_000)
    const spentMs: number[] = []
    // Whatever else the process does meanwhile counts too: the least of some is the body's own.
    for (let times = 0; times < 5; times += 1) {
      const before = process.cpuUsage()
      const answer = await fetch(`${roomy.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body,
      })
      expect(answer.status).toBe(413)
      const { user, system } = process.cpuUsage(before)
      spentMs.push((user + system) / 1000)
    }
    // All of it takes several times as long.
    expect(Math.min(...spentMs)).toBeLessThan(150)
  } finally {
    await roomy.close()
  }
})

it('a connection whose offer was ignored goes on', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const get = `GET /health/live HTTP/1.1\r\nHost: x\r\n${offers['curl --http2']}\r\n`
  for (let request = 0; request < 2; request += 1) {
    socket.write(get)
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /)
  }
  socket.destroy()
})
