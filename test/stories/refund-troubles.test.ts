/** Tests that registration and money stay together when refunds or disputes turn. */

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import { Payment } from '../../src/payments/payment.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { casesOf } from '../support/world/partner-news.ts'
import {
  atPartner,
  enrolmentOf,
  linked,
  newRun,
  paid,
  registered,
  requestRefund,
  resolveStuck,
  until,
  way,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ limits: { timeoutMs: 1_500 } })
})
afterAll(() => world?.close())

const studyWay = ['PENDING_PAYMENT', 'PAID', 'REGISTERING', 'REGISTERED']
const statusOf = async (persona: string, id: string) => (await enrolmentOf(world, persona, id)).status

async function study(name: string, card?: string) {
  const persona = await linked(world, name)
  const run = await newRun(world)
  return { persona, run, ...(await registered(world, persona, run.id, {}, card)) }
}

/** What the provider's dashboard knows the payment by. */
async function chargeOf(paymentId: string): Promise<string> {
  const payment = await world.app.orm.em.fork().findOneOrFail(Payment, readGlobalId(paymentId)?.uuid as string)
  return payment.captureReference as string
}

it('F3: a refund that the bank sends back registers nobody against their will, and is for an operator', async () => {
  const { persona, enrolmentId } = await study('bella', '4000000000005126')
  await requestRefund(world, persona, enrolmentId)
  await until(world, async () => (await statusOf(persona, enrolmentId)) === 'STUCK')
  expect(await way(world, persona, enrolmentId)).toEqual([...studyWay, 'REVOKING', 'REVOKED', 'STUCK'])
  expect(await atPartner(world, 'bella')).toMatchObject({ active: [], ended: [expect.any(String)] })
  const { stuckReason, refundability } = await enrolmentOf(world, persona, enrolmentId)
  expect(stuckReason).toBe('REFUND_BOUNCED')
  const bounced = { refundable: false, reasonCode: 'REFUND_IN_PROGRESS', basis: 'ASKED_IN_TIME', deadline: null }
  expect(refundability).toMatchObject(bounced)
  const { userErrors } = await requestRefund(world, persona, enrolmentId)
  expect(userErrors).toMatchObject([{ code: 'ILLEGAL_TRANSITION', from: 'STUCK' }])
  const papers = `query ($id: ID!) { node(id: $id) { ... on Enrolment { receipts { kind voidedAt }
    payment { refunds { id status failureReason waitingFor } } } } }`
  const { receipts, payment } = (await world.ask(persona, papers, { id: enrolmentId })).data.node
  expect(receipts).toEqual([
    { kind: 'RECEIPT', voidedAt: null },
    { kind: 'CREDIT_NOTE', voidedAt: expect.any(String) },
  ])
  expect(payment.refunds).toEqual([
    { id: expect.any(String), status: 'FAILED', failureReason: 'LOST_OR_STOLEN_CARD', waitingFor: 'OPERATOR' },
  ])
  await reconcile(world.app.systemContext('test'), { apply: true })
  const cases = [...(await casesOf(world, enrolmentId)), ...(await casesOf(world, payment.refunds[0].id))]
  expect(cases).toMatchObject([{ kind: 'ENROLMENT_STUCK', status: 'OPEN' }])
})

it('a refund that is sent back while nobody knows whether the registration has ended is for an operator once it has', async () => {
  const { persona, enrolmentId } = await study('bertie', '4000000000005126')
  await world.control('partner', 'faults', { operation: 'program_enrolments.deactivate', fault: 'timeout_after' })
  await requestRefund(world, persona, enrolmentId)
  await world.app.worker.runDue()
  expect(await statusOf(persona, enrolmentId)).toBe('REVOKING')
  expect((await atPartner(world, 'bertie')).active).toHaveLength(0)
  world.pass(1)
  await reconcile(world.app.systemContext('test'), { apply: true })
  expect(await statusOf(persona, enrolmentId)).toBe('REGISTERED')
  await world.settle()
  const { status, stuckReason, registrationEndedBy } = await enrolmentOf(world, persona, enrolmentId)
  expect({ status, stuckReason, registrationEndedBy }).toEqual({
    status: 'STUCK',
    stuckReason: 'REFUND_BOUNCED',
    registrationEndedBy: 'GATEWAY',
  })
  expect((await atPartner(world, 'bertie')).active).toHaveLength(0)
})

