/** Tests that a gateway ends only after a fault of its own, or when told. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { httpLimits } from '../../src/http/server.ts'
import { type GatewayProcess, startGatewayProcess } from '../support/world/gateway-process.ts'
import { type Manner, type SilentProxy, startSilentProxy } from '../support/world/silent-proxy.ts'
import { startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(120_000)

/** Requests have 30 s, and jobs as long as their calls and statements. */
const ENDS_WITHIN_MS = httpLimits.deadlineMs + 25_000

let world: World
let proxy: SilentProxy
let gateway: GatewayProcess
beforeAll(async () => {
  world = await startWorld()
  proxy = await startSilentProxy(world.databaseUrl)
})
afterEach(() => {
  gateway?.child.kill('SIGKILL')
  Object.assign(proxy, { manner: 'pass' })
})
afterAll(async () => {
  await proxy?.close()
  await world?.close()
})

const start = async (more: Record<string, string> = {}) => {
  gateway = await startGatewayProcess({ ...world.environment, DATABASE_URL: proxy.url, LOG_LEVEL: 'warn', ...more })
}

/** What a process does on SIGUSR2, from outside of its sources. */
const onSignal = (deed: string) => ({
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(`process.on('SIGUSR2', () => ${deed})`)}`,
})

describe('a fault of its own', () => {
  it.each([
    ['a rejection that nobody awaited', `void Promise.reject(new TypeError('an invariant broke'))`],
    ['an exception that nobody caught', `setImmediate(() => { throw new TypeError('an invariant broke') })`],
  ])('ends it after a line that names the fault: %s', async (_what, deed) => {
    await start(onSignal(deed))
    gateway.child.kill('SIGUSR2')
    expect(await gateway.ended).toBe(1)
    const last = JSON.parse(gateway.written().trim().split('\n').at(-1) as string)
    expect(last).toMatchObject({
      level: 'fatal',
      message: expect.stringContaining('the gateway ends'),
      err: { type: 'TypeError', message: 'an invariant broke', stack: expect.stringContaining('at ') },
    })
  })

  it('is not what an upstream or a connection did: it goes on, and says why', async () => {
    await start(
      onSignal(`void Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET', syscall: 'read' }))`),
    )
    gateway.child.kill('SIGUSR2')
    while (!gateway.written().includes('the gateway goes on')) await new Promise((resolve) => setTimeout(resolve, 50))
    const answer = await fetch(`${gateway.operationsUrl}/health/live`)
    expect([answer.status, gateway.child.exitCode]).toEqual([200, null])
  })
})

describe('told to stop while PostgreSQL is away,', () => {
  it.each<[string, Manner]>([
    ['silent', 'silent'],
    ['refusing connections', 'refuse'],
  ])('it ends in order in the time that requests and jobs have: %s', async (_what, manner) => {
    await start()
    proxy.manner = manner
    if (manner === 'refuse') proxy.cut()
    // Under way when the signal comes; whatever it is answered, it is answered.
    const asked = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ institutions(first: 1) { totalCount } }' }),
    })
    const late = Promise.withResolvers<string>()
    const timer = setTimeout(late.resolve, ENDS_WITHIN_MS, 'it has not ended')
    gateway.child.kill('SIGTERM')
    expect(await Promise.race([gateway.ended, late.promise])).toBe(0)
    clearTimeout(timer)
    expect((await asked).status).toBe(503)
  })
})
