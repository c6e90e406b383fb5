/** Tests each kind of operation on each transport, and how clients are told. */
import { once } from 'node:events'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-sse'
import { type SmallServer, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
afterEach(() => server.close())

const documents = {
  query: 'query Q { hello }',
  mutation: 'mutation M { add(name: "x") { name } }',
  subscription: 'subscription S { ticked(upTo: 2) }',
}
type Kind = keyof typeof documents

const json = 'application/json'
const events = 'text/event-stream'

function send(kind: Kind, method: 'GET' | 'POST', path: string, accept?: string) {
  const query = documents[kind]
  const headers: Record<string, string> = accept ? { accept } : {}
  if (method === 'GET') return fetch(`${server.url}${path}?query=${encodeURIComponent(query)}`, { headers })
  headers['content-type'] = json
  return fetch(server.url + path, { method, headers, body: JSON.stringify({ query }) })
}

const answers: Record<Kind, string> = {
  query: '{"data":{"hello":"hello world"}',
  mutation: '{"data":{"add":{"name":"item x"}}',
  subscription: '{"data":{"ticked":2}}',
}

/** Kind, method, path, Accept; then the status, and the code of a refusal or the media type of the answer. */
const cells: [Kind, 'GET' | 'POST', string, string | undefined, number, string][] = [
  ['query', 'POST', '/graphql', undefined, 200, json],
  ['query', 'POST', '/graphql', '*/*', 200, json],
  ['query', 'GET', '/graphql', undefined, 200, json],
  ['query', 'POST', '/graphql', events, 200, events],
  ['query', 'GET', '/graphql', events, 200, events],
  ['query', 'POST', '/graphql/stream', events, 200, events],
  ['query', 'GET', '/graphql/stream', events, 200, events],
  ['mutation', 'POST', '/graphql', undefined, 200, json],
  ['mutation', 'GET', '/graphql', undefined, 405, 'METHOD_NOT_ALLOWED'],
  ['mutation', 'POST', '/graphql', events, 200, events],
  ['mutation', 'GET', '/graphql', events, 405, 'METHOD_NOT_ALLOWED'],
  ['mutation', 'POST', '/graphql/stream', events, 200, events],
  ['mutation', 'GET', '/graphql/stream', events, 405, 'METHOD_NOT_ALLOWED'],
  ['subscription', 'POST', '/graphql', undefined, 406, 'NOT_ACCEPTABLE'],
  ['subscription', 'POST', '/graphql', json, 406, 'NOT_ACCEPTABLE'],
  ['subscription', 'POST', '/graphql', `${json}, ${events};q=0`, 406, 'NOT_ACCEPTABLE'],
  ['subscription', 'GET', '/graphql', undefined, 406, 'NOT_ACCEPTABLE'],
  ['subscription', 'POST', '/graphql', events, 200, events],
  ['subscription', 'GET', '/graphql', events, 200, events],
  ['subscription', 'POST', '/graphql/stream', undefined, 200, events],
  ['subscription', 'GET', '/graphql/stream', events, 200, events],
]

describe.each(cells)('a %s by %s %s, accepting %s', (kind, method, path, accept, status, outcome) => {
  it(`is answered ${status} ${outcome}`, async () => {
    server = await startSmallServer()
    // The second is of a document that is known, and the fourth of a compiled one.
    for (let time = 0; time < 4; time += 1) {
      const answer = await send(kind, method, path, accept)
      const text = await answer.text()
      expect({ time, status: answer.status, text }).toMatchObject({ time, status })
      if (status === 200) {
        expect(answer.headers.get('content-type')).toMatch(new RegExp(`^${outcome}|^application/graphql-response`))
        expect(text).toContain(answers[kind])
      } else {
        const { errors } = JSON.parse(text)
        expect(errors[0].extensions.code).toBe(outcome)
        if (status === 405) expect(answer.headers.get('allow')).toBe('POST')
        if (status === 406) expect(errors[0].extensions.accept).toBe(events)
      }
    }
    expect(server.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})

describe('what a client takes besides events', () => {
  /** As urql sends it with everything. */
  const urql =
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed'

  it.each(['query', 'mutation'] as const)('is what it gets for a %s', async (kind) => {
    server = await startSmallServer()
    const answer = await send(kind, 'POST', '/graphql', urql)
    expect(answer.headers.get('content-type')).toContain('application/graphql-response+json')
    expect(await answer.text()).toContain(answers[kind])
  })

  it('leaves events for its subscriptions, of which one line is logged', async () => {
    server = await startSmallServer()
    for (let time = 1; time < 4; time += 1) {
      const answer = await send('subscription', 'POST', '/graphql', urql)
      expect(answer.headers.get('content-type')).toContain(events)
      expect(await answer.text()).toContain(answers.subscription)
      expect(server.lines.filter(({ operationName }) => operationName === 'S')).toHaveLength(time)
    }
  })
})

it("graphql-sse's client subscribes at /graphql as it is", async () => {
  server = await startSmallServer()
  const client = createClient({ url: `${server.url}/graphql` })
  const heard: unknown[] = []
  for await (const { data } of client.iterate({ query: documents.subscription })) heard.push(data)
  expect(heard).toEqual([{ ticked: 1 }, { ticked: 2 }])
  client.dispose()
})

it('a GET whose parameters cannot be read is told which', async () => {
  server = await startSmallServer()
  for (const search of ['query={hello}&variables={', 'query={hello}&variables=[1]', 'query={hello}&extensions=7']) {
    const answer = await fetch(`${server.url}/graphql?${search}`)
    const field = search.includes('variables') ? 'variables' : 'extensions'
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_USER_INPUT', field: [field] } }] },
    ])
  }
  expect((await fetch(`${server.url}/graphql?variables={}`)).status).toBe(400)
})

it('nobody who stops waits for events at /graphql to end by themselves', async () => {
  server = await startSmallServer()
  const asked = fetch(
    `${server.url}/graphql?query=${encodeURIComponent('subscription { changed(id: "61") { id } }')}`,
    {
      headers: { accept: events },
    },
  )
  const answer = await asked
  const closed = once(server.fastify.server, 'close')
  const startedAt = performance.now()
  await Promise.all([server.fastify.drain({ idleMs: 0, limitMs: 30_000 }), answer.text(), closed])
  // What is under way holds the listener back for a second.
  expect(performance.now() - startedAt).toBeLessThan(900)
})