it('credit that rested on it is revoked with the refund, and only suspended when the refund bounces', async () => {
  const { persona, enrolmentId } = await study('cleo', '4000000000005126')
  const { active } = await atPartner(world, 'cleo')
  const passed = { status: 'passed', grade: '64', identity_verified: true, awarded_on: '2026-11-01' }
  await world.control('partner', `program_enrolments/${active[0]}/result`, passed)
  await world.settle()
  const record = async () => {
    const document =
      'query ($id: ID!) { node(id: $id) { ... on Enrolment { creditRecord { status history { to } } } } }'
    return (await world.ask(persona, document, { id: enrolmentId })).data.node.creditRecord
  }
  expect((await record()).status).toBe('AWARDED')
  await requestRefund(world, persona, enrolmentId)
  await until(world, async () => (await record()).history.length === 4)
  expect((await record()).history.map(({ to }: { to: string }) => to)).toEqual([
    'AWARDED',
    'SUSPENDED',
    'REVOKED',
    'SUSPENDED',
  ])
})

it('a registration lasts until the money is back, however long the provider takes', async () => {
  const { persona, enrolmentId } = await study('pete')
  await world.control('stripe', 'faults', { operation: 'refunds.create', fault: 'http_503', times: 1_000 })
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('REVOKING')
  expect((await atPartner(world, 'pete')).active).toHaveLength(1)
  await world.clearFaults('stripe')
  await reconcile(world.app.systemContext('test'), { apply: true })
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('REVOKED')
  expect((await atPartner(world, 'pete')).active).toHaveLength(0)
})

it.each(['http_503', 'http_500', 'reset_after', 'malformed'])(
  'a registration that the partner ends with %s is ended once, and known to be',
  async (fault) => {
    const name = `dean-${fault.replaceAll('_', '-')}`
    const { persona, enrolmentId } = await study(name)
    await world.control('partner', 'faults', { operation: 'program_enrolments.deactivate', fault, times: 2 })
    await requestRefund(world, persona, enrolmentId)
    await world.settle()
    await world.clearFaults('partner')
    expect(await statusOf(persona, enrolmentId)).toBe('REVOKED')
    expect((await atPartner(world, name)).active).toHaveLength(0)
  },
)

describe('a refund made in the provider’s dashboard', () => {
  it('of the whole ends the registration', async () => {
    const { persona, enrolmentId, paymentId } = await study('hans')
    await world.control('stripe', `charges/${await chargeOf(paymentId)}/refund`)
    await world.settle()
    expect(await way(world, persona, enrolmentId)).toEqual([...studyWay, 'REVOKING', 'REVOKED'])
    const { payments } = await enrolmentOf(world, persona, enrolmentId)
    expect(payments[0].refunds).toMatchObject([{ origin: 'PROVIDER', status: 'SUCCEEDED' }])
  })

  it('of a part leaves it, until parts add up to the whole', async () => {
    const { persona, enrolmentId, paymentId } = await study('heidi')
    const charge = await chargeOf(paymentId)
    await world.control('stripe', `charges/${charge}/refund`, { amount: 9_500 })
    await world.settle()
    expect(await statusOf(persona, enrolmentId)).toBe('REGISTERED')
    await world.control('stripe', `charges/${charge}/refund`, { amount: 40_000 })
    await world.settle()
    expect(await statusOf(persona, enrolmentId)).toBe('REVOKED')
  })
})

