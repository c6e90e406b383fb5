/** Tests that credit is suspended while its payment is disputed, then decided. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Case } from '../../src/cases/case.ts'
import { Enrolment } from '../../src/enrolments/enrolment.ts'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import { Payment } from '../../src/payments/payment.ts'
import { atPartner, enrolmentOf, linked, newRun, registered, resolveStuck } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

async function pass(name: string) {
  const { active } = await atPartner(world, name)
  await world.control('partner', `program_enrolments/${active[0]}/result`, { status: 'passed', grade: '64' })
  await world.settle()
}

/** Registered, paid by the method. */
async function study(name: string, paymentMethod: 'CARD' | 'PAYPAL') {
  const persona = await linked(world, name)
  const { id: runId } = await newRun(world)
  const ids = await registered(world, persona, runId, { paymentMethod })
  const uuid = readGlobalId(ids.paymentId)?.uuid as string
  const { captureReference } = await world.app.orm.em.fork().findOneOrFail(Payment, uuid)
  const place = paymentMethod === 'CARD' ? (['stripe', 'charges'] as const) : (['paypal', 'captures'] as const)
  const dispute = async (outcome: string) => {
    const { status } = await world.control(place[0], `${place[1]}/${captureReference}/dispute`, { outcome })
    expect(status).toBe(200)
    await world.settle()
    return standing(persona, ids.enrolmentId)
  }
  return { persona, name, runId, enrolmentId: ids.enrolmentId, dispute }
}

/** The same, passed, with credit. */
async function graduate(name: string, paymentMethod: 'CARD' | 'PAYPAL') {
  const studied = await study(name, paymentMethod)
  await pass(name)
  return studied
}

/** Kind, status and amount of what waits, or waited, for a person about the learner's enrolment or its dispute. */
async function casesOf(enrolmentId: string) {
  const em = world.app.orm.em.fork()
  const { learnerId } = await em.findOneOrFail(Enrolment, readGlobalId(enrolmentId)?.uuid as string)
  const cases = await em.find(Case, { learnerId })
  return cases.map(({ kind, status, amountMinor }) => [kind, status, amountMinor])
}

/** Status of the enrolment and of the credit, and what the credit went through. */
async function standing(persona: string, id: string) {
  const document = `query ($id: ID!) { node(id: $id) { ... on Enrolment { status
    creditRecord { status history { to cause } } payment { disputes { status } } } } }`
  const { data } = await world.ask(persona, document, { id })
  const { status, creditRecord, payment } = data.node
  return {
    enrolment: status,
    credit: creditRecord?.status ?? null,
    way: creditRecord?.history.map(({ to }: { to: string }) => to) ?? [],
    disputes: payment.disputes.map((one: { status: string }) => one.status),
  }
}

