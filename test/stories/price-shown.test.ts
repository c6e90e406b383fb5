/** Tests that a learner buys at the price that was shown, or not at all. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { sandboxSecrets } from '../../src/sandbox/sandbox-secrets.ts'
import { cancelEnrolment, enrol, linked, newRun, retryPayment } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

/** All that Stripe was ever asked to open. */
async function sessions(): Promise<object[]> {
  const authorization = `Bearer ${sandboxSecrets.STRIPE_SECRET_KEY}`
  const answer = await fetch(new URL('/v1/checkout/sessions', world.environment.STRIPE_API_BASE), {
    headers: { authorization },
  })
  return ((await answer.json()) as { data: object[] }).data
}

const pounds = (amountMinor: number) => ({ amountMinor, currency: 'GBP' })
const enrolmentsOf = async (persona: string) => {
  const { data } = await world.ask(persona, '{ viewer { learner { enrolments { totalCount } } } }')
  return data.viewer.learner.enrolments.totalCount
}

it.each([
  ['another amount', 59_500, pounds(49_500)],
  ['another currency', 49_500, { amountMinor: 49_500, currency: 'EUR' }],
  ['nothing, where it costs something', 49_500, pounds(0)],
  ['something, where it costs nothing', 0, pounds(49_500)],
])('B1: who was shown %s hears the price, and nothing is held', async (what, minor, expectedPrice) => {
  const persona = await linked(world, `shown-${what.replace(/\W+/g, '-')}`)
  const run = await newRun(world, { price: { minor, currency: 'GBP' } })
  const before = await sessions()
  const { enrolment, payment, userErrors } = await enrol(world, persona, run.id, { expectedPrice })
  expect({ enrolment, payment }).toEqual({ enrolment: null, payment: null })
  expect(userErrors).toMatchObject([
    { code: 'PRICE_CHANGED', field: ['input', 'expectedPrice'], price: { amountMinor: minor, currency: 'GBP' } },
  ])
  expect(await enrolmentsOf(persona)).toBe(0)
  expect(await sessions()).toHaveLength(before.length)
})

it('whoever was shown the price has the place, and pays that on each try, whatever the run costs meanwhile', async () => {
  const persona = await linked(world, 'petra')
  const run = await newRun(world, { price: { minor: 49_500, currency: 'GBP' } })
  const begun = await enrol(world, persona, run.id, { expectedPrice: pounds(49_500) })
  expect(begun).toMatchObject({ userErrors: [], payment: { amount: pounds(49_500) } })

  const dearer = await world.control('partner', `program_runs/${run.uuid}`, {
    price: { minor: 59_500, currency: 'EUR' },
  })
  expect(dearer.status).toBe(200)
  await world.settle()
  const again = await retryPayment(world, persona, begun.enrolment.id)
  expect(again).toMatchObject({ userErrors: [], payment: { amount: pounds(49_500) } })
  const { data } = await world.ask(
    persona,
    'query ($id: ID!) { node(id: $id) { ... on Enrolment { price { amountMinor currency } run { price { amountMinor currency } } } } }',
    { id: begun.enrolment.id },
  )
  expect(data.node).toEqual({ price: pounds(49_500), run: { price: { amountMinor: 59_500, currency: 'EUR' } } })

  await cancelEnrolment(world, persona, begun.enrolment.id)
  const anew = await enrol(world, persona, run.id, { expectedPrice: pounds(49_500) })
  expect(anew.userErrors).toMatchObject([{ price: { amountMinor: 59_500, currency: 'EUR' } }])
})
