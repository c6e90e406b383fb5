/** Tests that a request and its calls form one trace without personal data. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { fastify as createFastify } from 'fastify'
import { Metrics } from '../../src/observability/metrics.ts'
import { openOtlpTraces } from '../../src/observability/otlp-traces.ts'
import type { Tracing } from '../../src/observability/tracing.ts'
import { upstreamCallObserver } from '../../src/observability/upstream-calls.ts'
import { tracedReads } from '../../src/reading/traced-reads.ts'
import { post, type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

interface SentSpan {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  status: { code?: number }
}

const spans: SentSpan[] = []
const collector = createFastify({ logger: false, forceCloseConnections: true })
let tracing: Tracing
let server: SmallServer

beforeAll(async () => {
  collector.post('/v1/traces', async (request) => {
    const { resourceSpans } = request.body as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] }
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
    return {}
  })
  tracing = openOtlpTraces(await collector.listen({ host: '127.0.0.1', port: 0 }))
})
afterEach(() => server.close())
afterAll(() => collector.close())

it('a request is one trace, from its caller to its calls', async () => {
  const schema = smallSchema()
  const observe = upstreamCallObserver(new Metrics(), tracing)
  const rows = async () => []
  const read = tracedReads({ rows, row: async () => null, sent: 0, pending: 0, close: async () => {} }, tracing)
  const hello = schema.getQueryType()?.getFields().hello
  Object.assign(hello ?? {}, {
    resolve: async () => {
      await read.rows({ name: 'course-by-slug', text: 'select 1' })
      observe({ upstream: 'stripe', operation: 'refund', outcome: 'unknown', durationMs: 5 })
      return 'ada@example.org'
    },
  })
  server = await startSmallServer({ schema, executor: smallExecutor(schema, { tracing }), tracing })
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await post(server.url, { query: 'query Greeting { hello }' }, { traceparent })
  await tracing.close()
  const byName = (name: string) => spans.find((span) => span.name === name)
  const [request, operation] = [byName('POST /graphql'), byName('graphql query Greeting')]
  expect(request).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' })
  expect(operation?.parentSpanId).toBe(request?.spanId)
  expect(byName('sql course-by-slug')?.parentSpanId).toBe(operation?.spanId)
  expect(byName('stripe refund')).toMatchObject({ parentSpanId: operation?.spanId, status: { code: 2 } })
  expect(JSON.stringify(spans)).not.toContain('ada@')
})
