/** Tests that requests are counted and logged without anything personal. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { Metrics } from '../../src/observability/metrics.ts'
import { keptLog, type SmallServer, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

const scrape = async (of: SmallServer) => (await fetch(`${of.url}/metrics`)).text()

describe('metrics', () => {
  it('count requests by operation and errors by code', async () => {
    server = await startSmallServer()
    await server.ask('query Greeting { hello }')
    await server.ask('query Greeting { hello broken }')
    await server.ask('{ hello }')
    await server.ask('{ goodbye }')
    const text = await scrape(server)
    const counted = (kind: string, operation: string) =>
      `gateway_graphql_request_duration_seconds_count{kind="${kind}",operation="${operation}"}`
    expect(text).toContain(`${counted('query', 'Greeting')} 2`)
    expect(text).toContain(`${counted('query', 'unnamed')} 1`)
    expect(text).toContain(`${counted('invalid', 'unnamed')} 1`)
    expect(text).toContain('gateway_graphql_errors_total{code="INTERNAL"} 1')
    expect(text).toContain('gateway_graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1')
  })

  it('take bounded room, whatever clients call their operations', async () => {
    const metrics = new Metrics()
    for (let n = 0; n < 1000; n += 1)
      metrics.request({ kind: 'query', operationName: `Op${n}`, codes: [], durationMs: 1 })
    const text = await metrics.registry.metrics()
    const counts = text.split('\n').filter((line) => line.startsWith('gateway_graphql_request_duration_seconds_count'))
    expect(counts).toHaveLength(301)
    expect(counts.at(-1)).toContain('operation="other"} 700')
  })

  it('show gauges that others hand in, and go on without one that fails', async () => {
    const metrics = new Metrics()
    metrics.addGauge({
      name: 'jobs',
      help: 'Jobs.',
      labelNames: ['task'],
      read: async () => [{ labels: { task: 'register' }, value: 3 }],
    })
    metrics.addGauge({ name: 'pool', help: 'Pool.', read: () => Promise.reject(new Error('database gone')) })
    metrics.upstreamCall({ upstream: 'stripe', operation: 'refund', outcome: 'ok', durationMs: 20 })
    server = await startSmallServer({ metrics })
    const text = await scrape(server)
    expect(text).toContain('jobs{task="register"} 3')
    expect(text).toContain(
      'gateway_upstream_call_duration_seconds_count{upstream="stripe",operation="refund",outcome="ok"} 1',
    )
  })
})

describe('the log', () => {
  it('has one line per request, with operation and correlation id and without the caller', async () => {
    server = await startSmallServer()
    await server.ask('query Greeting { hello refused }', {}, { 'x-correlation-id': 'trace-12345' })
    expect(server.lines).toHaveLength(1)
    expect(server.lines[0]).toMatchObject({
      level: 'info',
      correlationId: 'trace-12345',
      operationName: 'Greeting',
      caller: 'anonymous',
      status: 200,
      codes: ['BAD_USER_INPUT'],
    })
    expect(JSON.stringify(server.lines)).not.toContain('127.0.0.1')
  })

  it('holds no address, token or secret, however it came there', () => {
    const { log, lines } = keptLog()
    const error = new Error('duplicate key (email)=(ada@example.org) for postgres://gateway:hunter2@db/x', {
      cause: new Error('sent Authorization: Bearer abcdefgh'),
    })
    Object.assign(error, { code: '23505', detail: 'Key (email)=(ada@example.org) exists.', parameters: ['hunter2'] })
    log.error({ err: error, email: 'ada@example.org', client: { authorization: 'x', secret: 'y' } }, 'failed')
    log.info({ url: 'https://x.test/?t=eyJhbGciOi.eyJzdWIiOi.c2ln' }, 'used sk_test_sandbox and whsec_sandbox')
    const text = JSON.stringify(lines)
    for (const secret of ['ada@', 'hunter2', 'abcdefgh', 'sandbox', 'c2ln', '"x"', '"y"'])
      expect(text).not.toContain(secret)
    expect(lines[0]).toMatchObject({ err: { code: '23505', type: 'Error', cause: { type: 'Error' } } })
  })
})
