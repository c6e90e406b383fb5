/** Tests that one learner's many calls to a slow provider keep nobody else out. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { completePayment, enrol, linked, newRun, pay } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

/** Long enough that the others are answered before the hanging calls are given up. */
const limits = { concurrency: 3, concurrencyPerCaller: 2, timeoutMs: 8_000 }
const MANY = 1000
const look = { operation: 'checkout.sessions.retrieve', fault: 'timeout_before', times: MANY }

let world: World
beforeAll(async () => {
  world = await startWorld({ limits })
})
afterAll(() => world?.close())
afterEach(() => world.clearFaults('stripe'))

/** How many looks have reached Stripe since it hangs. */
async function looks(): Promise<number> {
  const { origin } = new URL(world.environment.STRIPE_API_BASE as string)
  const { faults } = (await (await fetch(`${origin}/_sandbox/faults`)).json()) as { faults: { times: number }[] }
  return faults.reduce((taken, { times }) => taken + MANY - times, 0)
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let time = 0; !(await holds()); time += 1) if (time > 2000) throw new Error('it did not come to pass')
}

it('many equal looks at a payment are one, others have their share, and another learner enrols and pays', async () => {
  const [greedy, other] = [await linked(world, 'greta'), await linked(world, 'otto')]
  const payments: string[] = []
  for (let n = 0; n < 3; n += 1) {
    const { payment } = await enrol(world, greedy, (await newRun(world)).id)
    payments.push(payment.id)
  }
  const run = await newRun(world)
  await world.control('stripe', 'faults', look)
  const [first = '', second = '', third = ''] = payments
  const hung = [1, 2, 3, 4].map(() => completePayment(world, greedy, first))
  await until(async () => (await looks()) === 1)
  hung.push(completePayment(world, greedy, second), completePayment(world, greedy, third))
  await until(async () => (await looks()) === 2)

  const enrolled = await enrol(world, other, run.id)
  expect(enrolled.userErrors).toEqual([])
  expect((await pay(world, enrolled.payment.action.redirectUrl)).status).toBe(200)
  expect(await looks()).toBe(2)

  await world.clearFaults('stripe')
  for (const { userErrors } of await Promise.all(hung)) expect(userErrors.length).toBeLessThanOrEqual(1)
  const metrics = await (await fetch(`${world.url}/metrics`)).text()
  expect(metrics).toMatch(/gateway_callers_held_back_total\{by="stripe",how="queued",caller="person"\} [1-9]/)
})
