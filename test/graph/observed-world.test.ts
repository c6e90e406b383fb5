/** Tests a whole world's metrics, traces and logs as operators see them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { fastify as createFastify } from 'fastify'
import { type Replica, startReplica } from '../support/world/replica.ts'
import { keptLog, post } from '../support/world/small-graph.ts'
import { back, linked, newKey, newRun } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

interface Span {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
}

const spans: Span[] = []
const collector = createFastify({ logger: false, forceCloseConnections: true })
collector.post('/v1/traces', async ({ body }) => {
  const { resourceSpans } = body as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
  spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
  return {}
})

const { log, lines } = keptLog('debug')
const enrolDocument = `mutation Enrol($input: EnrolInput!) { enrol(input: $input) {
  enrolment { id learner { email displayName } } payment { action { redirectUrl } } userErrors { code } } }`
let world: World
let replica: Replica
let token: string
let metrics: string

/** A learner enrols by way of the replica, which also runs the jobs; then it is asked for its metrics and stopped. */
beforeAll(async () => {
  world = await startWorld()
  const persona = await linked(world, 'ida')
  const run = await newRun(world)
  token = await world.tokenOf(persona)
  const endpoint = await collector.listen({ host: '127.0.0.1', port: 0 })
  replica = await startReplica(world, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, log)
  const authorization = `Bearer ${token}`
  const input = { courseRunId: run.id, paymentMethod: 'CARD', returnUrl: back, termsAccepted: true }
  const variables = { input: { ...input, idempotencyKey: newKey() } }
  const { data, errors } = await post(replica.url, { query: enrolDocument, variables }, { authorization })
  expect({ errors, enrol: data?.enrol }).toMatchObject({ errors: undefined, enrol: { userErrors: [] } })
  await post(replica.url, { query: '{ viewer { operator { id } } }' }, { authorization: `${authorization}x` })
  await post(replica.url, { query: 'query Lost { nothing }' })
  await fetch(`${replica.url}/webhooks/stripe`, { method: 'POST', body: '{"forged":"ida"}', headers: jsonType })
  await replica.app.worker.runDue()
  metrics = await (await fetch(`${replica.url}/metrics`)).text()
  await replica.close()
}, 60_000)
afterAll(async () => {
  await world?.close()
  await collector.close()
})
const jsonType = { 'content-type': 'application/json' }

describe('metrics', () => {
  it.each([
    [
      'requests by operation',
      /^gateway_graphql_request_duration_seconds_count\{kind="mutation",operation="Enrol"\} 1$/m,
    ],
    [
      'their durations',
      /^gateway_graphql_request_duration_seconds_bucket\{le="0.1",kind="mutation",operation="Enrol"\}/m,
    ],
    ['errors by code', /^gateway_graphql_errors_total\{code="GRAPHQL_VALIDATION_FAILED"\} 1$/m],
    ['refused tokens', /^gateway_graphql_errors_total\{code="UNAUTHENTICATED"\} 1$/m],
    [
      'calls to upstreams',
      /^gateway_upstream_call_duration_seconds_count\{upstream="stripe",operation="checkout.sessions.create",outcome="ok"\} 1$/m,
    ],
    ['the state of each breaker', /^gateway_breaker_state\{upstream="partner"\} 0$/m],
    ['how many jobs are due', /^gateway_jobs_due \d+$/m],
    ['how long the oldest has waited', /^gateway_jobs_oldest_due_seconds \d+$/m],
    ['jobs that nobody tries again', /^gateway_jobs_given_up 0$/m],
    ['the use of the pool for writes', /^gateway_pool_connections\{pool="write",use="idle"\} [1-9]/m],
    ['who waits for the worker pool', /^gateway_pool_connections\{pool="worker",use="waiting"\} 0$/m],
    ['statements under way', /^gateway_read_statements_pending \d+$/m],
    ['what caches hold', /^gateway_cache_size\{cache="tokens"\} 1$/m],
    ['whether kept answers serve', /^gateway_answer_cache_lookups\{served="no"\} \d+$/m],
    ['subscribers', /^gateway_subscribers \d+$/m],
    ['open streams', /^gateway_open_streams\{kind="websockets"\} 0$/m],
    ['the process itself', /^process_resident_memory_bytes \d+$/m],
  ])('show %s', (_what, series) => {
    expect(metrics).toMatch(series)
  })
})

describe('traces', () => {
  const named = (name: string) => spans.filter((span) => span.name === name)
  const operation = () => named('graphql mutation Enrol')[0]

  it.each([
    'sql insert enrolment',
    'sql insert payment',
    'stripe checkout.sessions.create',
    'partner program_runs.availability',
  ])('have %s within the operation, and that within its request', (name) => {
    const request = named('POST /graphql').find(({ spanId }) => spanId === operation()?.parentSpanId)
    expect(request?.traceId).toBe(operation()?.traceId)
    expect(named(name)).toContainEqual(expect.objectContaining({ parentSpanId: operation()?.spanId }))
  })

  it('have each job with what it does', () => {
    const job = named('job sync_catalogue')[0]
    expect(named('partner programs.list')).toContainEqual(expect.objectContaining({ parentSpanId: job?.spanId }))
  })

  it('are sent whole before the process ends, and name nobody', () => {
    expect(/ida@|Ida |where|values \(/.exec(JSON.stringify(spans))).toBeNull()
  })
})

describe('the log', () => {
  it('tells of the request, its calls and its jobs, by correlation id', () => {
    expect(lines).toContainEqual(
      expect.objectContaining({ operationName: 'Enrol', kind: 'mutation', caller: 'learner' }),
    )
    expect(lines).toContainEqual(expect.objectContaining({ operation: 'checkout.sessions.create', outcome: 'ok' }))
    expect(lines).toContainEqual(expect.objectContaining({ message: 'webhook refused', webhook: 'stripe' }))
    expect(lines).toContainEqual(expect.objectContaining({ message: 'graphql request refused', status: 401 }))
  })

  it('holds no name, address, token or secret', () => {
    const text = JSON.stringify(lines)
    const {
      IDENTITY_CLIENT_SECRET: _,
      OIDC_AUDIENCE: __,
      ...secrets
    } = { ...world.environment } as Record<string, string>
    const keys = Object.entries(secrets).filter(([name]) => /SECRET|KEY$|CLIENT_ID|WEBHOOK_ID/.test(name))
    expect(keys.length).toBeGreaterThanOrEqual(8)
    for (const [name, secret] of keys) expect({ name, found: text.includes(secret) }).toEqual({ name, found: false })
    for (const personal of ['ida@', 'Ida ', token, token.split('.')[2] as string, '127.0.0.1:', 'postgresql://'])
      expect({ personal, found: text.includes(personal) }).toEqual({ personal, found: false })
  })
})

it('readiness shows the partner that does not answer, and does without it', async () => {
  const alone = await startReplica(world, { PARTNER_BASE_URL: 'http://127.0.0.1:1' })
  try {
    const query = '{ course(slug: "agile-project-leadership") { runs(first: 1) { nodes { placesRemaining } } } }'
    const partner = () => alone.app.breakers().partner
    while (partner() === 'closed') await post(alone.url, { query })
    const { checks } = (await (await fetch(`${alone.url}/health/ready`)).json()) as { checks: Record<string, object> }
    expect(checks.upstreams).toMatchObject({
      ok: false,
      required: false,
      detail: { partner: 'open', stripe: 'closed' },
    })
    expect(checks.database).toEqual({ ok: true, required: true })
  } finally {
    await alone.close()
  }
})
