/** Tests that credit is suspended while its payment is disputed, then decided. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import { Payment } from '../../src/payments/payment.ts'
import { atPartner, enrolmentOf, linked, newRun, registered } from '../support/world/study.ts'
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
  const ids = await registered(world, persona, (await newRun(world)).id, { paymentMethod })
  const uuid = readGlobalId(ids.paymentId)?.uuid as string
  const { captureReference } = await world.app.orm.em.fork().findOneOrFail(Payment, uuid)
  const place = paymentMethod === 'CARD' ? (['stripe', 'charges'] as const) : (['paypal', 'captures'] as const)
  const dispute = async (outcome: string) => {
    const { status } = await world.control(place[0], `${place[1]}/${captureReference}/dispute`, { outcome })
    expect(status).toBe(200)
    await world.settle()
    return standing(persona, ids.enrolmentId)
  }
  return { persona, name, enrolmentId: ids.enrolmentId, dispute }
}

/** The same, passed, with credit. */
async function graduate(name: string, paymentMethod: 'CARD' | 'PAYPAL') {
  const studied = await study(name, paymentMethod)
  await pass(name)
  return studied
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
