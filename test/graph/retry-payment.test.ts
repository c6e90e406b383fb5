/** Tests that retryPayment opens another page while never two are open. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import {
  cancelEnrolment,
  completePayment,
  enrol,
  enrolmentOf,
  giveUpHolds,
  linked,
  newKey,
  newRun,
  pay,
  registered,
  retryPayment,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'rita')
})
afterEach(() => giveUpHolds(world, persona))
afterAll(() => world?.close())

const begin = async (more: object = {}) => enrol(world, persona, (await newRun(world)).id, more)

it.each([
  ['CARD', 'PAYPAL'],
  ['PAYPAL', 'CARD'],
])('who began by %s pays by %s, and can no longer pay on the first page', async (first, second) => {
  const begun = await begin({ paymentMethod: first })
  const { enrolment, payment, userErrors } = await retryPayment(world, persona, begun.enrolment.id, {
    paymentMethod: second,
  })
  expect(userErrors).toEqual([])
  expect(payment).toMatchObject({ method: second, status: 'REQUIRES_ACTION', amount: begun.payment.amount })
  expect(enrolment).toEqual({ id: begun.enrolment.id, status: 'PENDING_PAYMENT' })
  await pay(world, begun.payment.action.redirectUrl)
  await world.settle()
  await pay(world, payment.action.redirectUrl)
  await completePayment(world, persona, payment.id)
  await world.settle()
  const { status, payments } = await enrolmentOf(world, persona, begun.enrolment.id)
  expect(status).toBe('REGISTERED')
  expect(payments.map((one: { status: string }) => one.status)).toEqual(['CANCELLED', 'SUCCEEDED'])
})

it('holds the place for as long again', async () => {
  const { enrolment } = await begin()
  world.pass(25)
  await retryPayment(world, persona, enrolment.id)
  world.pass(25)
  await world.settle()
  expect((await enrolmentOf(world, persona, enrolment.id)).status).toBe('PENDING_PAYMENT')
  world.pass(13)
  await world.settle()
  expect((await enrolmentOf(world, persona, enrolment.id)).status).toBe('EXPIRED')
  world.pass(-63)
})

it('asked ten times at once with one key opens one payment', async () => {
  const { enrolment } = await begin()
  const same = { idempotencyKey: newKey() }
  const answers = await Promise.all(Array.from({ length: 10 }, () => retryPayment(world, persona, enrolment.id, same)))
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]).toMatchObject({ payment: { status: 'REQUIRES_ACTION' }, userErrors: [] })
  expect((await enrolmentOf(world, persona, enrolment.id)).payments).toHaveLength(2)
  const other = await retryPayment(world, persona, enrolment.id, { ...same, paymentMethod: 'PAYPAL' })
  expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }])
})

describe('a place that was held three times', () => {
  const renewedTwice = async () => {
    const { enrolment } = await begin()
    for (let time = 0; time < 2; time += 1) {
      world.pass(20)
      expect((await retryPayment(world, persona, enrolment.id)).userErrors).toEqual([])
    }
    return enrolment.id
  }

  it('is renewed no more; its last page stays open, and the place ends with the hold', async () => {
    const id = await renewedTwice()
    world.pass(20)
    const { enrolment, payment, userErrors } = await retryPayment(world, persona, id)
    expect([enrolment, payment]).toEqual([{ id, status: 'PENDING_PAYMENT' }, null])
    expect(userErrors).toMatchObject([
      { __typename: 'RateLimited', code: 'RATE_LIMITED', field: ['input', 'enrolmentId'] },
    ])
    expect(userErrors[0].retryAfter).toBeGreaterThan(0)
    expect(userErrors[0].retryAfter).toBeLessThanOrEqual(15 * 60)
    const { payments } = await enrolmentOf(world, persona, id)
    expect(payments.map(({ status }: { status: string }) => status)).toEqual([
      'CANCELLED',
      'CANCELLED',
      'REQUIRES_ACTION',
    ])
    world.pass(18)
    await world.settle()
    expect((await enrolmentOf(world, persona, id)).status).toBe('EXPIRED')
    world.pass(-78)
  })

  it('is paid on its last page', async () => {
    const id = await renewedTwice()
    world.pass(-40)
    const { data } = await world.ask(
      persona,
      'query ($id: ID!) { node(id: $id) { ... on Enrolment { payments { id action { redirectUrl } } } } }',
      { id },
    )
    const last = data.node.payments.at(-1)
    await pay(world, last.action.redirectUrl)
    await completePayment(world, persona, last.id)
    await world.settle()
    expect((await enrolmentOf(world, persona, id)).status).toBe('REGISTERED')
  })

  it('by ten retries at once with ten keys has three payments at most, and one page', async () => {
    const { enrolment } = await begin()
    await Promise.all(Array.from({ length: 10 }, () => retryPayment(world, persona, enrolment.id)))
    const { payments } = await enrolmentOf(world, persona, enrolment.id)
    expect(payments.length).toBeLessThanOrEqual(3)
    expect(payments.filter(({ status }: { status: string }) => status === 'REQUIRES_ACTION')).toHaveLength(1)
    expect(payments.at(-1).status).toBe('REQUIRES_ACTION')
  })
})

it('keeps the price at which the place was reserved', async () => {
  const run = await newRun(world, { price: { minor: 30_000, currency: 'GBP' } })
  const { enrolment } = await enrol(world, persona, run.id)
  await world.control('partner', `program_runs/${run.uuid}`, { price: { minor: 40_000, currency: 'GBP' } })
  await world.settle()
  const { payment } = await retryPayment(world, persona, enrolment.id)
  expect(payment.amount).toEqual({ amountMinor: 30_000, currency: 'GBP' })
})

describe('an enrolment that waits for no payment', () => {
  it('is refused with the state that it is in', async () => {
    const { enrolmentId } = await registered(world, persona, (await newRun(world)).id)
    expect((await retryPayment(world, persona, enrolmentId)).userErrors).toMatchObject([
      { __typename: 'IllegalTransition', from: 'REGISTERED', to: 'PENDING_PAYMENT' },
    ])
    const { enrolment } = await begin()
    await cancelEnrolment(world, persona, enrolment.id)
    expect((await retryPayment(world, persona, enrolment.id)).userErrors).toMatchObject([{ from: 'CANCELLED' }])
  })

  it('is refused from the instant its hold ends, before anybody has looked', async () => {
    const { enrolment } = await begin()
    world.pass(36)
    const { userErrors } = await retryPayment(world, persona, enrolment.id)
    world.pass(-36)
    expect(userErrors).toMatchObject([{ code: 'ILLEGAL_TRANSITION', from: 'EXPIRED' }])
  })
})

it('a page that cannot be closed now keeps the other from being opened', async () => {
  const { enrolment } = await begin()
  await world.control('stripe', 'faults', { operation: '*', fault: 'http_503', times: 30 })
  const { payment, userErrors } = await retryPayment(world, persona, enrolment.id, { paymentMethod: 'PAYPAL' })
  await world.clearFaults('stripe')
  expect(payment).toBeNull()
  expect(userErrors).toMatchObject([{ __typename: 'PaymentNotCompleted', status: 'REQUIRES_ACTION' }])
})

it.each<[string, object, string]>([
  ['returnUrl', { returnUrl: 'https://elsewhere.example/' }, 'INVALID_INPUT'],
  ['idempotencyKey', { idempotencyKey: '' }, 'INVALID_INPUT'],
  ['enrolmentId', { enrolmentId: 'nonsense' }, 'NOT_FOUND'],
])('a wrong %s is refused by name', async (name, wrong, code) => {
  const { enrolment } = await begin()
  const { payment, userErrors } = await retryPayment(world, persona, enrolment.id, wrong)
  expect(payment).toBeNull()
  expect(userErrors).toMatchObject([{ code, field: ['input', name] }])
  expect((await enrolmentOf(world, persona, enrolment.id)).payments).toHaveLength(1)
})

it("somebody else's enrolment reads like one that does not exist", async () => {
  const { enrolment } = await begin()
  const stranger = await linked(world, 'remy')
  expect(await retryPayment(world, stranger, enrolment.id)).toEqual(await retryPayment(world, stranger, 'nonsense'))
})

it('tells of money that is on its way, though the hold has ended meanwhile', async () => {
  const persona = await linked(world, 'rita-under-way')
  const run = await newRun(world)
  const key = newKey()
  const by = { paymentMethod: 'PAYPAL', idempotencyKey: key }
  const { enrolment, payment } = await enrol(world, persona, run.id, by)
  await pay(world, payment.action.redirectUrl, 'echeck')
  await world.settle()
  const processed = [{ code: 'PAYMENT_NOT_COMPLETED', status: 'PROCESSING', message: /being processed/ }].map(
    ({ message, ...error }) => ({ ...error, message: expect.stringMatching(message) }),
  )
  for (const minutes of [0, 60]) {
    world.pass(minutes)
    expect((await retryPayment(world, persona, enrolment.id)).userErrors).toMatchObject(processed)
    expect((await cancelEnrolment(world, persona, enrolment.id)).userErrors).toMatchObject(processed)
    expect(await enrol(world, persona, run.id, by)).toMatchObject({
      enrolment: { id: enrolment.id },
      userErrors: processed,
    })
  }
  world.pass(-60)
})
