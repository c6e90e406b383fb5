/** Tests that a place can be moved to the next run, once, with its money. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { register } from '../../src/enrolments/register.ts'
import { uuidOf } from '../../src/graph/contract/global-id.ts'
import { casesOf, free, newName, partner, study } from '../support/world/partner-news.ts'
import {
  atPartner,
  deferEnrolment,
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
  world = await startWorld({ limits: { breakerOpenMs: 1 } })
})
afterAll(() => world?.close())

const DAY_MS = 86_400_000
const began = Math.floor(Date.now() / 1000) * 1000
/** Whole seconds, as the graph shows them. */
const days = (many: number) => new Date(began + many * DAY_MS).toISOString().replace('.000', '')
let made = 0

/** A course's run that starts later than all that were made before, open for a year. */
function laterRun(facts: object = {}) {
  const start = 100 + made++
  const window = { enrolment_opens_at: days(-1), enrolment_closes_at: days(start + 10), time_zone: 'UTC' }
  return newRun(world, { start_time: days(start), ...window, price: { minor: 59_500, currency: 'GBP' }, ...facts })
}

/** A paid place on a run of its own, and the run that comes after it. */
async function beforeNext() {
  const place = await study(world, {}, await laterRun({ price: { minor: 49_500, currency: 'GBP' } }))
  return { ...place, next: await laterRun() }
}

const deferral = `deferral { possible until reasonCode reason nextRun { id } }
  deferredFrom { id status } deferredTo { id status } withdrawal { possible message }`
async function offerOf(persona: string, id: string) {
  const document = `query ($id: ID!) { node(id: $id) { ... on Enrolment { ${deferral} run { id } } } }`
  return (await world.ask(persona, document, { id })).data.node
}

const charges = async (enrolmentId: string, persona: string) =>
  (await enrolmentOf(world, persona, enrolmentId)).payments.map(
    ({ status, refunds }: { status: string; refunds: object[] }) => [status, refunds],
  )

/** The charge at Stripe that paid for it. */
async function chargeOf(enrolmentId: string): Promise<string> {
  const document = 'query ($id: ID!) { node(id: $id) { ... on Enrolment { payment { references { kind value } } } } }'
  const { references } = (await world.ask('operator', document, { id: enrolmentId })).data.node.payment
  return references.find(({ kind }: { kind: string }) => kind === 'CHARGE').value
}

