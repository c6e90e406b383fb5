/** Tests that WebSockets and event streams of one caller are bounded. */
import { once } from 'node:events'
import { expect, it } from '@jest/globals'
import { CloseCode } from 'graphql-ws'
import { WebSocket } from 'ws'
import { Admission } from '../../src/graph/limits/admission.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { smallExecutor, smallSchema } from '../support/world/small-graph.ts'
import { at, closing, openStreamWorld, start } from '../support/world/stream-clients.ts'

openStreamWorld()

interface Refusal {
  errors: { extensions: object }[]
}
const behindProxy = { trustProxy: ['127.0.0.1'] }

/** A socket before its first message, or the refusal of its upgrade. */
async function connect(address = '203.0.113.1'): Promise<WebSocket | { status: number; retryAfter: string }> {
  const headers = { 'x-forwarded-for': address }
  const socket = new WebSocket(`${at.server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
  closing.push(() => socket.terminate())
  socket.on('error', () => undefined)
  const refused = once(socket, 'unexpected-response').then(([, response]) => ({
    status: response.statusCode,
    retryAfter: response.headers['retry-after'],
  }))
  return Promise.race([once(socket, 'open').then(() => socket), refused])
}

/** Sends the first message; answers the type of the reply, or the code with which the socket is closed. */
async function greet(socket: WebSocket, token: string | null): Promise<string | number> {
  const payload = token === null ? {} : { authorization: `Bearer ${token}` }
  const closed = once(socket, 'close').then(([code]) => code as number)
  const answered = once(socket, 'message').then(async ([data]) => {
    const { type } = JSON.parse(String(data))
    // What is about to be closed may be acknowledged before.
    socket.ping()
    return Promise.race([closed, once(socket, 'pong').then(() => type as string)])
  })
  socket.send(JSON.stringify({ type: 'connection_init', payload }))
  return Promise.race([closed, answered])
}

async function open(token: string | null, address?: string): Promise<string | number> {
  const socket = await connect(address)
  return socket instanceof WebSocket ? greet(socket, token) : socket.status
}

const times = <Made>(count: number, make: (n: number) => Promise<Made>) =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)))
const count = (all: readonly unknown[], one: unknown) => all.filter((each) => each === one).length
const heldBack = async () => at.server.metrics.registry.getSingleMetricAsString('gateway_callers_held_back_total')

it('an address has fifty sockets without a token, whoever is signed in behind it more', async () => {
  await start(behindProxy)
  const opened = await times(60, () => open(null))
  expect([count(opened, 'connection_ack'), count(opened, CloseCode.TooManyInitialisationRequests)]).toEqual([50, 10])
  expect(await open(await at.issuer.token({ sub: 'ada' }))).toBe('connection_ack')
  expect(await open(null, '203.0.113.2')).toBe('connection_ack')
  expect(await heldBack()).toContain('{by="streams",how="refused",caller="anonymous"} 10')
})

it('a person has twenty, from whatever address; one that is closed makes room', async () => {
  await start(behindProxy)
  const token = await at.issuer.token({ sub: 'ada' })
  const first = (await connect()) as WebSocket
  expect(await greet(first, token)).toBe('connection_ack')
  const opened = await times(22, (n) => open(token, `203.0.113.${n}`))
  expect([count(opened, 'connection_ack'), count(opened, CloseCode.TooManyInitialisationRequests)]).toEqual([19, 3])
  expect(await open(await at.issuer.token({ sub: 'grace' }))).toBe('connection_ack')
  first.close()
  await once(first, 'close')
  expect(await open(token)).toBe('connection_ack')
})

it('beyond so many that have said nothing an address is refused before the upgrade, and an IPv6 network is one', async () => {
  await start({ ...behindProxy, streamLimits: { unknown: 3 } })
  const mute = await times(3, (n) => connect(`2001:db8:1:2::${n}`))
  expect(mute.every((one) => one instanceof WebSocket)).toBe(true)
  expect(await connect('2001:db8:1:2:ffff::9')).toEqual({ status: 429, retryAfter: '10' })
  expect(await open(null, '2001:db8:1:3::1')).toBe('connection_ack')
  expect(await greet(mute[0] as WebSocket, null)).toBe('connection_ack')
  expect(await open(null, '2001:db8:1:2:ffff::9')).toBe('connection_ack')
})

it('beyond so many of all there is none for anybody, until one is closed', async () => {
  await start({ streamLimits: { total: 2 } })
  const [one] = (await times(2, () => connect())) as [WebSocket, WebSocket]
  expect(await connect()).toEqual({ status: 503, retryAfter: '10' })
  one.close()
  await once(one, 'close')
  expect(await connect()).toBeInstanceOf(WebSocket)
})

it('event streams are counted with them, and refused by 429 with the time to wait', async () => {
  await start({ streamLimits: { anonymous: 2, signedIn: 1 } })
  const stream = (headers: Record<string, string> = {}) =>
    fetch(`${at.server.url}/graphql/stream?query=${encodeURIComponent('subscription { changed(id: "12") { id } }')}`, {
      headers,
      signal: leaving.signal,
    })
  const leaving = new AbortController()
  closing.push(() => leaving.abort())
  expect(await open(null)).toBe('connection_ack')
  expect((await stream()).status).toBe(200)
  const refused = await stream()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10'])
  expect(((await refused.json()) as Refusal).errors[0]?.extensions).toEqual({
    code: 'RATE_LIMITED',
    retryAfterSeconds: 10,
  })
  const authorization = `Bearer ${await at.issuer.token({ sub: 'ada' })}`
  expect((await stream({ authorization })).status).toBe(200)
  expect((await stream({ authorization })).status).toBe(429)
  // What was answered at once has let go of its place.
  const brief = await fetch(`${at.server.url}/graphql/stream?query=${encodeURIComponent('{ hello }')}`, {
    headers: { authorization: `Bearer ${await at.issuer.token({ sub: 'grace' })}` },
  })
  await brief.text()
  const again = await fetch(`${at.server.url}/graphql/stream?query=${encodeURIComponent('{ hello }')}`, {
    headers: { authorization: `Bearer ${await at.issuer.token({ sub: 'grace' })}` },
  })
  expect([brief.status, again.status]).toEqual([200, 200])
})

it('a client that goes on asking after it was refused a hundred times is closed', async () => {
  const none = { points: 10, restorePerSecond: 0.001 }
  const admission = new Admission(new MemoryRateLimits(() => 0), { anonymous: none, person: none, client: none })
  const schema = smallSchema()
  await start({ schema, executor: smallExecutor(schema, { admission }) })
  const socket = (await connect()) as WebSocket
  await greet(socket, null)
  const closed = once(socket, 'close')
  const types: string[] = []
  socket.on('message', (data) => types.push(JSON.parse(String(data)).type))
  for (let n = 0; n < 200 && socket.readyState === WebSocket.OPEN; n++) {
    socket.send(JSON.stringify({ type: 'subscribe', id: `${n}`, payload: { query: '{ hello }' } }))
    await Promise.race([once(socket, 'message'), closed])
  }
  expect((await closed)[0]).toBe(CloseCode.TooManyInitialisationRequests)
  expect(new Set(types)).toEqual(new Set(['error']))
  expect(types.length).toBeLessThanOrEqual(100)
})
