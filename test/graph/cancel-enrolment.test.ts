/** Tests that cancelEnrolment ends unpaid enrolments and refunds money that comes later. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import {
  cancelEnrolment,
  enrol,
  enrolmentOf,
  linked,
  newRun,
  paid,
  pay,
  registered,
  way,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'cato')
})
afterAll(() => world?.close())

const begin = async (more: object = {}) => enrol(world, persona, (await newRun(world)).id, more)

it('gives the place back at once, and closes the page; cancelling again is no error', async () => {
  const run = await newRun(world, { capacity: 1 })
  const { enrolment, payment } = await enrol(world, persona, run.id)
  for (let time = 0; time < 2; time += 1) {
    expect(await cancelEnrolment(world, persona, enrolment.id)).toEqual({
      enrolment: { id: enrolment.id, status: 'CANCELLED' },
      userErrors: [],
    })
  }
  expect((await pay(world, payment.action.redirectUrl)).status).toBe(409)
  const other = await linked(world, 'caro')
  expect((await enrol(world, other, run.id)).userErrors).toEqual([])
})

it('lets the learner enrol anew', async () => {
  const run = await newRun(world)
  const first = await enrol(world, persona, run.id)
  await cancelEnrolment(world, persona, first.enrolment.id)
  const second = await enrol(world, persona, run.id)
  expect(second.userErrors).toEqual([])
  expect(second.enrolment.id).not.toBe(first.enrolment.id)
})

it('is too late once it is paid, although nobody has looked yet', async () => {
  const { enrolment, payment } = await begin()
  await pay(world, payment.action.redirectUrl)
  expect(await cancelEnrolment(world, persona, enrolment.id)).toMatchObject({
    enrolment: { status: 'PAID' },
    userErrors: [{ __typename: 'IllegalTransition', from: 'PAID', to: 'CANCELLED' }],
  })
})

it('is too late for what is paid or registered', async () => {
  const waiting = await paid(world, persona, (await newRun(world)).id)
  expect((await cancelEnrolment(world, persona, waiting.enrolmentId)).userErrors).toMatchObject([{ from: 'PAID' }])
  const there = await registered(world, persona, (await newRun(world)).id)
  expect((await cancelEnrolment(world, persona, there.enrolmentId)).userErrors).toMatchObject([{ from: 'REGISTERED' }])
})

it('waits for money that is on its way', async () => {
  const { enrolment, payment } = await begin({ paymentMethod: 'PAYPAL' })
  await pay(world, payment.action.redirectUrl, 'echeck')
  await world.settle()
  expect(await cancelEnrolment(world, persona, enrolment.id)).toMatchObject({
    enrolment: { status: 'PENDING_PAYMENT' },
    userErrors: [{ code: 'PAYMENT_NOT_COMPLETED', status: 'PROCESSING' }],
  })
})

it('works while the provider is silent, and money that comes after all goes back', async () => {
  const { enrolment, payment } = await begin()
  await world.control('stripe', 'faults', { operation: '*', fault: 'http_503', times: 30 })
  const answer = await cancelEnrolment(world, persona, enrolment.id)
  await world.clearFaults('stripe')
  expect(answer).toMatchObject({ enrolment: { status: 'CANCELLED' }, userErrors: [] })
  await pay(world, payment.action.redirectUrl)
  await world.settle()
  expect(await way(world, persona, enrolment.id)).toEqual([
    'PENDING_PAYMENT',
    'CANCELLED',
    'COMPENSATING',
    'COMPENSATED',
  ])
  const { payments } = await enrolmentOf(world, persona, enrolment.id)
  expect(payments).toMatchObject([{ status: 'SUCCEEDED', refunds: [{ status: 'SUCCEEDED', origin: 'COMPENSATION' }] }])
})

it("somebody else's enrolment reads like one that does not exist, and stays", async () => {
  const { enrolment } = await begin()
  const stranger = await linked(world, 'carl')
  const notMine = await cancelEnrolment(world, stranger, enrolment.id)
  expect(notMine.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'enrolmentId'] }])
  expect(await cancelEnrolment(world, stranger, 'nonsense')).toEqual(notMine)
  expect((await enrolmentOf(world, persona, enrolment.id)).status).toBe('PENDING_PAYMENT')
})
