/** Tests that health and metrics are answered apart, however busy the gateway is. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { pino } from 'pino'
import { openApp } from '../../src/app.ts'
import { ConfigRefused, readConfig } from '../../src/config.ts'
import { startGateway } from '../../src/gateway.ts'
import { type Health, type HealthAnswer, healthOf } from '../../src/http/health.ts'
import { type Operations, type OperationsTimes, openOperations } from '../../src/http/operations.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { type KillableGateway, startKillable } from '../support/world/killable-gateway.ts'
import { startSmallServer } from '../support/world/small-graph.ts'
import { byHand, startWorld, type World } from '../support/world/world.ts'

const ready: HealthAnswer = { status: 200, body: { status: 'ready' } }
const ok: HealthAnswer = { status: 200, body: { status: 'ok' } }
const oneHourMs = 3_600_000

const opened: Operations[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

async function open(health: Partial<Health>, times: Partial<OperationsTimes> = {}, metrics = new Metrics()) {
  const whole = { live: () => ok, ready: async () => ready, ...health }
  const operations = await openOperations({ host: '127.0.0.1', port: 0, health: whole, metrics, times })
  opened.push(operations)
  return operations
}

/** Status and body of an answer, and how long it took. */
async function ask(url: string, path: string) {
  const askedMs = performance.now()
  const answer = await fetch(`${url}${path}`)
  const text = await answer.text()
  return { status: answer.status, text, tookMs: performance.now() - askedMs }
}

const until = async (url: string, path: string, status: number) => {
  for (;;) {
    const answer = await ask(url, path)
    if (answer.status === status) return answer
  }
}

const ageIn = (text: string) => Number(/^gateway_metrics_age_seconds ([\d.]+)$/m.exec(text)?.[1])

describe('the operations port', () => {
  it('answers what the main thread finds, and hears of a change', async () => {
    let answer: HealthAnswer = { status: 503, body: { status: 'not ready', checks: { database: { ok: false } } } }
    const { url } = await open({ ready: async () => answer }, { looksEveryMs: 10 })
    const before = await until(url, '/health/ready', 503)
    while (!(await ask(url, '/health/ready')).text.includes('checks'));
    answer = ready
    expect(JSON.parse((await until(url, '/health/ready', 200)).text)).toEqual({ status: 'ready' })
    expect(before.status).toBe(503)
    expect((await ask(url, '/health/live')).status).toBe(200)
    expect((await ask(url, '/nothing')).status).toBe(404)
  })

  it('is not live while only a new process would help', async () => {
    const { url } = await open(healthOf({ checks: [], isDraining: () => false, isStuck: () => true, timeoutMs: 1000 }))
    expect(JSON.parse((await until(url, '/health/live', 503)).text)).toEqual({ status: 'stuck' })
  })

  it('calls a main thread that says nothing for a while not ready, and for longer not live', async () => {
    const { url, look } = await open({}, { looksEveryMs: oneHourMs, readyForMs: 400, liveForMs: 800 })
    await until(url, '/health/ready', 503)
    await until(url, '/health/live', 503)
    expect(JSON.parse((await ask(url, '/health/ready')).text)).toEqual({
      status: 'hanging',
      detail: expect.stringMatching(/^The main thread has not said anything for \d+ s\.$/),
    })
    await look()
    await until(url, '/health/ready', 200)
    await until(url, '/health/live', 200)
  })

  it('answers metrics written anew, and the last ones with their age when those take too long', async () => {
    const metrics = new Metrics()
    let writing = Promise.resolve()
    let value = 1
    const read = async () => {
      await writing
      return [{ value }]
    }
    metrics.addGauge({ name: 'jobs', help: 'Jobs.', read })
    const { url } = await open({}, { metricsWithinMs: 10_000 }, metrics)
    const fresh = await ask(url, '/metrics')
    expect(fresh.text).toContain('\njobs 1\n')
    expect(ageIn(fresh.text)).toBe(0)
    await opened.pop()?.close()

    const hasty = await open({}, { metricsWithinMs: 80 }, metrics)
    await until(hasty.url, '/metrics', 200)
    const { promise, resolve } = Promise.withResolvers<void>()
    writing = promise
    value = 2
    const late = await ask(hasty.url, '/metrics')
    expect(late.text).toContain('\njobs 1\n')
    expect(ageIn(late.text)).toBeGreaterThan(0)
    resolve()
    while (!(await ask(hasty.url, '/metrics')).text.includes('\njobs 2\n'));
  })
})

