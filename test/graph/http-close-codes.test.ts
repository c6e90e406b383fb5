/** Tests that graphql-ws's client does at each close code what the page says. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws'
import { WebSocket, WebSocketServer } from 'ws'

const page = readFileSync('src/http/README.md', 'utf8')
const rows = [...page.matchAll(/^\| (\d{4}) \| .+ \| (connects again|ends with an error) \|$/gm)].map(
  ([, code, does]) => [Number(code), does] as const,
)

let server: WebSocketServer
/** With which every connection is closed once it has asked. */
let code: number
let connections: number
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => GRAPHQL_TRANSPORT_WS_PROTOCOL })
  server.on('connection', (socket) => {
    connections += 1
    socket.on('message', (data) => {
      if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}')
      else if (connections > 1) socket.send(JSON.stringify({ ...JSON.parse(String(data)), type: 'complete' }))
      // Nobody can send this one: it stands for a connection that broke.
      else if (code === 1006) socket.terminate()
      else socket.close(code)
    })
  })
  await once(server, 'listening')
})
afterAll(() => server.close())

it('the page has them all', () => {
  expect(rows.length).toBeGreaterThan(10)
})

it.each(rows)('after %d it %s', async (closedWith, does) => {
  code = closedWith
  connections = 0
  const client = createClient({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    webSocketImpl: WebSocket,
    // Everything else is as it is by default.
    retryWait: async () => undefined,
  })
  const end = await client
    .iterate({ query: 'subscription { x }' })
    .next()
    .catch((error: { code: number }) => error.code)
  expect(end).toEqual(does === 'connects again' ? { done: true, value: undefined } : closedWith)
  expect(connections).toBe(does === 'connects again' ? 2 : 1)
  await client.dispose()
})
