/** Tests that a place can be given up without money back. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { casesOf, end, free, heard, newName, partner, study } from '../support/world/partner-news.ts'
import {
  atPartner,
  enrol,
  enrolmentOf,
  linked,
  newKey,
  newRun,
  requestRefund,
  way,
  withdrawEnrolment,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

async function offer(persona: string, id: string) {
  const document =
    'query ($id: ID!) { node(id: $id) { ... on Enrolment { withdrawal { possible forgone { amountMinor } message } } } }'
  return (await world.ask(persona, document, { id })).data.node.withdrawal
}

it('W1: a free place is given up at once, ended at the partner, and free again', async () => {
  const { name, persona, enrolmentId, run } = await study(world, { ...free, capacity: 1 })
  const next = await linked(world, newName())
  expect((await enrol(world, next, run.id)).userErrors).toMatchObject([{ code: 'RUN_FULL' }])
  expect(await offer(persona, enrolmentId)).toMatchObject({ possible: true, forgone: { amountMinor: 0 } })
  expect(await withdrawEnrolment(world, persona, enrolmentId)).toMatchObject({
    enrolment: { status: 'WITHDRAWN' },
    acknowledgement: { id: expect.any(String), kind: 'WITHDRAWAL_WITHOUT_REFUND' },
    userErrors: [],
  })
  await world.settle()
  const seen = await enrolmentOf(world, persona, enrolmentId)
  expect(seen).toMatchObject({ status: 'WITHDRAWN', registrationEndedBy: 'GATEWAY', studyUrl: null })
  expect(seen.history.at(-1)).toMatchObject({ from: 'REGISTERED', cause: 'WITHDRAWN_BY_LEARNER' })
  expect((await atPartner(world, name)).active).toEqual([])
  expect((await enrol(world, next, run.id)).userErrors).toEqual([])
})

it('W2: inside the deadline it is asked for expressly, and the money can still be asked back', async () => {
  const { persona, enrolmentId } = await study(world)
  expect(await offer(persona, enrolmentId)).toMatchObject({ possible: true, forgone: { amountMinor: 49_500 } })
  const no = await withdrawEnrolment(world, persona, enrolmentId)
  const forgone = {
    code: 'MONEY_FORGONE',
    field: ['input', 'forgoMoney'],
    amount: { amountMinor: 49_500, currency: 'GBP' },
  }
  expect(no).toMatchObject({ enrolment: { status: 'REGISTERED' }, acknowledgement: null, userErrors: [forgone] })
  const idempotencyKey = newKey()
  const yes = await withdrawEnrolment(world, persona, enrolmentId, { forgoMoney: true, idempotencyKey })
  expect(yes).toMatchObject({ enrolment: { status: 'WITHDRAWN' }, userErrors: [] })
  expect(await withdrawEnrolment(world, persona, enrolmentId, { forgoMoney: true, idempotencyKey })).toEqual(yes)
  await world.settle()
  const { payments, refundability } = await enrolmentOf(world, persona, enrolmentId)
  expect([payments[0].refunds, refundability.refundable]).toEqual([[], true])
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  expect((await way(world, persona, enrolmentId)).slice(-2)).toEqual(['WITHDRAWN', 'REVOKED'])
})

it('W2: after the deadline nothing is forgone', async () => {
  const { persona, enrolmentId } = await study(world)
  world.pass(50 * 24 * 60)
  expect(await withdrawEnrolment(world, persona, enrolmentId)).toMatchObject({
    enrolment: { status: 'WITHDRAWN' },
    userErrors: [],
  })
  world.pass(-50 * 24 * 60)
})

it('N9: while the partner does not answer the place is given up here, and ended there afterwards', async () => {
  const { name, persona, enrolmentId } = await study(world, free)
  await partner(world, 'faults', { operation: 'program_enrolments.deactivate', fault: 'http_503', times: 9 })
  await withdrawEnrolment(world, persona, enrolmentId)
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('WITHDRAWN')
  expect((await atPartner(world, name)).active).toHaveLength(1)
  await world.clearFaults('partner')
  await world.settle()
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('WITHDRAWN')
  expect((await atPartner(world, name)).active).toEqual([])
})

it('whoever enrols anew before the place has ended takes the registration over', async () => {
  const { name, persona, enrolmentId, run, uuid } = await study(world, free)
  await partner(world, 'faults', { operation: 'program_enrolments.deactivate', fault: 'http_503', times: 9 })
  await withdrawEnrolment(world, persona, enrolmentId)
  const anew = await enrol(world, persona, run.id)
  await world.settle()
  await world.clearFaults('partner')
  await world.settle()
  expect((await enrolmentOf(world, persona, anew.enrolment.id)).status).toBe('REGISTERED')
  expect(await atPartner(world, name)).toEqual({ active: [uuid], ended: [] })
})

describe('a place', () => {
  it('that the partner has ended can be given up, and its case closes', async () => {
    const { persona, enrolmentId, at } = await study(world)
    await heard(world, 'webhook', () => end(world, at, 'partner'))
    const { userErrors } = await withdrawEnrolment(world, persona, enrolmentId, { forgoMoney: true })
    expect(userErrors).toEqual([])
    expect((await way(world, persona, enrolmentId)).slice(-2)).toEqual(['STUCK', 'WITHDRAWN'])
    expect(await casesOf(world, enrolmentId)).toMatchObject([{ kind: 'ENROLMENT_STUCK', status: 'CLOSED' }])
  })

  it('that is not paid yet is cancelled instead, and one with a result stands', async () => {
    const persona = await linked(world, newName())
    const { enrolment } = await enrol(world, persona, (await newRun(world)).id)
    const unpaid = await withdrawEnrolment(world, persona, enrolment.id)
    expect(unpaid.userErrors).toMatchObject([
      { code: 'ILLEGAL_TRANSITION', message: expect.stringMatching(/cancelEnrolment/) },
    ])
    const passed = await study(world)
    await partner(world, `${passed.at}/result`, { status: 'passed', grade: '70', awarded_on: '2026-11-20' })
    await world.settle()
    const done = await withdrawEnrolment(world, passed.persona, passed.enrolmentId, { forgoMoney: true })
    expect(done.userErrors).toMatchObject([{ code: 'ILLEGAL_TRANSITION', from: 'COMPLETED', to: 'WITHDRAWN' }])
  })

  it('is given up by an operator with a reason, and by nobody else but its learner', async () => {
    const { persona, enrolmentId } = await study(world, free)
    const blank = await withdrawEnrolment(world, 'operator', enrolmentId)
    expect(blank.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', 'reason'] }])
    const other = await withdrawEnrolment(world, await linked(world, newName()), enrolmentId)
    expect(other.userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    const done = await withdrawEnrolment(world, 'operator', enrolmentId, { reason: 'Asked by telephone.' })
    expect(done.userErrors).toEqual([])
    const { history } = await enrolmentOf(world, persona, enrolmentId)
    expect(history.at(-1)).toMatchObject({ cause: 'WITHDRAWN_BY_OPERATOR' })
  })
})