describe.each(['CARD', 'PAYPAL'] as const)('a dispute about money by %s', (method) => {
  it.each([
    ['won', 'WON'],
    ['withdrawn', 'WITHDRAWN'],
  ])('that is opened suspends the credit, reviewed keeps it so, and %s gives it back', async (outcome, end) => {
    const { dispute } = await graduate(`${method.toLowerCase()}-${outcome}`, method)
    expect(await dispute('open')).toMatchObject({ enrolment: 'COMPLETED', credit: 'SUSPENDED', disputes: ['OPEN'] })
    expect(await dispute('under_review')).toMatchObject({ credit: 'SUSPENDED', disputes: ['UNDER_REVIEW'] })
    expect(await dispute(outcome)).toEqual({
      enrolment: 'COMPLETED',
      credit: 'AWARDED',
      disputes: [end],
      way: ['AWARDED', 'SUSPENDED', 'AWARDED'],
    })
  })

  it('that is open when the result comes leaves the credit suspended until it is decided', async () => {
    const name = `${method.toLowerCase()}-late`
    const { dispute, persona, enrolmentId } = await study(name, method)
    expect(await dispute('open')).toMatchObject({ enrolment: 'REGISTERED', credit: null })
    await pass(name)
    expect(await standing(persona, enrolmentId)).toMatchObject({
      enrolment: 'COMPLETED',
      credit: 'SUSPENDED',
      way: ['AWARDED', 'SUSPENDED'],
    })
    expect(await dispute('won')).toMatchObject({ credit: 'AWARDED' })
  })

  it('that is lost revokes the credit and ends the registration, traceably', async () => {
    const { dispute, persona, name, enrolmentId } = await graduate(`${method.toLowerCase()}-lost`, method)
    await dispute('open')
    expect(await dispute('lost')).toEqual({
      enrolment: 'REVOKED',
      credit: 'REVOKED',
      disputes: ['LOST'],
      way: ['AWARDED', 'SUSPENDED', 'REVOKED'],
    })
    expect((await atPartner(world, name)).active).toEqual([])
    const { history } = await enrolmentOf(world, persona, enrolmentId)
    expect(history.slice(-2)).toMatchObject([
      { from: 'COMPLETED', to: 'REVOKING', cause: 'DISPUTE_LOST' },
      { from: 'REVOKING', to: 'REVOKED', cause: 'REGISTRATION_ENDED' },
    ])
  })
})

describe('a lost dispute that the bank decides the other way', () => {
  it('leaves the money to an operator, who gives place and credit back', async () => {
    const { dispute, persona, name, enrolmentId } = await graduate('reversed', 'CARD')
    await dispute('open')
    expect(await dispute('lost')).toMatchObject({ enrolment: 'REVOKED', credit: 'REVOKED' })
    expect(await dispute('under_review')).toMatchObject({ enrolment: 'REVOKED', disputes: ['UNDER_REVIEW'] })
    expect(await dispute('won')).toMatchObject({ enrolment: 'STUCK', credit: 'REVOKED', disputes: ['WON'] })
    const { history, refundability } = await enrolmentOf(world, persona, enrolmentId)
    expect(history.at(-1)).toMatchObject({ from: 'REVOKED', to: 'STUCK', cause: 'DISPUTE_REVERSED' })
    expect(refundability).toMatchObject({ refundable: true, maximum: { amountMinor: 49_500 } })
    expect(await casesOf(enrolmentId)).toEqual([['ENROLMENT_STUCK', 'OPEN', 49_500]])
    await resolveStuck(world, 'operator', enrolmentId, { resolution: 'RETRY_REGISTRATION' })
    await world.settle()
    expect(await standing(persona, enrolmentId)).toMatchObject({ enrolment: 'COMPLETED', credit: 'AWARDED' })
    expect((await atPartner(world, name)).active).toHaveLength(1)
    expect(await casesOf(enrolmentId)).toEqual([['ENROLMENT_STUCK', 'CLOSED', 49_500]])
  })

  it('and then lost again ends as it did the first time', async () => {
    const { dispute, persona, enrolmentId } = await graduate('lost-twice', 'CARD')
    await dispute('open')
    await dispute('lost')
    await dispute('won')
    expect(await dispute('lost')).toMatchObject({ enrolment: 'COMPENSATED', credit: 'REVOKED', disputes: ['LOST'] })
    expect((await enrolmentOf(world, persona, enrolmentId)).refundability.refundable).toBe(false)
  })

  it('leaves only the money to an operator where the learner has enrolled anew', async () => {
    const { dispute, persona, enrolmentId, runId } = await study('enrolled-anew', 'CARD')
    await dispute('open')
    await dispute('lost')
    await registered(world, persona, runId)
    expect(await dispute('won')).toMatchObject({ enrolment: 'REVOKED', disputes: ['WON'] })
    expect(await casesOf(enrolmentId)).toEqual([['DISPUTE_REVERSED', 'OPEN', 49_500]])
    await dispute('lost')
    expect(await casesOf(enrolmentId)).toEqual([['DISPUTE_REVERSED', 'CLOSED', 49_500]])
  })
})
