/** Tests that a learner holds at most three places without paying. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { cancelEnrolment, completePayment, enrol, linked, newKey, newRun, pay } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

const HOLD_SECONDS = 35 * 60

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

async function newRuns(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let made = 0; made < count; made += 1) ids.push((await newRun(world)).id)
  return ids
}

const heldBack = async () =>
  (await world.app.metrics.registry.getSingleMetricAsString('gateway_callers_held_back_total')) ?? ''

it('ten enrolments at once on ten runs make three; the others hear when the first hold ends', async () => {
  const persona = await linked(world, 'hanna')
  const runs = await newRuns(10)
  const answers = await Promise.all(runs.map((run) => enrol(world, persona, run)))
  const refused = answers.filter(({ userErrors }) => userErrors.length > 0)
  expect(refused).toHaveLength(7)
  for (const { enrolment, payment, userErrors } of refused) {
    expect([enrolment, payment]).toEqual([null, null])
    expect(userErrors).toEqual([
      {
        __typename: 'RateLimited',
        code: 'RATE_LIMITED',
        message: 'You hold 3 places that are not paid; pay for one, or give one up with cancelEnrolment.',
        field: [],
        retryAfter: expect.any(Number),
      },
    ])
    expect(userErrors[0].retryAfter).toBeGreaterThan(HOLD_SECONDS - 300)
    expect(userErrors[0].retryAfter).toBeLessThanOrEqual(HOLD_SECONDS)
  }
  expect(await heldBack()).toContain('{by="unpaid-holds",how="refused",caller="person"} 7')
})

it('a place that is paid, given up or not held any more makes room for another', async () => {
  const persona = await linked(world, 'hugo')
  const [first, second, third, fourth, fifth, sixth] = (await newRuns(6)) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const paying = await enrol(world, persona, first)
  const leaving = await enrol(world, persona, second)
  await enrol(world, persona, third)
  const same = { idempotencyKey: newKey() }
  expect((await enrol(world, persona, fourth, same)).userErrors).toMatchObject([{ code: 'RATE_LIMITED' }])
  await pay(world, paying.payment.action.redirectUrl)
  await completePayment(world, persona, paying.payment.id)
  expect((await enrol(world, persona, fourth, same)).userErrors).toEqual([])
  expect((await enrol(world, persona, fifth)).userErrors).toMatchObject([{ code: 'RATE_LIMITED' }])
  await cancelEnrolment(world, persona, leaving.enrolment.id)
  expect((await enrol(world, persona, fifth)).userErrors).toEqual([])
  expect((await enrol(world, persona, sixth)).userErrors).toMatchObject([{ code: 'RATE_LIMITED' }])
  world.pass(36)
  const later = await enrol(world, persona, sixth)
  world.pass(-36)
  expect(later.userErrors).toEqual([])
})

it("what costs nothing is no hold, and another learner's holds are theirs", async () => {
  const [persona, other] = [await linked(world, 'hilda'), await linked(world, 'henry')]
  const runs = await newRuns(3)
  for (const run of runs) expect((await enrol(world, persona, run)).userErrors).toEqual([])
  const free = await newRun(world, { price: { minor: 0, currency: 'GBP' } })
  expect((await enrol(world, persona, free.id)).userErrors).toEqual([])
  expect((await enrol(world, other, runs[0] as string)).userErrors).toEqual([])
})
