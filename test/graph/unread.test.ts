/** Tests that clients who take nothing of their answers are cut, and slow ones kept. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { InFlight } from '../../src/graph/limits/in-flight.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.close()
})

/** More than the kernel keeps for a connection on this machine. */
const LARGE_BYTES = 9_000_000

async function start({ insidePerCaller = 20, unreadMs = 200 } = {}) {
  const schema = smallSchema()
  Object.assign(schema.getQueryType()?.getFields().hello ?? {}, { resolve: () => 'x'.repeat(LARGE_BYTES) })
  server = await startSmallServer({
    schema,
    executor: smallExecutor(schema, { answerBytes: 2 * LARGE_BYTES }),
    limits: { unreadMs },
    inFlight: new InFlight({ limits: { insidePerCaller } }),
  })
}

/** Asks, and reads nothing until it is told to. */
function ask(query: string): Socket {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  sockets.push(socket)
  socket.pause()
  const body = JSON.stringify({ query })
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  socket.write(`${head}\r\n\r\n${body}`)
  return socket
}

/** Connections that the server has. */
const connections = () =>
  new Promise<number>((resolve, reject) =>
    server.fastify.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )

describe('a client of an answer', () => {
  it('that takes nothing of it is cut', async () => {
    await start()
    const socket = ask('{ hello }')
    await once(socket, 'connect')
    while ((await connections()) > 0) await new Promise(setImmediate)
    expect(await connections()).toBe(0)
  })

  it('that takes it slowly gets it whole', async () => {
    // The system tells the server of room only when there is much of it.
    await start({ unreadMs: 500 })
    const socket = ask('{ hello }')
    let bytes = 0
    const beganMs = performance.now()
    for await (const chunk of socket) {
      bytes += (chunk as Buffer).length
      // For longer than whoever takes nothing has.
      if (performance.now() - beganMs < 600) await new Promise((later) => setTimeout(later, 10))
      if (bytes > LARGE_BYTES) break
    }
    expect(bytes).toBeGreaterThan(LARGE_BYTES)
    expect(performance.now() - beganMs).toBeGreaterThan(600)
  })

  it('that has not taken it yet has it in flight', async () => {
    await start({ insidePerCaller: 1 })
    const unread = ask('{ hello }')
    await once(unread, 'connect')
    const beganMs = performance.now()
    const next = await server.ask('{ __typename }')
    // It had its turn when the other was cut.
    expect(next.status).toBe(200)
    expect(performance.now() - beganMs).toBeGreaterThan(100)
  })
})