it('M1: a place moves to the next run with its money, once; an operator may move it again', async () => {
  const { name, persona, enrolmentId, uuid, next } = await beforeNext()
  const { deadline } = (await enrolmentOf(world, persona, enrolmentId)).refundability
  expect(await offerOf(persona, enrolmentId)).toMatchObject({
    deferral: { possible: true, until: expect.any(String), reasonCode: null, reason: null, nextRun: { id: next.id } },
    deferredFrom: null,
    deferredTo: null,
  })
  const idempotencyKey = newKey()
  const begun = await deferEnrolment(world, persona, enrolmentId, { courseRunId: next.id, idempotencyKey })
  expect(begun).toMatchObject({
    enrolment: { status: 'PAID' },
    deferred: { id: enrolmentId, status: 'DEFERRING' },
    userErrors: [],
  })
  const target = begun.enrolment.id
  await world.settle()
  expect(await way(world, persona, target)).toEqual(['PAID', 'REGISTERING', 'REGISTERED'])
  expect(await way(world, persona, enrolmentId)).toEqual(expect.arrayContaining(['DEFERRING', 'DEFERRED']))
  expect(await offerOf(persona, target)).toMatchObject({ deferredFrom: { id: enrolmentId }, run: { id: next.id } })
  expect(await offerOf(persona, enrolmentId)).toMatchObject({ deferredTo: { id: target } })
  expect(await charges(target, persona)).toEqual([['SUCCEEDED', []]])
  expect(await charges(enrolmentId, persona)).toEqual([])
  const { refundability } = await enrolmentOf(world, persona, target)
  expect(refundability).toMatchObject({ refundable: true, deadline, maximum: { amountMinor: 49_500 } })
  const left = (await enrolmentOf(world, persona, enrolmentId)).refundability
  expect(left).toMatchObject({ refundable: false, reasonCode: 'DEFERRED' })
  const there = await atPartner(world, name)
  expect([there.ended, there.active.length]).toEqual([[uuid], 1])
  const repeat = await deferEnrolment(world, persona, enrolmentId, { courseRunId: next.id, idempotencyKey })
  expect(repeat).toMatchObject({ enrolment: { id: target, status: 'REGISTERED' }, userErrors: [] })

  const last = await laterRun()
  const again = await deferEnrolment(world, persona, target, { courseRunId: last.id })
  const refused = { code: 'DEFERRAL_REFUSED', reason: 'ALREADY_DEFERRED' }
  expect(again).toMatchObject({ enrolment: null, deferred: { id: target }, userErrors: [refused] })
  const blank = await deferEnrolment(world, 'operator', target, { courseRunId: last.id })
  expect(blank.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', 'reason'] }])
  const done = await deferEnrolment(world, 'operator', target, { courseRunId: last.id, reason: 'Ill for a month.' })
  expect(done.userErrors).toEqual([])
  await world.settle()
  expect((await enrolmentOf(world, persona, done.enrolment.id)).status).toBe('REGISTERED')
  expect((await atPartner(world, name)).active).toHaveLength(1)
})

it('M2: the old place stays when the partner has none on the next run', async () => {
  const { name, persona, enrolmentId, uuid, next } = await beforeNext()
  const begun = await deferEnrolment(world, persona, enrolmentId, { courseRunId: next.id })
  await partner(world, `program_runs/${next.uuid}`, { capacity: 0 })
  await world.settle()
  expect((await way(world, persona, begun.enrolment.id)).at(-1)).toBe('CANCELLED')
  expect((await way(world, persona, enrolmentId)).slice(-3)).toEqual(['REGISTERED', 'DEFERRING', 'REGISTERED'])
  expect(await charges(enrolmentId, persona)).toEqual([['SUCCEEDED', []]])
  expect(await charges(begun.enrolment.id, persona)).toEqual([])
  expect(await atPartner(world, name)).toEqual({ active: [uuid], ended: [] })
  expect(await offerOf(persona, enrolmentId)).toMatchObject({ deferral: { possible: true }, deferredTo: null })
})

it('M3: while the partner is silent nothing else is done to either, and after 15 minutes the old place stays', async () => {
  const { name, persona, enrolmentId, uuid, next } = await beforeNext()
  await partner(world, 'faults', { operation: 'program_enrolments.create', fault: 'http_503', times: 99 })
  const begun = await deferEnrolment(world, persona, enrolmentId, { courseRunId: next.id })
  await world.settle()
  for (const id of [enrolmentId, begun.enrolment.id]) {
    const moving = {
      code: 'ILLEGAL_TRANSITION',
      message: expect.stringMatching(/is being moved.*ask again in a moment/),
    }
    expect((await requestRefund(world, persona, id)).userErrors).toMatchObject([moving])
    expect((await requestRefund(world, 'operator', id, { reason: 'Asked.' })).userErrors).toMatchObject([moving])
    expect((await withdrawEnrolment(world, persona, id)).userErrors).toMatchObject([moving])
    expect((await enrolmentOf(world, persona, id)).refundability.reasonCode).toBe('DEFERRED')
  }
  world.pass(16)
  await world.settle()
  await world.clearFaults('partner')
  await world.settle()
  expect((await enrolmentOf(world, persona, begun.enrolment.id)).history.at(-1)).toMatchObject({
    from: 'REGISTERING',
    to: 'CANCELLED',
    cause: 'NOT_DECIDED_IN_TIME',
  })
  expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
    status: 'REGISTERED',
    refundability: { refundable: true, maximum: { amountMinor: 49_500 } },
  })
  expect(await atPartner(world, name)).toEqual({ active: [uuid], ended: [] })
  expect((await requestRefund(world, persona, enrolmentId)).userErrors).toEqual([])
})