describe('the public port', () => {
  const paths = ['/health/live', '/health/ready', '/metrics']

  it.each([
    [true, 200],
    [false, 404],
  ])('answers health and metrics only when asked for (%s)', async (publicHealth, status) => {
    const server = await startSmallServer({ publicHealth })
    try {
      for (const path of paths) expect({ path, ...(await ask(server.url, path)) }).toMatchObject({ path, status })
    } finally {
      await server.close()
    }
  })
})

describe('a gateway', () => {
  let world: World
  let gateway: KillableGateway
  beforeAll(async () => {
    world = await startWorld()
    gateway = await startKillable({ ...world, environment: { ...world.environment, HEALTH_ON_PUBLIC_PORT: 'off' } })
  }, 60_000)
  afterAll(async () => {
    await gateway?.kill()
    await world?.close()
  })

  it('has the same metrics there as it would have on its public port', async () => {
    const names = (text: string) => new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
    const [there, publicly] = [await until(gateway.operationsUrl, '/metrics', 200), await ask(world.url, '/metrics')]
    expect(names(there.text)).toEqual(names(publicly.text).add('gateway_metrics_age_seconds'))
    expect((await ask(gateway.url, '/metrics')).status).toBe(404)
  })

  it('that hangs for 3 s is live, and not ready after 2 s; every answer comes at once', async () => {
    const { operationsUrl } = gateway
    await until(operationsUrl, '/health/ready', 200)
    let hangs = true
    const over = gateway.hang(3_000).then(() => {
      hangs = false
    })
    const statuses = new Set<number>()
    const took: number[] = []
    let meanwhile = 0
    while (hangs) {
      for (const path of ['/health/live', '/health/ready', '/metrics']) {
        const { status, tookMs } = await ask(operationsUrl, path)
        if (hangs) meanwhile += 1
        took.push(tookMs)
        if (path === '/health/ready') statuses.add(status)
        else expect({ path, status }).toEqual({ path, status: 200 })
      }
    }
    await over
    expect(statuses).toEqual(new Set([200, 503]))
    // A main thread that hangs answers nothing at all: these are the thread's, and the median does not tell of its luck.
    expect(meanwhile).toBeGreaterThan(20)
    expect(took.sort((a, b) => a - b)[Math.floor(took.length / 2)]).toBeLessThan(100)
    await until(operationsUrl, '/health/ready', 200)
  })

  it('says at once that it goes away, and is live until it has gone', async () => {
    const config = readConfig(world.environment)
    const app = await openApp(config, { log: pino({ level: 'silent' }) })
    const leaving = await startGateway(app, config, { ...byHand, drain: { noticeMs: 500, idleMs: 0 } })
    const { operationsUrl, prepared } = leaving
    await prepared
    const closing = leaving.close()
    while (!(await ask(operationsUrl, '/health/ready')).text.includes('"draining"'));
    expect((await ask(operationsUrl, '/health/ready')).status).toBe(503)
    expect((await ask(operationsUrl, '/health/live')).status).toBe(200)
    await closing
    await expect(fetch(`${operationsUrl}/health/live`)).rejects.toThrow()
  })

  it('that cannot have its operations port does not start, and says so in a sentence', async () => {
    const { port } = new URL(gateway.operationsUrl)
    const config = readConfig({ ...world.environment, OPERATIONS_PORT: port })
    const app = await openApp(config, { log: pino({ level: 'silent' }) })
    try {
      const sentence = `Port ${port} is in use; stop what listens there, or set OPERATIONS_PORT to another.`
      await expect(startGateway(app, config, byHand)).rejects.toEqual(new ConfigRefused(sentence))
    } finally {
      await app.close()
    }
  })
})
