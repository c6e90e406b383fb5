/** Tests the HTTP server's ids, deadlines, health and orderly shutdown. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { httpLimits } from '../../src/http/server.ts'
import { Metrics, type RequestMeasure } from '../../src/observability/metrics.ts'
import { WebhookRefused } from '../../src/values/webhook-refused.ts'
import { post, type SmallServer, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
afterEach(() => server.close())

describe('a request', () => {
  it('is answered with the correlation id that it brought', async () => {
    server = await startSmallServer()
    const answer = await server.ask('{ hello }', {}, { 'x-correlation-id': 'trace-12345' })
    expect(answer.data).toEqual({ hello: 'hello world' })
    expect(answer.headers.get('x-correlation-id')).toBe('trace-12345')
  })

  it('gets an id of ours when its own is not well-formed', async () => {
    server = await startSmallServer()
    const answer = await server.ask('{ hello }', {}, { 'x-correlation-id': 'two words {}' })
    expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is stopped at its deadline, and its resolvers hear of it', async () => {
    server = await startSmallServer({ limits: { deadlineMs: 50 } })
    const answer = await server.ask('query Slow { aborted }')
    expect(answer.status).toBe(504)
    expect(answer.errors?.[0]?.message).toMatch(/^The request took longer than 0.05 s and was stopped\. Quote /)
    expect(answer.errors?.[0]?.extensions).toEqual({
      code: 'INTERNAL',
      correlationId: answer.headers.get('x-correlation-id'),
    })
  })

  it('is aborted when its client goes away', async () => {
    const answered = Promise.withResolvers<RequestMeasure>()
    const metrics = new Metrics()
    metrics.request = answered.resolve
    server = await startSmallServer({ metrics })
    const client = new AbortController()
    const asked = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ aborted }' }),
      signal: client.signal,
    })
    await once(server.fastify.server, 'request')
    client.abort()
    await expect(asked).rejects.toThrow()
    expect(await answered.promise).toMatchObject({ kind: 'query' })
    expect(server.lines.at(-1)).toMatchObject({ message: 'graphql request', status: 499 })
  })

  it.each([
    ['a body that is no JSON', '{"query": ', 'application/json', 400],
    ['another content type', 'query=x', 'text/plain', 415],
    ['a form', 'query=x', 'application/x-www-form-urlencoded', 415],
    [
      'multipart',
      '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
      'multipart/form-data; boundary=x',
      415,
    ],
    ['a batch', '[{"query":"{ hello }"},{"query":"{ hello }"}]', 'application/json', 400],
    ['a body beyond the limit', JSON.stringify({ query: 'x'.repeat(5000) }), 'application/json', 413],
  ])('with %s is refused in the shape of an answer', async (_name, body, contentType, status) => {
    server = await startSmallServer({ limits: { bodyBytes: 4096 } })
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
    })
    expect(answer.status).toBe(status)
    const { errors } = (await answer.json()) as { errors: { message: string; extensions: { code: string } }[] }
    expect(errors[0]?.extensions.code).toMatch(/^[A-Z_]+$/)
    expect(errors[0]?.message).toMatch(/\.$/)
  })

  it('that is a batch is told what to send instead', async () => {
    server = await startSmallServer()
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[{"query":"{ hello }"}]',
    })
    const { errors } = (await answer.json()) as { errors: object[] }
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/not supported.*one operation.*aliases/), extensions: { code: 'BAD_REQUEST' } },
    ])
  })

  it('with headers beyond the limit, or sent too slowly, is cut off', async () => {
    server = await startSmallServer({ limits: { headerBytes: 2048, headersMs: 100 } })
    const large = await fetch(`${server.url}/health/live`, { headers: { 'x-large': 'x'.repeat(4096) } })
    expect(large.status).toBe(431)
    const socket = connection()
    socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\n')
    const [chunk] = await once(socket, 'data')
    expect(String(chunk)).toContain('408')
    socket.destroy()
  })

  it('whose body comes too slowly is cut off', async () => {
    server = await startSmallServer({ limits: { headersMs: 100, requestMs: 100 } })
    const socket = connection()
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query"',
    )
    const [chunk] = await once(socket, 'data')
    expect(String(chunk)).toContain('408')
    socket.destroy()
  })
})

/** A raw connection to the server. */
const connection = () => connect(Number(new URL(server.url).port), '127.0.0.1')

