/** Tests that one reconciliation makes up for a day without webhooks. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { enrol, enrolmentOf, linked, newRun, paid, pay, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const pass = (apply: boolean) => reconcile(world.app.systemContext('test'), { apply })
const status = async (id: string) => (await enrolmentOf(world, 'operator', id)).status

it('one pass and the jobs that it adds bring every payment to a registration or back to its buyer', async () => {
  const persona = await linked(world, 'quiet')
  const open = async (paymentMethod: string) => enrol(world, persona, (await newRun(world)).id, { paymentMethod })
  // Paid first: three places may be held without being paid.
  const registered = await paid(world, persona, (await newRun(world)).id)
  const [card, payPal, left] = [await open('CARD'), await open('PAYPAL'), await open('CARD')]
  await world.settle()
  for (const sandbox of ['stripe', 'paypal'] as const) await world.control(sandbox, 'webhooks', { mode: 'drop' })

  for (const { payment } of [card, payPal]) await pay(world, payment.action.redirectUrl)
  const charges = await stripeCharges(card.payment.action.redirectUrl)
  const charge = charges.find(({ metadata }) => metadata.paymentId === uuidOf(registered.paymentId))
  await world.control('stripe', `charges/${charge?.id}/refund`)
  await world.settle()
  const ids = [card.enrolment.id, payPal.enrolment.id, left.enrolment.id, registered.enrolmentId]
  expect(await Promise.all(ids.map(status))).toEqual([
    'PENDING_PAYMENT',
    'PENDING_PAYMENT',
    'PENDING_PAYMENT',
    'REGISTERED',
  ])

  await pass(false)
  await world.settle()
  expect(await status(card.enrolment.id)).toBe('PENDING_PAYMENT')

  await pass(true)
  await world.settle()
  expect(await Promise.all(ids.map(status))).toEqual(['REGISTERED', 'REGISTERED', 'PENDING_PAYMENT', 'REVOKED'])
  expect((await stripeCharges(card.payment.action.redirectUrl)).length).toBe(charges.length)

  const { userErrors } = await requestRefund(world, persona, card.enrolment.id)
  expect(userErrors).toEqual([])
  await world.settle()
  expect(await status(card.enrolment.id)).toBe('REVOKED')
})

const uuidOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]

interface Charge {
  id: string
  metadata: Record<string, string>
}

async function stripeCharges(page: string): Promise<Charge[]> {
  const answer = await fetch(`${new URL(page).origin}/_sandbox/ledger`)
  return ((await answer.json()) as { charges: Charge[] }).charges
}
