/** Tests that a killed gateway finishes its work unaided after a new start. */
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals'
import { restingPlace } from '../support/money/chaos.ts'
import { setOut, type Walk, ways } from '../support/money/chaos-ways.ts'
import { brokenInvariants } from '../support/money/invariants.ts'
import { type KillableGateway, startKillable } from '../support/world/killable-gateway.ts'
import { completePayment } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(120_000)

let world: World
const processes: KillableGateway[] = []
beforeAll(async () => {
  world = await startWorld()
})
afterEach(async () => {
  for (const one of processes.splice(0)) await one.kill()
})
afterAll(() => world?.close())

async function start(): Promise<KillableGateway> {
  const gateway = await startKillable(world)
  processes.push(gateway)
  return gateway
}

/** Enrolled, and at the page the buyer has agreed. */
async function bought(): Promise<Walk> {
  const walk = await setOut(world, 'PAYPAL')
  const [open, buy] = ways.study
  await open?.ask?.(walk)
  await buy?.begin?.(walk)
  return walk
}

const WITHIN_MS = 60_000

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + WITHIN_MS
  while (!(await holds())) if (Date.now() > deadlineMs) throw new Error('it did not come to pass')
}

it.each([
  ['before PayPal took the money', 'timeout_before'],
  ['after PayPal took the money', 'timeout_after'],
])('a gateway that is killed just %s registers its learner once it runs again', async (_, fault) => {
  const walk = await bought()
  await world.control('paypal', 'webhooks', { mode: 'drop' })
  await world.control('paypal', 'faults', { operation: 'orders.capture', fault })
  const first = await start()
  completePayment({ ...world, url: first.url }, walk.persona, walk.paymentId).catch(() => undefined)
  await until(async () => (await world.armed('paypal')).length === 0)
  await first.kill()
  await start()
  await until(async () => (await restingPlace(walk)) === 'REGISTERED/SUCCEEDED')
  expect(await brokenInvariants(world)).toEqual([])
})
