/** Tests that texts beside a document are bounded: names, hashes, ids, greetings. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { WebSocket } from 'ws'
import { KnownRequests } from '../../src/http/known-request.ts'
import { post, type SmallServer, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
beforeAll(async () => {
  server = await startSmallServer({ limits: { headerBytes: 4096 } })
})
afterAll(() => server.close())

const x = (length: number) => 'x'.repeat(length)

/** Over all transports that take one request and give one answer. */
async function refusalsOf(body: object) {
  const stream = await fetch(`${server.url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const streamed = await stream.text()
  const event = JSON.parse(streamed.startsWith('{') ? streamed : (/data: (.+)/.exec(streamed)?.[1] ?? ''))
  // The second is answered without Apollo when the document is known by then.
  const answers = [await post(server.url, body), await post(server.url, body), event]
  return answers.map(({ errors }) => errors?.[0].extensions)
}

describe('is refused past its limit and taken at it:', () => {
  it("an operation's name", async () => {
    const document = `query ${x(200)} { hello } query Other { hello }`
    const ask = (operationName: string) => refusalsOf({ query: document, operationName })
    expect(await ask(x(200))).toEqual([undefined, undefined, undefined])
    const tooLong = { code: 'BAD_USER_INPUT', field: ['operationName'], limit: 'characters', found: 201, allowed: 200 }
    expect(await ask(x(201))).toEqual([tooLong, tooLong, tooLong])
  })

  it.each([
    ['an operation', (name: string) => `query ${name} { hello }`],
    ['an alias, which comes back with every entry', (name: string) => `{ ${name}: hello }`],
    ['a variable', (name: string) => `query ($${name}: String) { hello(name: $${name}) }`],
    ['a fragment', (name: string) => `{ ...${name} } fragment ${name} on Query { hello }`],
  ])('the name of %s', async (_what, documentOf) => {
    expect(await refusalsOf({ query: documentOf(x(200)) })).toEqual([undefined, undefined, undefined])
    const tooComplex = { code: 'TOO_COMPLEX', limit: 'characters in one name', found: 201, allowed: 200 }
    expect(await refusalsOf({ query: documentOf(x(201)) })).toEqual([tooComplex, tooComplex, tooComplex])
  })

  it.each([
    ['documentId', (hash: string) => ({ documentId: hash })],
    ['extensions', (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } })],
  ])("a document's hash in %s", async (field, bodyOf) => {
    const unknown = { code: 'PERSISTED_QUERY_NOT_FOUND' }
    expect(await refusalsOf(bodyOf(x(64)))).toEqual([unknown, unknown, unknown])
    const tooLong = { code: 'BAD_USER_INPUT', field: [field], limit: 'characters', found: 65, allowed: 64 }
    expect(await refusalsOf(bodyOf(x(65)))).toEqual([tooLong, tooLong, tooLong])
  })
})

it('a long Accept header is answered and not remembered', () => {
  const known = new KnownRequests()
  const remembered = (accept: string) => {
    const request = { method: 'POST', headers: { accept }, body: {} } as Parameters<KnownRequests['read']>[0]
    known.answeredAs(request, 'application/json')
    return known.read(request, {}, { kind: 'Document', definitions: [] } as never) !== null
  }
  expect([remembered(x(200)), remembered(x(201))]).toEqual([true, false])
})

describe('a WebSocket', () => {
  async function connected(): Promise<WebSocket> {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    return socket
  }
  const greeting = (length: number) => {
    const empty = JSON.stringify({ type: 'connection_init', payload: { note: '' } }).length
    return JSON.stringify({ type: 'connection_init', payload: { note: x(length - empty) } })
  }
  const heard = async (socket: WebSocket) => JSON.parse(String((await once(socket, 'message'))[0]))

  it('greets with as much as headers may hold, and is closed with more', async () => {
    const polite = await connected()
    polite.send(greeting(4096))
    expect(await heard(polite)).toEqual({ type: 'connection_ack' })
    polite.terminate()
    const endless = await connected()
    endless.send(greeting(4097))
    expect((await once(endless, 'close'))[0]).toBe(4400)
  })

  it('names its operations in 200 characters', async () => {
    const socket = await connected()
    socket.send(greeting(100))
    await heard(socket)
    const ask = (id: string) => {
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: '{ hello }' } }))
      return heard(socket)
    }
    expect(await ask(x(201))).toMatchObject({
      type: 'error',
      payload: [{ extensions: { field: ['id'], allowed: 200 } }],
    })
    expect(await ask(x(200))).toMatchObject({ type: 'next', payload: { data: { hello: 'hello world' } } })
    socket.terminate()
  })
})
