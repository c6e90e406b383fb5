/** Tests that a gateway ends by itself only after a fault of its own. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { type GatewayProcess, startGatewayProcess } from '../support/world/gateway-process.ts'
import { startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(120_000)

let world: World
let gateway: GatewayProcess
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => {
  gateway?.child.kill('SIGKILL')
})
afterAll(() => world?.close())

const start = async (more: Record<string, string>) => {
  gateway = await startGatewayProcess({ ...world.environment, LOG_LEVEL: 'warn', ...more })
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
