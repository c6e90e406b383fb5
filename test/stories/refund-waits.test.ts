/** Tests refunds that wait for money or a permission, or that no provider makes. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import { lockPayment } from '../../src/payments/paying.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { settleOutside } from '../../src/payments/settle-outside.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { casesOf } from '../support/world/partner-news.ts'
import { enrol, enrolmentOf, linked, newKey, newRun, registered, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

const HOURS = 60
const DAYS = 24 * HOURS

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

async function study(name: string, more: object = {}) {
  const persona = await linked(world, name)
  const start_time = new Date(world.now().getTime() + 34 * DAYS * 60_000).toISOString()
  const run = await newRun(world, { start_time, price: { minor: 49_500, currency: 'GBP' } })
  return { persona, run, ...(await registered(world, persona, run.id, more)) }
}

const refundFields = `id status failureReason attempt askedAt requestedAt waitingFor nextTryAt origin amount { amountMinor }
  providerMessage providerReference outside { method reference settledOn reason } creditNote { number }`

async function refundsOf(persona: string, enrolmentId: string) {
  const document = `query ($id: ID!) { node(id: $id) { ... on Enrolment { payment { refunds { ${refundFields} } } } } }`
  const { data, errors } = await world.ask(persona, document, { id: enrolmentId })
  expect(errors).toBeUndefined()
  return data.node.payment.refunds
}

const statusOf = async (persona: string, id: string) => (await enrolmentOf(world, persona, id)).status
const pass = () => reconcile(world.app.systemContext('test'), { apply: true })
const stripe = (path: string, body: object) => world.control('stripe', path, body)

it('F1: a refund waits until the balance is enough, as one wish of several tries', async () => {
  const one = await study('flora')
  const other = await study('felix')
  await stripe('balance', { refunds: 'refused' })
  // Ahead of the clock by which jobs are added.
  world.stopAt(new Date(world.now().getTime() + DAYS * 60_000).toISOString())
  const asked = world.now()
  await requestRefund(world, one.persona, one.enrolmentId)
  await world.settle()
  expect(await statusOf(one.persona, one.enrolmentId)).toBe('REVOKING')
  const oneHourOn = new Date(asked.getTime() + HOURS * 60_000).toISOString()
  const waiting = { waitingFor: 'PROVIDER_BALANCE', attempt: 2, status: 'REQUESTED', nextTryAt: oneHourOn }
  expect((await refundsOf(one.persona, one.enrolmentId)).at(-1)).toMatchObject({ ...waiting, providerMessage: null })
  const [refused] = await refundsOf('operator', one.enrolmentId)
  expect(refused).toMatchObject({
    status: 'FAILED',
    failureReason: 'INSUFFICIENT_BALANCE_FOR_REFUND',
    providerMessage: 'Insufficient funds in your Stripe balance to refund this amount.',
    waitingFor: null,
  })
  await stripe('balance', { refunds: 'pending' })
  await requestRefund(world, other.persona, other.enrolmentId)
  await world.settle()
  const [pending] = await refundsOf(other.persona, other.enrolmentId)
  expect(pending).toMatchObject({ status: 'PENDING', waitingFor: 'PROVIDER_BALANCE', nextTryAt: null })
  await stripe('balance', { refunds: 'refused' })
  for (const hours of [1, 2]) {
    world.stopAt(new Date(world.now().getTime() + hours * HOURS * 60_000).toISOString())
    await world.settle()
  }
  await pass()
  expect((await refundsOf(one.persona, one.enrolmentId)).map(({ status }: { status: string }) => status)).toEqual([
    'FAILED',
    'FAILED',
    'FAILED',
    'REQUESTED',
  ])
  await stripe('balance', { refunds: 'enough' })
  world.stopAt(new Date(world.now().getTime() + 4 * HOURS * 60_000).toISOString())
  await world.settle()
  const tries = await refundsOf(one.persona, one.enrolmentId)
  expect(tries).toMatchObject(
    ['FAILED', 'FAILED', 'FAILED', 'SUCCEEDED'].map((status, index) => ({
      status,
      attempt: index + 1,
      askedAt: tries[0].requestedAt,
      waitingFor: null,
      nextTryAt: null,
    })),
  )
  expect(await statusOf(one.persona, one.enrolmentId)).toBe('REVOKED')
  for (const { id } of tries) expect(await casesOf(world, id)).toEqual([])
  expect(await refundsOf(other.persona, other.enrolmentId)).toMatchObject([{ status: 'SUCCEEDED', waitingFor: null }])
  world.pass(0)
})

it('a refund that waits for a day is one case for a person, until it has arrived', async () => {
  const { persona, enrolmentId } = await study('frieda')
  await stripe('balance', { refunds: 'refused' })
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  for (const hours of [1, 2, 4, 8, 16]) {
    world.pass(hours * HOURS)
    await world.settle()
  }
  await pass()
  const last = (await refundsOf(persona, enrolmentId)).at(-1)
  expect(last).toMatchObject({ attempt: 7, waitingFor: 'PROVIDER_BALANCE' })
  expect(await casesOf(world, last.id)).toMatchObject([{ kind: 'REFUND_WAITING', status: 'OPEN', amountMinor: 49_500 }])
  const waitingFor = `{ viewer { operator { refunds(waitingFor: [PROVIDER_BALANCE]) { nodes { id } }
    none: refunds(waitingFor: [OPERATOR, PROVIDER_PERMISSION]) { nodes { id } } } } }`
  const { operator } = (await world.ask('operator', waitingFor)).data.viewer
  expect(operator).toEqual({ refunds: { nodes: [{ id: last.id }] }, none: { nodes: [] } })
  await stripe('balance', { refunds: 'enough' })
  world.pass(24 * HOURS)
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('REVOKED')
  expect(await casesOf(world, last.id)).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF' }])
})

it('F2: what PayPal can never give back is settled outside, and ends the place', async () => {
  const { persona, run, enrolmentId, paymentId } = await study('fabian', { paymentMethod: 'PAYPAL' })
  await world.control('partner', `program_runs/${run.uuid}`, { status: 'cancelled' })
  await world.settle()
  world.pass(181 * DAYS)
  expect((await requestRefund(world, persona, enrolmentId)).userErrors).toEqual([])
  await world.settle()
  const [failed] = await refundsOf('operator', enrolmentId)
  const never = { status: 'FAILED', failureReason: 'REFUND_TIME_LIMIT_EXCEEDED', waitingFor: 'OPERATOR' }
  expect(failed).toMatchObject({ ...never, providerMessage: expect.stringMatching(/180 days|time limit/i) })
  expect(await statusOf(persona, enrolmentId)).toBe('REGISTERED')
  expect(await casesOf(world, failed.id)).toMatchObject([
    { kind: 'REFUND_FAILED', status: 'OPEN', amountMinor: 49_500 },
  ])
  const { refundability } = await enrolmentOf(world, persona, enrolmentId)
  expect(refundability).toMatchObject({ refundable: true, basis: 'ASKED_IN_TIME', deadline: null })

  const today = world.now().toISOString().slice(0, 10)
  const context = world.app.systemContext('test')
  await inTransaction(context.em, async (tx) => {
    const said = { method: 'bank transfer', reference: 'BACS 88121', settledOn: today, reason: 'PayPal cannot.' }
    const payment = await lockPayment(tx, readGlobalId(paymentId)?.uuid as string)
    const facts = { amountMinor: 49_500, keepRegistration: false, actor: 'user:op', now: world.now(), wish: null }
    await settleOutside(tx, context, payment, { ...said, ...facts })
  })
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('REVOKED')
  const outside = { method: 'bank transfer', settledOn: today }
  const [, forLearner] = await refundsOf(persona, enrolmentId)
  expect(forLearner).toMatchObject({
    status: 'SETTLED_OUTSIDE',
    amount: { amountMinor: 49_500 },
    attempt: 2,
    askedAt: failed.askedAt,
    outside: { ...outside, reference: null, reason: null },
    creditNote: { number: expect.stringMatching(`^C-${today.slice(0, 4)}-`) },
  })
  const [fulfilled, settled] = await refundsOf('operator', enrolmentId)
  expect(fulfilled.waitingFor).toBeNull()
  expect(settled.outside).toEqual({ ...outside, reference: 'BACS 88121', reason: 'PayPal cannot.' })
  expect(await casesOf(world, failed.id)).toMatchObject([{ kind: 'REFUND_FAILED', status: 'CLOSED' }])
  const days = `query ($day: Date!) { viewer { operator {
    moneyByDay(from: $day, to: $day) { method settledOutside { amountMinor } refunded { amountMinor } }
    found: refunds(search: "bacs 88121", requestedFrom: "${settled.requestedAt}") { nodes { status } }
    none: refunds(search: "bacs 88121", requestedUntil: "${failed.requestedAt}") { nodes { status } } } } }`
  const { data } = await world.ask('operator', days, { day: today })
  const zero = { amountMinor: 0 }
  expect(data.viewer.operator.moneyByDay).toEqual([
    { method: 'PAYPAL', settledOutside: { amountMinor: 49_500 }, refunded: zero },
  ])
  expect(data.viewer.operator.found.nodes).toEqual([{ status: 'SETTLED_OUTSIDE' }])
  expect(data.viewer.operator.none.nodes).toEqual([])
})

it('F3: a refund that bounces after the deadline, unheard, leaves the money here and the place ended', async () => {
  const { persona, enrolmentId } = await study('fiona')
  world.pass(47 * DAYS)
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('REVOKED')
  await stripe('webhooks', { mode: 'drop' })
  world.pass(8 * DAYS)
  const [{ id, providerReference }] = await refundsOf('operator', enrolmentId)
  await stripe(`refunds/${providerReference}/settle`, { outcome: 'failed', reason: 'expired_or_canceled_card' })
  await pass()
  await world.settle()
  await stripe('webhooks', { mode: 'hold' })
  const { status, stuckReason, refundability } = await enrolmentOf(world, persona, enrolmentId)
  expect([status, stuckReason]).toEqual(['STUCK', 'REFUND_BOUNCED'])
  const bounced = { refundable: false, reasonCode: 'REFUND_IN_PROGRESS', basis: 'ASKED_IN_TIME', deadline: null }
  expect(refundability).toMatchObject(bounced)
  const account = { status: 'FAILED', failureReason: 'EXPIRED_OR_CANCELED_CARD', waitingFor: 'OPERATOR' }
  expect(await refundsOf(persona, enrolmentId)).toMatchObject([account])
  const cases = [...(await casesOf(world, enrolmentId)), ...(await casesOf(world, id))]
  expect(cases).toMatchObject([{ kind: 'ENROLMENT_STUCK', status: 'OPEN', amountMinor: 49_500 }])
})

it('F4: what our key may not do waits for the permission, and goes on once it is there', async () => {
  const { persona, enrolmentId } = await study('fergus')
  const another = await linked(world, 'farah')
  const { id: runId } = await newRun(world)
  await stripe('permissions', { missing: ['refunds_write', 'sessions'] })
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('REVOKING')
  expect(await refundsOf(persona, enrolmentId)).toMatchObject([
    { status: 'SUBMITTED', waitingFor: 'PROVIDER_PERMISSION', attempt: 1, nextTryAt: expect.any(String) },
  ])
  const key = newKey()
  const begun = await enrol(world, another, runId, { idempotencyKey: key })
  expect(begun.userErrors).toMatchObject([{ __typename: 'ProviderUnavailable', provider: 'STRIPE' }])
  expect(begun.payment.status).not.toBe('FAILED')
  const open = async () =>
    [...(await casesOf(world, 'Refunds: write')), ...(await casesOf(world, 'Checkout Sessions: write'))].map(
      ({ kind, status, outcome }) => ({ kind, status, outcome }),
    )
  const missing = { kind: 'PERMISSION_MISSING', status: 'OPEN', outcome: null }
  expect(await open()).toEqual([missing, missing])
  await stripe('permissions', { missing: [] })
  world.pass(15)
  await world.settle()
  expect(await refundsOf(persona, enrolmentId)).toMatchObject([
    { status: 'SUCCEEDED', waitingFor: null, nextTryAt: null },
  ])
  expect(await statusOf(persona, enrolmentId)).toBe('REVOKED')
  const again = await enrol(world, another, runId, { idempotencyKey: key })
  expect(again).toMatchObject({ userErrors: [], payment: { action: { redirectUrl: expect.any(String) } } })
  const given = { kind: 'PERMISSION_MISSING', status: 'CLOSED', outcome: 'BY_ITSELF' }
  expect(await open()).toEqual([given, given])
})

it('asking again after a failure is the same wish, asked in time although the deadline is over', async () => {
  const { persona, enrolmentId } = await study('fatima')
  const refuse = { operation: 'refunds.create', code: 'card_declined', times: 1 }
  expect((await stripe('refusals', refuse)).status).toBe(200)
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  const [failed] = await refundsOf(persona, enrolmentId)
  expect(failed).toMatchObject({ status: 'FAILED', waitingFor: null })
  expect(await statusOf(persona, enrolmentId)).toBe('REGISTERED')
  expect(await casesOf(world, failed.id)).toMatchObject([{ kind: 'REFUND_FAILED', status: 'OPEN' }])
  world.pass(60 * DAYS)
  const { refundability } = await enrolmentOf(world, persona, enrolmentId)
  expect(refundability).toMatchObject({ refundable: true, basis: 'ASKED_IN_TIME', deadline: null, reasonCode: null })
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  const [, again] = await refundsOf(persona, enrolmentId)
  expect(again).toMatchObject({ status: 'SUCCEEDED', attempt: 2, askedAt: failed.askedAt })
  expect(again.requestedAt).not.toBe(again.askedAt)
  expect(await casesOf(world, failed.id)).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF' }])
  expect(await statusOf(persona, enrolmentId)).toBe('REVOKED')
})