it.each(['CARD', 'PAYPAL'])(
  'a learner whose part by %s went back unheard has the rest back, and the registration ends',
  async (paymentMethod) => {
    const persona = await linked(world, `parts-${paymentMethod.toLowerCase()}`)
    const run = await newRun(world)
    const { enrolmentId, paymentId } = await registered(world, persona, run.id, { paymentMethod })
    const taken = await chargeOf(paymentId)
    if (paymentMethod === 'CARD') await world.control('stripe', `charges/${taken}/refund`, { amount: 20_000 })
    else await world.control('paypal', `captures/${taken}/refund`, { amount: '200.00' })
    expect((await requestRefund(world, persona, enrolmentId)).refund.amount.amountMinor).toBe(49_500)
    await world.settle()
    const { status, payments } = await enrolmentOf(world, persona, enrolmentId)
    expect(status).toBe('REVOKED')
    const seen = payments[0].refunds.map((one: Refunded) => [one.origin, one.status, one.amount.amountMinor])
    expect(seen).toHaveLength(3)
    expect(seen).toEqual(
      expect.arrayContaining([
        ['LEARNER', 'FAILED', 49_500],
        ['LEARNER', 'SUCCEEDED', 29_500],
        ['PROVIDER', 'SUCCEEDED', 20_000],
      ]),
    )
  },
)

interface Refunded {
  origin: string
  status: string
  amount: { amountMinor: number }
}

it('a place that the partner gave while the money could not go back is given up, and the operators decide', async () => {
  const persona = await linked(world, 'placida')
  const run = await newRun(world)
  const { enrolmentId } = await paid(world, persona, run.id, { paymentMethod: 'PAYPAL' })
  // Registered there, with nobody here to hear it.
  await world.control('partner', 'faults', { operation: 'program_enrolments.create', fault: 'timeout_after' })
  await world.wake()
  await world.app.worker.runDue()
  expect((await atPartner(world, 'placida')).active).toHaveLength(1)
  await world.control('paypal', 'refusals', { operation: 'captures.refund', issue: 'REFUND_NOT_ALLOWED', times: 1 })
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('STUCK')
  world.pass(1)
  await world.settle()
  expect((await atPartner(world, 'placida')).active).toHaveLength(0)

  expect((await resolveStuck(world, 'operator', enrolmentId, { resolution: 'RETRY_REGISTRATION' })).userErrors).toEqual(
    [],
  )
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('REGISTERED')
  expect((await atPartner(world, 'placida')).active).toHaveLength(1)
})

describe('a dispute', () => {
  const disputed = async (name: string, outcome: string) => {
    const studying = await study(name)
    const charge = `charges/${await chargeOf(studying.paymentId)}/dispute`
    await world.control('stripe', charge, { outcome: 'open' })
    await world.settle()
    const { status, refundability } = await enrolmentOf(world, studying.persona, studying.enrolmentId)
    expect([status, refundability.reasonCode]).toEqual(['REGISTERED', 'DISPUTED'])
    await world.control('stripe', charge, { outcome })
    await world.settle()
    return studying
  }

  it.each(['won', 'withdrawn'])('that is %s changes nothing', async (outcome) => {
    const { persona, enrolmentId } = await disputed(`dina-${outcome}`, outcome)
    expect(await way(world, persona, enrolmentId)).toEqual(studyWay)
    expect((await enrolmentOf(world, persona, enrolmentId)).refundability.refundable).toBe(true)
  })

  it('that is lost unheard while a part goes back ends the registration, for all of the money is gone', async () => {
    const { persona, enrolmentId, paymentId } = await study('dina-unheard')
    await world.control('stripe', `charges/${await chargeOf(paymentId)}/dispute`, { outcome: 'lost' })
    const part = { amountMinor: 10_000, reason: 'A week was missed.' }
    expect((await requestRefund(world, 'operator', enrolmentId, part)).userErrors).toEqual([])
    await world.settle()
    expect(await way(world, persona, enrolmentId)).toEqual([...studyWay, 'REVOKING', 'REVOKED'])
    expect((await atPartner(world, 'dina-unheard')).active).toHaveLength(0)
  })

  it('that is lost ends the registration', async () => {
    const { persona, enrolmentId } = await disputed('dina-lost', 'lost')
    expect(await way(world, persona, enrolmentId)).toEqual([...studyWay, 'REVOKING', 'REVOKED'])
    expect((await atPartner(world, 'dina-lost')).active).toHaveLength(0)
  })
})
