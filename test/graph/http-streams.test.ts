/** Tests each subscription transport's own rules: origins, proxies, bounds and slow readers. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { change, ticks } from '../support/world/small-graph.ts'
import {
  all,
  at,
  closing,
  openStreamWorld,
  overSockets,
  type Result,
  refusalOf,
  start,
  waiting,
} from '../support/world/stream-clients.ts'

openStreamWorld()

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

  it.each<[string, (token: string) => Record<string, unknown>]>([
    ['authorization', (authorization) => ({ authorization })],
    ['AUTHORIZATION', (token) => ({ AUTHORIZATION: token })],
    ['headers', (authorization) => ({ headers: { authorization } })],
    ['headers in another case', (token) => ({ authorization: null, headers: { Authorization: token } })],
  ])('finds the token in its first message by %s', async (_where, parametersOf) => {
    await start()
    const authorization = `Bearer ${await at.issuer.token()}`
    const results = overSockets(parametersOf(authorization))('{ whoAmI }')
    expect((await all(results))[0]?.data).toEqual({ whoAmI: `user:${at.issuer.url}|ada` })
  })

  it('with a token that is no text is not taken for anonymous', async () => {
    await start()
    const closed = Promise.withResolvers<unknown>()
    const results = overSockets({ headers: { authorization: ['x'] } }, closed.resolve)('{ hello }')
    results.next().catch(() => undefined)
    expect(await closed.promise).toMatchObject({ code: 4401 })
  })

  it('whose token ends is opened again by its client, with the token of then', async () => {
    await start()
    const endsSoon = await at.issuer.token({}, { expiresAt: Date.now() / 1000 + 0.5 })
    const tokens = [endsSoon, await at.issuer.token({ sub: 'grace' })]
    const codes: unknown[] = []
    const client = createSocketClient({
      url: `${at.server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: `Bearer ${tokens.shift()}` }),
      on: { closed: (event) => codes.push((event as { code: number }).code) },
    })
    closing.push(() => client.dispose())
    const results = client.iterate({ query: 'subscription { changed(id: "14") { name } }' })
    const first = results.next()
    await waiting('14', 1)
    await waiting('14', 0)
    expect(codes).toEqual([4403])
    await waiting('14', 1)
    change('14')
    expect((await first).value).toMatchObject({ data: { changed: { name: 'item 14' } } })
    expect(tokens).toEqual([])
  })

  it.each([
    ['of a page of another site', '/graphql', { origin: 'https://evil.example' }, 403],
    ['elsewhere', '/other', {}, 404],
  ])('%s is refused', async (_name, path, headers, status) => {
    await start({ allowedOrigins: ['https://app.example.org'] })
    const socket = new WebSocket(at.server.url.replace('http', 'ws') + path, 'graphql-transport-ws', { headers })
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(status)
  })

  it('behind a trusted proxy is known by its own address', async () => {
    await start({ trustProxy: ['127.0.0.1'] })
    const client = createSocketClient({
      url: `${at.server.url.replace('http', 'ws')}/graphql`,
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
    const socket = new WebSocket(`${at.server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
    await once(socket, 'open')
    socket.terminate()
  })

  it('with a message beyond the limit, or none, is closed', async () => {
    await start({ limits: { messageBytes: 1000 } })
    const socket = new WebSocket(`${at.server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
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
      fetch(`${at.server.url}/graphql/stream?query=${encodeURIComponent(query)}`, { headers })
    const read = await get('subscription { ticked(upTo: 2) }')
    expect(read.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await read.text()).toContain('data: {"data":{"ticked":2}}')
    expect(await (await get('mutation { add(name: "x") { name } }')).text()).toContain('Send mutations by POST.')
    expect((await get('{ hello }', { authorization: 'Bearer abc' })).status).toBe(401)
  })

  it('of a client that stops reading holds one answer at most', async () => {
    await start()
    const socket = connect(Number(new URL(at.server.url).port), '127.0.0.1')
    const body = JSON.stringify({ query: 'subscription { ticked(upTo: 100000000) }' })
    socket.write(
      `POST /graphql/stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await once(socket, 'data')
    socket.pause()
    // The kernel's buffers fill; from then on nothing more is asked of the source.
    let before = -1
    while (ticks.last !== before) {
      before = ticks.last
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
    }
    expect(ticks.last).toBeLessThan(1_000_000)
    socket.destroy()
  })
})
