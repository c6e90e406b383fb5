/** Tests that large bodies are paid for before they are read, and parsed in turn. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { fastify as createFastify } from 'fastify'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { Admission } from '../../src/graph/limits/admission.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { admitLargeBodies } from '../../src/http/large-bodies.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server?.close()
})

const schema = smallSchema()
const executorWith = (points: number) => {
  const size = { points, restorePerSecond: 1 }
  const admission = new Admission(new MemoryRateLimits(() => 0), { anonymous: size, person: size, client: size })
  return smallExecutor(schema, { admission })
}
const start = async (points: number) => {
  server = await startSmallServer({ schema, executor: executorWith(points) })
}

/** What is answered to a head whose body never comes. */
async function answerToHead(...headers: string[]): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  sockets.push(socket)
  const head = ['POST /graphql HTTP/1.1', 'Host: x', 'Content-Type: application/json', ...headers]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  const [first] = await once(socket, 'data')
  return String(first)
}

const padded = (query: string, bytes: number) => `${JSON.stringify({ query })}${' '.repeat(bytes)}`
const headers = { 'content-type': 'application/json' }
const post = (body: string | ReadableStream) =>
  fetch(`${server.url}/graphql`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)

/** A body that does not say its length. */
function inChunks(text: string): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })
}

describe('a body', () => {
  it('of more than 256 KiB without a token is refused before it is read', async () => {
    await start(100_000)
    const answer = await answerToHead(`Content-Length: ${256 * 1024 + 1}`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('"code":"TOO_COMPLEX"')
    expect(answer).toMatch(/^connection: close\r$/m)
  })

  it('that its caller has no points for is refused before it is read, and told when there will be', async () => {
    await start(100)
    const answer = await answerToHead(`Content-Length: ${100 * 1024}`)
    expect(answer).toMatch(/^HTTP\/1\.1 429 /)
    expect(answer).toMatch(/^retry-after: 100\r$/m)
  })

  it('that is no good costs as much as a good one, and a small one nothing', async () => {
    await start(1000)
    const remaining = async () => {
      const { extensions } = await server.ask('{ hello }')
      return (extensions?.cost as { budgetRemaining: number }).budgetRemaining
    }
    await remaining()
    const before = await remaining()
    expect((await post(`${' '.repeat(51_200)}{`)).status).toBe(400)
    expect(await remaining()).toBe(before - 101 - 10)
    expect((await post('{')).status).toBe(400)
    expect(await remaining()).toBe(before - 101 - 20)
  })

  it.each([
    ['too large', 300_000, 413],
    ['within the limit', 100_000, 200],
  ])('in chunks is judged by what came: %s', async (_what, bytes, status) => {
    await start(1000)
    expect((await post(inChunks(padded('{ hello }', bytes)))).status).toBe(status)
  })

  it('in chunks costs what it has', async () => {
    await start(100)
    expect((await post(inChunks(padded('{ hello }', 100_000)))).status).toBe(429)
  })
})

it('between two large bodies that are parsed all others have a turn', async () => {
  const app = createFastify()
  admitLargeBodies(app, {
    executor: executorWith(100_000),
    authenticate: (_authorization, sender) => anonymousViewer(sender.ip),
    bodyBytes: 100_000,
    anonymousBodyBytes: 100_000,
  })
  let turn = 0
  const next = () => {
    turn += 1
    immediate = setImmediate(next)
  }
  let immediate = setImmediate(next)
  const parsedIn: number[] = []
  app.post('/', async () => {
    parsedIn.push(turn)
    return {}
  })
  const inject = (bytes: number) => app.inject({ method: 'POST', url: '/', headers, payload: padded('x', bytes) })
  await Promise.all([20_000, 20_000, 20_000, 20_000].map(inject))
  expect(new Set(parsedIn).size).toBe(4)
  clearImmediate(immediate)
  await app.close()
})