describe('while it is being moved', () => {
  it('what an unanswered call makes after all is ended by itself', async () => {
    const { name, persona, enrolmentId, uuid, next } = await beforeNext()
    await partner(world, 'faults', { operation: 'program_enrolments.create', fault: 'reset_after', times: 1 })
    await partner(world, 'faults', { operation: 'program_enrolments.find', fault: 'http_503', times: 99 })
    await deferEnrolment(world, persona, enrolmentId, { courseRunId: next.id })
    await world.settle()
    world.pass(16)
    await world.settle()
    await world.clearFaults('partner')
    world.pass(1)
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
    expect((await atPartner(world, name)).active).toEqual([uuid])
  })

  it('a refund made in the dashboard takes effect when it has ended', async () => {
    const { name, persona, enrolmentId, next } = await beforeNext()
    await partner(world, 'faults', { operation: 'program_enrolments.create', fault: 'http_503', times: 99 })
    const begun = await deferEnrolment(world, persona, enrolmentId, { courseRunId: next.id })
    await world.control('stripe', `charges/${await chargeOf(begun.enrolment.id)}/refund`)
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('DEFERRING')
    await world.clearFaults('partner')
    await register(world.app.systemContext('test'), uuidOf('Enrolment', begun.enrolment.id) as string)
    await world.settle()
    expect((await way(world, persona, begun.enrolment.id)).slice(-3)).toEqual(['REGISTERED', 'REVOKING', 'REVOKED'])
    expect((await way(world, persona, enrolmentId)).at(-1)).toBe('DEFERRED')
    expect((await atPartner(world, name)).active).toEqual([])
  })

  it('an end of the old place is kept, and acted upon when the move has failed', async () => {
    const { persona, enrolmentId, at, next } = await beforeNext()
    await partner(world, 'faults', { operation: 'program_enrolments.create', fault: 'http_503', times: 99 })
    const begun = await deferEnrolment(world, persona, enrolmentId, { courseRunId: next.id })
    await partner(world, `${at}/end`, { by: 'partner' })
    await world.settle()
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({ status: 'DEFERRING', studyUrl: null })
    await partner(world, `program_runs/${next.uuid}`, { status: 'cancelled' })
    await world.settle()
    await world.clearFaults('partner')
    await world.settle()
    expect((await enrolmentOf(world, persona, begun.enrolment.id)).history.at(-1)).toMatchObject({
      to: 'CANCELLED',
      cause: 'RUN_CANCELLED',
    })
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
      status: 'STUCK',
      stuckReason: 'REGISTRATION_ENDED',
    })
    expect(await casesOf(world, enrolmentId)).toMatchObject([{ kind: 'ENROLMENT_STUCK', status: 'OPEN' }])
  })
})

describe('it is refused', () => {
  const reasonOf = async (persona: string, id: string, courseRunId: string, more: object = {}) =>
    (await deferEnrolment(world, persona, id, { courseRunId, ...more })).userErrors

  it('to another run than the next one, to a run that is full, and to one where there is a place', async () => {
    const { persona, enrolmentId, run, next } = await beforeNext()
    const last = await laterRun()
    const noRun = { code: 'DEFERRAL_REFUSED', reason: 'NO_RUN', field: ['input', 'courseRunId'] }
    expect(await reasonOf(persona, enrolmentId, last.id)).toMatchObject([noRun])
    expect(await reasonOf(persona, enrolmentId, run.id)).toMatchObject([noRun])
    const reason = 'For the test.'
    expect(await reasonOf('operator', enrolmentId, run.id, { reason })).toMatchObject([noRun])
    const other = await enrol(world, persona, next.id)
    expect(await reasonOf(persona, enrolmentId, next.id)).toMatchObject([
      { code: 'ALREADY_ENROLLED', enrolment: { id: other.enrolment.id } },
    ])
    await partner(world, `program_runs/${last.uuid}`, { capacity: 0 })
    expect(await reasonOf('operator', enrolmentId, last.id, { reason })).toMatchObject([{ code: 'RUN_FULL' }])
  })

  it('for a free place, with a result, and before it is registered', async () => {
    const place = await study(world, free, await laterRun(free))
    const next = await laterRun()
    expect(await reasonOf(place.persona, place.enrolmentId, next.id)).toMatchObject([{ reason: 'MONEY_NOT_HERE' }])
    await partner(world, `${place.at}/result`, { status: 'passed', grade: '70', awarded_on: '2026-11-20' })
    await world.settle()
    expect(await reasonOf(place.persona, place.enrolmentId, next.id)).toMatchObject([{ reason: 'HAS_RESULT' }])
    const unpaid = await enrol(world, place.persona, next.id)
    const later = await laterRun()
    expect(await reasonOf(place.persona, unpaid.enrolment.id, later.id)).toMatchObject([{ reason: 'NOT_REGISTERED' }])
    expect(await reasonOf(await linked(world, newName()), place.enrolmentId, next.id)).toMatchObject([
      { code: 'NOT_FOUND' },
    ])
  })
})

it('a move away from a cancelled run does not count as the one', async () => {
  const { persona, enrolmentId, run, next } = await beforeNext()
  await partner(world, `program_runs/${run.uuid}`, { status: 'cancelled' })
  await world.settle()
  expect(await casesOf(world, run.id)).toMatchObject([{ kind: 'RUN_CANCELLED', status: 'OPEN' }])
  const first = await deferEnrolment(world, persona, enrolmentId, { courseRunId: next.id })
  await world.settle()
  expect(await casesOf(world, run.id)).toMatchObject([{ kind: 'RUN_CANCELLED', status: 'CLOSED' }])
  const last = await laterRun()
  const second = await deferEnrolment(world, persona, first.enrolment.id, { courseRunId: last.id })
  await world.settle()
  expect((await enrolmentOf(world, persona, second.enrolment.id)).status).toBe('REGISTERED')
})
