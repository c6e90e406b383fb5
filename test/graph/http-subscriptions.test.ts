/** Subscriptions over both transports: the official clients hear events, are authorised, limited and masked, and leave nothing behind. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient as createEventClient } from 'graphql-sse'
import { type Client, createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { Authenticator } from '../../src/auth/authenticate.ts'
import { Billing } from '../../src/graph/bill.ts'
import { MemoryBudgets } from '../../src/graph/budget.ts'
import type { ServerParts } from '../../src/http/server.ts'
import { audience, startIssuer, type TestIssuer } from '../support/issuer.ts'
import {
  change,
  changes,
  type SmallServer,
  smallExecutor,
  smallSchema,
  startSmallServer,
  ticks,
} from '../support/small-graph.ts'

let issuer: TestIssuer
let server: SmallServer
const closing: (() => unknown)[] = []
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await server.close()
})

async function start(parts: Partial<ServerParts> = {}) {
  const directory = { learnerId: async () => 'id', institutionId: async () => null }
  const authenticator = new Authenticator({ issuer: issuer.url, audience, directory })
  server = await startSmallServer({
    authenticate: (header, address) => authenticator.authenticate(header, address),
    expiryOf: (viewer) => authenticator.expiryOf(viewer),
    ...parts,
  })
}

interface Result {
  data?: Record<string, unknown> | null
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[]
}
type Open = (query: string, variables?: Record<string, unknown>) => AsyncIterableIterator<Result>

function overSockets(authorization?: string, onClosed?: (event: unknown) => void): Open {
  const client: Client = createSocketClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: authorization ? { authorization } : {},
    retryAttempts: 0,
    on: { closed: (event) => onClosed?.(event) },
  })
  closing.push(() => client.dispose())
  return (query, variables) => client.iterate({ query, variables }) as AsyncIterableIterator<Result>
}

function overEvents(authorization?: string): Open {
  const client = createEventClient({
    url: `${server.url}/graphql/stream`,
    headers: authorization ? { authorization } : {},
    retryAttempts: 0,
  })
  closing.push(() => client.dispose())
  return (query, variables) => client.iterate({ query, variables }) as AsyncIterableIterator<Result>
}

async function all(results: AsyncIterableIterator<Result>): Promise<Result[]> {
  const heard: Result[] = []
  for await (const result of results) heard.push(result)
  return heard
}

/** Errors come as results or end the stream, as the transport's protocol has it. */
async function refusalOf(results: AsyncIterableIterator<Result>) {
  try {
    return (await all(results))[0]?.errors?.[0]
  } catch (errors) {
    return (errors as Result['errors'])?.[0]
  }
}

/** Resolves once `id` has so many subscribers: the server has taken them in, or let them go. */
async function waiting(id: string, count: number): Promise<void> {
  while ((changes.get(id)?.size ?? 0) !== count) await new Promise(setImmediate)
}

