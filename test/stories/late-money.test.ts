/** Tests that late money keeps a place that is still there, else goes back. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { expire } from '../../src/enrolments/expire.ts'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import {
  atPartner,
  completePayment,
  enrol,
  enrolmentOf,
  linked,
  newRun,
  pay,
  retryPayment,
  way,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

const uuid = (id: string) => readGlobalId(id)?.uuid as string

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

/** Paid in the last second of the hold, which nobody heard, and the provider could not be asked when it ended. */
async function expiredThoughPaid(persona: string, runId: string) {
  const begun = await enrol(world, persona, runId)
  await world.control('stripe', 'webhooks', { mode: 'hold' })
  await pay(world, begun.payment.action.redirectUrl)
  await world.control('stripe', 'faults', { operation: 'checkout.sessions.expire', fault: 'http_503', times: 1 })
  world.pass(38)
  await expire(world.app.systemContext('test'), uuid(begun.enrolment.id))
  expect((await enrolmentOf(world, persona, begun.enrolment.id)).status).toBe('EXPIRED')
  return begun
}

/** What the provider had not told. */
async function tell() {
  await world.control('stripe', 'webhooks', { mode: 'deliver' })
  await world.control('stripe', 'webhooks/flush', {})
}

it('an abandoned checkout frees the place', async () => {
  const [one, two] = [await linked(world, 'abby'), await linked(world, 'bob')]
  const run = await newRun(world, { capacity: 1 })
  const { enrolment, payment } = await enrol(world, one, run.id)
  expect((await enrol(world, two, run.id)).userErrors).toMatchObject([{ code: 'RUN_FULL' }])
  world.pass(38)
  await world.settle()
  expect((await enrolmentOf(world, one, enrolment.id)).status).toBe('EXPIRED')
  expect((await pay(world, payment.action.redirectUrl)).status).toBe(409)
  expect((await enrol(world, two, run.id)).userErrors).toEqual([])
})

it('is kept when the place is still there', async () => {
  const persona = await linked(world, 'lena')
  const begun = await expiredThoughPaid(persona, (await newRun(world, { capacity: 1 })).id)
  await tell()
  await world.settle()
  expect(await way(world, persona, begun.enrolment.id)).toEqual([
    'PENDING_PAYMENT',
    'EXPIRED',
    'PAID',
    'REGISTERING',
    'REGISTERED',
  ])
})

it('goes back when somebody else holds the place by then, who keeps it', async () => {
  const [late, early] = [await linked(world, 'lutz'), await linked(world, 'erna')]
  const run = await newRun(world, { capacity: 1 })
  const begun = await expiredThoughPaid(late, run.id)
  const holder = await enrol(world, early, run.id)
  await tell()
  await world.settle()
  expect(await way(world, late, begun.enrolment.id)).toEqual([
    'PENDING_PAYMENT',
    'EXPIRED',
    'PAID',
    'REGISTERING',
    'COMPENSATING',
    'COMPENSATED',
  ])
  await pay(world, holder.payment.action.redirectUrl)
  await completePayment(world, early, holder.payment.id)
  await world.settle()
  expect((await enrolmentOf(world, early, holder.enrolment.id)).status).toBe('REGISTERED')
})

it('goes back when the learner has enrolled anew, who stays enrolled', async () => {
  const persona = await linked(world, 'nele')
  const run = await newRun(world)
  const begun = await expiredThoughPaid(persona, run.id)
  const anew = await enrol(world, persona, run.id)
  await tell()
  await world.settle()
  const first = await enrolmentOf(world, persona, begun.enrolment.id)
  expect(first).toMatchObject({ status: 'EXPIRED', payments: [{ refunds: [{ status: 'SUCCEEDED' }] }] })
  await pay(world, anew.payment.action.redirectUrl)
  await world.settle()
  expect((await enrolmentOf(world, persona, anew.enrolment.id)).status).toBe('REGISTERED')
  expect((await atPartner(world, 'nele')).active).toHaveLength(1)
})

it('of two payments for one enrolment the second goes back', async () => {
  const persona = await linked(world, 'dora')
  const first = await enrol(world, persona, (await newRun(world)).id, { paymentMethod: 'CARD' })
  // The page of the first stays open although it is closed here: its provider forgot to.
  await world.app.orm.em
    .fork()
    .execute("update payment set status = 'CANCELLED' where enrolment_id = ?", [uuid(first.enrolment.id)])
  const second = await retryPayment(world, persona, first.enrolment.id, { paymentMethod: 'PAYPAL' })
  await pay(world, second.payment.action.redirectUrl)
  await completePayment(world, persona, second.payment.id)
  await pay(world, first.payment.action.redirectUrl)
  await world.settle()
  const { status, payments } = await enrolmentOf(world, persona, first.enrolment.id)
  expect(status).toBe('REGISTERED')
  expect(payments).toMatchObject([
    { status: 'SUCCEEDED', refunds: [{ status: 'SUCCEEDED', origin: 'COMPENSATION' }] },
    { status: 'SUCCEEDED', refunds: [] },
  ])
})
