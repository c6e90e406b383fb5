/** Tests that a gateway told to stop while PostgreSQL is away ends in order. */
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

const start = async () => {
  gateway = await startGatewayProcess({ ...world.environment, DATABASE_URL: proxy.url, LOG_LEVEL: 'warn' })
}

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