describe('a connection', () => {
  it('is kept for the next request, and closed when none comes', async () => {
    server = await startSmallServer({ limits: { keepAliveMs: 50 } })
    const socket = connection()
    for (let request = 0; request < 2; request += 1) {
      socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n')
      expect(String((await once(socket, 'data'))[0])).toContain('Connection: keep-alive')
    }
    socket.resume()
    await once(socket, 'close')
  })

  it('is kept longer than load balancers keep theirs', () => {
    expect(httpLimits.keepAliveMs).toBeGreaterThan(60_000)
  })
})

describe('a browser', () => {
  it('of an allowed origin may ask, any other may not', async () => {
    server = await startSmallServer({ allowedOrigins: ['https://app.example.org'] })
    const preflight = (origin: string) =>
      fetch(`${server.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      })
    expect((await preflight('https://app.example.org')).headers.get('access-control-allow-origin')).toBe(
      'https://app.example.org',
    )
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  })

  it('is shown a page where clients ask', async () => {
    server = await startSmallServer({
      browserPage: (_request, reply) => reply.type('text/html').send('<h1>Explorer</h1>'),
    })
    const get = (headers: Record<string, string>) => fetch(`${server.url}/graphql`, { headers })
    expect(await (await get({ accept: 'text/html,*/*' })).text()).toBe('<h1>Explorer</h1>')
    expect((await get({ accept: 'application/json' })).status).toBe(400)
  })

  it('gets security headers with every answer', async () => {
    server = await startSmallServer({ https: true })
    for (const path of ['/health/live', '/nowhere', '/graphql']) {
      const { headers } = await fetch(server.url + path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'")
      expect(headers.get('strict-transport-security')).toContain('max-age=31536000')
    }
  })
})

describe('a webhook', () => {
  const received: string[] = []
  const receiver = {
    name: 'stripe',
    maxBytes: 100,
    contentTypes: ['application/json'],
    receive: async (rawBody: Buffer) => {
      const text = rawBody.toString()
      if (text.includes('forged')) throw new WebhookRefused('The signature does not hold.')
      if (text.includes('lost')) throw new Error('connection to 10.0.0.1 lost')
      received.push(text)
      return { status: 202 as const }
    },
  }

  it.each([
    ['is handed over byte by byte', '{ "a":  1 }', 'application/json; charset=utf-8', 202],
    ['that is forged is refused', '"forged"', 'application/json', 400],
    ['that could not be stored is to be sent again', '"lost"', 'application/json', 500],
    ['of another content type is refused', 'a=1', 'application/x-www-form-urlencoded', 415],
    ['that is too large is refused', `"${'x'.repeat(200)}"`, 'application/json', 413],
  ])('%s', async (_name, body, contentType, status) => {
    server = await startSmallServer({ webhooks: [receiver] })
    const answer = await fetch(`${server.url}/webhooks/stripe`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
    })
    expect(answer.status).toBe(status)
    expect(await answer.text()).not.toContain('10.0.0.1')
    if (status === 202) expect(received).toEqual(['{ "a":  1 }'])
  })
})

describe('readiness', () => {
  it('needs every required check, and shows the others', async () => {
    let database = true
    server = await startSmallServer({
      checks: [
        { name: 'database', required: true, check: async () => ({ ok: database }) },
        { name: 'partner', required: false, check: () => Promise.reject(new Error('password in here')) },
      ],
    })
    const ready = await fetch(`${server.url}/health/ready`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({
      status: 'ready',
      checks: { database: { ok: true, required: true }, partner: { ok: false, required: false, detail: 'failed' } },
    })
    database = false
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503)
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
  })
})

describe('going away', () => {
  it('answers every request that was accepted, and closes kept-alive connections', async () => {
    server = await startSmallServer({ limits: { deadlineMs: 5000 } })
    const asked = Array.from({ length: 50 }, () =>
      post(server.url, { query: '{ items(first: 100) { nodes { name } } }' }),
    )
    const kept = connection()
    await once(kept, 'connect')
    kept.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(kept, 'data')
    const drained = server.fastify.drain({ noticeMs: 100 })
    const ready = await fetch(`${server.url}/health/ready`)
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close'])
    const answers = await Promise.all(asked)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50)
    kept.resume()
    await Promise.all([drained, once(kept, 'close')])
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow()
  })

  it('waits for no connection by which nothing was asked yet', async () => {
    server = await startSmallServer({ limits: { headersMs: 300_000, requestMs: 300_000 } })
    const accepted = once(server.fastify.server, 'connection')
    const silent = connection()
    await Promise.all([once(silent, 'connect'), accepted])
    silent.resume()
    await Promise.all([server.fastify.drain({ idleMs: 0, limitMs: 600_000 }), once(silent, 'close')])
  })
})
