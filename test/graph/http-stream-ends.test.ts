/** Tests that streams end at their deadline, with their client or when it stalls. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { WebSocket } from 'ws'
import { change, keptLog } from '../support/world/small-graph.ts'
import { all, at, openStreamWorld, refusalOf, start, transports, waiting } from '../support/world/stream-clients.ts'

openStreamWorld()

describe.each(transports)('over %s', (_name, open) => {
  it('a query is stopped at its deadline, and its resolvers hear of it', async () => {
    await start({ limits: { deadlineMs: 50 } })
    expect(await refusalOf(open()('query Slow { aborted }'))).toMatchObject({
      message: expect.stringMatching(/^The request took longer than 0.05 s and was stopped\. Quote /),
      extensions: { code: 'INTERNAL' },
    })
    await logged({ message: 'request passed its deadline', operationName: 'Slow' })
  })

  it('every operation leaves one line in the log, without the caller', async () => {
    await start()
    const authorization = `Bearer ${await at.issuer.token({ email: 'ada@example.org' })}`
    await all(open(authorization)('query Greeting { hello }'))
    await logged({ message: 'graphql request', operationName: 'Greeting', kind: 'query', caller: 'learner' })
    expect(JSON.stringify(at.server.lines)).not.toMatch(/\bada\b/)
  })
})

describe('a query is stopped when its client goes away', () => {
  const stopped = () => logged({ message: 'graphql request', operationName: 'Slow' })

  it('over WebSocket', async () => {
    await start()
    const socket = await openSocket()
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'query Slow { aborted }' } }))
    // Answered after what was asked before it is under way.
    socket.send(JSON.stringify({ id: '2', type: 'subscribe', payload: { query: '{ hello }' } }))
    await once(socket, 'message')
    socket.terminate()
    await stopped()
  })

  it('over server-sent events', async () => {
    await start()
    const socket = stream('query Slow { aborted }')
    await once(socket, 'connect')
    await seen(/process_cpu_seconds_total/)
    socket.destroy()
    await stopped()
  })
})

it('what was asked on a WebSocket before the server goes away is answered first', async () => {
  await start({ limits: { deadlineMs: 300 } })
  const socket = await openSocket()
  const heard: string[] = []
  socket.on('message', (data) => heard.push(String(data)))
  for (const [id, query] of Object.entries({ slow: '{ aborted }', quick: '{ hello }' }))
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }))
  await once(socket, 'message')
  expect(heard[0]).toContain('hello world')
  await Promise.all([at.server.fastify.drain({ limitMs: 5000 }), once(socket, 'close')])
  expect(heard).toContainEqual(expect.stringMatching(/"id":"slow".*took longer than 0.3 s/))
})

describe('a client that stops reading', () => {
  it('is dropped from its WebSocket', async () => {
    await start({ limits: { pulseMs: 50 } })
    const socket = await openSocket()
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: endless } }))
    await once(socket, 'message')
    socket.pause()
    await seen(/gateway_open_streams\{kind="websockets"\} 0/)
    await seen(/gateway_open_streams\{kind="streams"\} 0/)
    socket.terminate()
  })

  it('is dropped from its event stream', async () => {
    await start({ limits: { pulseMs: 50, unreadMs: 100 } })
    const socket = stream(endless)
    await once(socket, 'data')
    socket.pause()
    await seen(/gateway_open_streams\{kind="streams"\} 0/)
    socket.destroy()
  })

  it('and one that reads is kept, however long nothing happens', async () => {
    await start({ limits: { pulseMs: 20 } })
    const socket = stream('subscription { changed(id: "12") { name } }')
    let pulses = 0
    let text = ''
    for await (const chunk of socket) {
      text += String(chunk)
      pulses += String(chunk).split(':\n\n').length - 1
      if (pulses === 5) change('12')
      if (text.includes('item 12')) break
    }
    expect(pulses).toBeGreaterThanOrEqual(5)
    await waiting('12', 0)
  })
})

const endless = 'subscription { ticked(upTo: 1000000000) }'

/** A client of graphql-transport-ws that has been greeted. */
async function openSocket(): Promise<WebSocket> {
  const socket = new WebSocket(`${at.server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  await once(socket, 'message')
  return socket
}

function stream(query: string) {
  const socket = connect(Number(new URL(at.server.url).port), '127.0.0.1')
  const body = JSON.stringify({ query })
  const head = `POST /graphql/stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  socket.write(`${head}\r\n\r\n${body}`)
  return socket
}

/** Waits until the metrics say so. */
async function seen(pattern: RegExp): Promise<void> {
  while (!pattern.test(await (await fetch(`${at.server.url}/metrics`)).text()));
}

/** Waits for a line of the log. */
async function logged(line: ReturnType<typeof keptLog>['lines'][number]): Promise<void> {
  const entries = Object.entries(line)
  while (!at.server.lines.some((one) => entries.every(([name, value]) => one[name] === value)))
    await new Promise(setImmediate)
}