describe.each([
  ['WebSocket', overSockets],
  ['server-sent events', overEvents],
])('over %s', (_name, open) => {
  it('events are answered in order, and the end is told', async () => {
    await start()
    const heard = await all(open()('subscription Ticks($n: Int!) { ticked(upTo: $n) }', { n: 3 }))
    expect(heard.map(({ data }) => data?.ticked)).toEqual([1, 2, 3])
  })

  it('a change reaches its subscriber, and who leaves is forgotten at once', async () => {
    await start()
    const results = open()('subscription { changed(id: "7") { name } }')
    const first = results.next()
    await waiting('7', 1)
    change('7')
    expect((await first).value).toMatchObject({ data: { changed: { name: 'item 7' } } })
    const pending = results.next()
    await results.return?.()
    await pending
    await waiting('7', 0)
  })

  it('queries and mutations are answered, too', async () => {
    await start()
    expect((await all(open()('{ hello }')))[0]?.data).toEqual({ hello: 'hello world' })
    expect((await all(open()('mutation { add(name: "x") { name } }')))[0]?.data).toEqual({ add: { name: 'item x' } })
  })

  it('the caller is known by the token', async () => {
    await start()
    const authorization = `Bearer ${await issuer.token()}`
    expect((await all(open(authorization)('{ whoAmI }')))[0]?.data).toEqual({ whoAmI: `user:${issuer.url}|ada` })
    expect((await all(open()('{ whoAmI }')))[0]?.data).toEqual({ whoAmI: 'anonymous:127.0.0.1' })
  })

  it.each([
    ['a syntax error', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a wrong variable', 'subscription Q($n: Int!) { ticked(upTo: $n) }', 'BAD_USER_INPUT'],
    ['a document beyond the limits', `{ ${'hello '.repeat(100)} }`, 'TOO_COMPLEX'],
    ['a refusal of the resolver', 'subscription { forbiddenToMe }', 'FORBIDDEN'],
    ['two fields at once', 'subscription { ticked(upTo: 1) failing }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s is refused with its code', async (_case, query, code) => {
    await start()
    expect((await refusalOf(open()(query)))?.extensions).toMatchObject({ code })
  })

  it('a fault of the source is masked, and ends the stream', async () => {
    await start()
    const heard = await all(open()('subscription { failing }'))
    expect(heard[0]?.data).toEqual({ failing: 1 })
    expect(heard[1]?.errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^Something went wrong on our side\. Quote /),
      extensions: { code: 'INTERNAL' },
    })
    expect(JSON.stringify(heard)).not.toContain('10.0.0.1')
    expect(server.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  it('an empty budget refuses', async () => {
    const schema = smallSchema()
    const small = { points: 15, restorePerSecond: 0.001 }
    const billing = new Billing(new MemoryBudgets(() => 0), { anonymous: small, person: small, client: small })
    await start({ schema, executor: smallExecutor(schema, { billing }) })
    const query = 'subscription { changed(id: "8") { notes { text } } }'
    const first = open()(query)
    const next = first.next()
    await waiting('8', 1)
    expect((await refusalOf(open()(query)))?.extensions).toMatchObject({ code: 'RATE_LIMITED' })
    await first.return?.()
    await next
  })

  it('streams end when the server goes away', async () => {
    await start()
    const results = open()('subscription { changed(id: "9") { name } }')
    const next = results.next().catch((error: unknown) => error)
    await waiting('9', 1)
    await server.fastify.drain({ limitMs: 5000 })
    await next
    expect(changes.get('9')?.size).toBe(0)
  })

  it('streams end with the token', async () => {
    await start()
    const authorization = `Bearer ${await issuer.token({}, { expiresAt: Math.floor(Date.now() / 1000) + 1 })}`
    const results = open(authorization)('subscription { changed(id: "10") { name } }')
    const next = results.next().catch((error: unknown) => error)
    await next
    await waiting('10', 0)
  })
})

describe('a WebSocket', () => {
  it('with a bad token is closed as unauthorised, saying why', async () => {
    await start()
    const closed = Promise.withResolvers<unknown>()
    overSockets(
      'Bearer abc',
      closed.resolve,
    )('{ hello }')
      .next()
      .catch(() => undefined)
    expect(await closed.promise).toMatchObject({ code: 4401, reason: 'The token cannot be read.' })
  })

  it.each([
    ['of a page of another site', '/graphql', { origin: 'https://evil.example' }, 403],
    ['elsewhere', '/other', {}, 404],
  ])('%s is refused', async (_name, path, headers, status) => {
    await start({ allowedOrigins: ['https://app.example.org'] })
    const socket = new WebSocket(server.url.replace('http', 'ws') + path, 'graphql-transport-ws', { headers })
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(status)
  })

  it('behind a trusted proxy is known by its own address', async () => {
    await start({ trustProxy: ['127.0.0.1'] })
    const client = createSocketClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocol: string) {
          super(url, protocol, { headers: { 'x-forwarded-for': '203.0.113.9' } })
        }
      },
    })
    closing.push(() => client.dispose())
    expect((await all(client.iterate({ query: '{ whoAmI }' }) as AsyncIterableIterator<Result>))[0]?.data).toEqual({
      whoAmI: 'anonymous:203.0.113.9',
    })
  })

  it('of an allowed page is let in', async () => {
    await start({ allowedOrigins: ['https://app.example.org'] })
    const headers = { origin: 'https://app.example.org' }
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
    await once(socket, 'open')
    socket.terminate()
  })

  it('with a message beyond the limit, or none, is closed', async () => {
    await start({ limits: { messageBytes: 1000 } })
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send('x'.repeat(2000))
    expect((await once(socket, 'close'))[0]).toBe(1009)
  })

  it('has a bounded number of operations', async () => {
    await start({ limits: { operationsPerSocket: 2 } })
    const open = overSockets()
    const streams = [
      open('subscription { changed(id: "11") { name } }'),
      open('subscription { changed(id: "11") { id } }'),
    ]
    const pending = streams.map((stream) => stream.next())
    await waiting('11', 2)
    expect((await refusalOf(open('{ hello }')))?.extensions).toMatchObject({ code: 'TOO_COMPLEX', allowed: 2 })
    for (const stream of streams) await stream.return?.()
    await Promise.all(pending)
  })
})

describe('an event stream', () => {
  it('may be opened by GET for reading only, and says no to a bad token', async () => {
    await start()
    const get = (query: string, headers = {}) =>
      fetch(`${server.url}/graphql/stream?query=${encodeURIComponent(query)}`, { headers })
    const read = await get('subscription { ticked(upTo: 2) }')
    expect(read.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await read.text()).toContain('data: {"data":{"ticked":2}}')
    expect(await (await get('mutation { add(name: "x") { name } }')).text()).toContain('Send mutations by POST.')
    expect((await get('{ hello }', { authorization: 'Bearer abc' })).status).toBe(401)
  })

  it('of a client that stops reading holds one answer at most', async () => {
    await start()
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const body = JSON.stringify({ query: 'subscription { ticked(upTo: 100000000) }' })
    socket.write(
      `POST /graphql/stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await once(socket, 'data')
    socket.pause()
    // the kernel's buffers fill; from then on nothing more is asked of the source
    let before = -1
    while (ticks.last !== before) {
      before = ticks.last
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
    }
    expect(ticks.last).toBeLessThan(1_000_000)
    socket.destroy()
  })
})
