/** Tests until when money can be asked back, before buying and after. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { newName, partner } from '../support/world/partner-news.ts'
import { enrol, enrolmentOf, linked, newRun, type RunFacts, registered, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const NOW = '2026-12-01T10:00:00Z'
const started: RunFacts = {
  start_time: '2026-11-11T09:00:00Z',
  enrolment_opens_at: '2026-10-01T00:00:00Z',
  enrolment_closes_at: '2026-12-20T00:00:00Z',
  time_zone: 'Europe/London',
}

async function rightOf(runId: string, persona: string | null = null) {
  const document = `query ($id: ID!) { node(id: $id) { ... on CourseRun { refundDeadline
    refundRight { deadline basis contractualDeadline statutoryDeadline summary
      there: deadline(timeZone: "Asia/Singapore") said: summary(timeZone: "Asia/Singapore") } } } }`
  const { data, errors } = await world.ask(persona, document, { id: runId })
  expect(errors).toBeUndefined()
  return data.node
}

/** Bought at an instant by somebody new; the clock stays there. */
async function bought(runId: string, at: string) {
  const persona = await linked(world, newName())
  world.stopAt(at)
  return { persona, ...(await registered(world, persona, runId)) }
}

const refundabilityOf = async ({ persona, enrolmentId }: { persona: string; enrolmentId: string }) =>
  (await enrolmentOf(world, persona, enrolmentId)).refundability

describe('S1: a run that has started, bought after its 14 days', () => {
  it('shows both deadlines before buying, keeps the later, and refunds to its last millisecond', async () => {
    world.stopAt(NOW)
    const run = await newRun(world, started)
    const last = '2026-12-15T23:59:59.999Z'
    expect(await rightOf(run.id)).toEqual({
      refundDeadline: last,
      refundRight: {
        deadline: last,
        basis: 'STATUTORY_FROM_PURCHASE',
        contractualDeadline: '2026-11-25T09:00:00Z',
        statutoryDeadline: last,
        there: '2026-12-16T07:59:59.999+08:00',
        summary:
          'The 14 days from the start are over; you have 14 days from today. You can ask for all of the money back until 15 December 2026 at 23:59 (Europe/London).',
        said: 'The 14 days from the start are over; you have 14 days from today. You can ask for all of the money back until 16 December 2026 at 07:59 (Asia/Singapore).',
      },
    })
    const intime = await bought(run.id, NOW)
    const late = await bought(run.id, NOW)
    const kept = { refundable: true, basis: 'STATUTORY_FROM_PURCHASE', deadline: last }
    expect(await refundabilityOf(intime)).toMatchObject(kept)
    world.stopAt(last)
    const { userErrors, refund } = await requestRefund(world, intime.persona, intime.enrolmentId)
    expect({ userErrors, refund }).toMatchObject({ userErrors: [], refund: { amount: { amountMinor: 49_500 } } })
    world.stopAt('2026-12-16T00:00:00.000Z')
    const refused = await requestRefund(world, late.persona, late.enrolmentId)
    expect(refused).toMatchObject({ refund: null, userErrors: [{ code: 'REFUND_WINDOW_CLOSED', closedAt: last }] })
    expect(refused.userErrors[0].message).toMatch(/until 15 December 2026 at 23:59 .*the day of the purchase/)
    await world.settle()
    expect((await enrolmentOf(world, intime.persona, intime.enrolmentId)).status).toBe('REVOKED')
    expect(await refundabilityOf(late)).toMatchObject({ refundable: false, reasonCode: 'WINDOW_CLOSED' })
  })
})

it("S2: the day of the contract is that of the run's zone", async () => {
  world.stopAt('2026-12-01T10:00:00Z')
  const run = await newRun(world, { ...started, time_zone: 'Pacific/Auckland' })
  const before = await bought(run.id, '2026-12-01T10:59:59Z')
  expect((await refundabilityOf(before)).deadline).toBe('2026-12-15T10:59:59.999Z')
  const after = await bought(run.id, '2026-12-01T11:00:00Z')
  expect((await refundabilityOf(after)).deadline).toBe('2026-12-16T10:59:59.999Z')
})

it('S4: clocks that change within the 14 days leave the last day whole', async () => {
  world.stopAt('2027-03-20T12:00:00Z')
  const run = await newRun(world, {
    ...started,
    start_time: '2027-03-01T09:00:00Z',
    enrolment_closes_at: '2027-03-31T00:00:00Z',
  })
  expect((await rightOf(run.id)).refundRight.statutoryDeadline).toBe('2027-04-03T22:59:59.999Z')
  const buyer = await bought(run.id, '2027-03-20T12:00:00Z')
  expect(await refundabilityOf(buyer)).toMatchObject({ deadline: '2027-04-03T22:59:59.999Z' })
})

it('R5: a start that is moved makes the kept deadline later, and never earlier', async () => {
  world.stopAt(NOW)
  const run = await newRun(world, { start_time: '2027-01-04T09:00:00Z', enrolment_closes_at: '2027-01-18T00:00:00Z' })
  const buyer = await bought(run.id, NOW)
  const first = '2027-01-18T09:00:00Z'
  expect(await refundabilityOf(buyer)).toMatchObject({ basis: 'CONTRACT_FROM_START', deadline: first })
  await partner(world, `program_runs/${run.uuid}`, { start_time: '2026-11-16T09:00:00Z' })
  await world.settle()
  expect((await rightOf(run.id)).refundRight).toMatchObject({ contractualDeadline: '2026-11-30T09:00:00Z' })
  expect(await refundabilityOf(buyer)).toMatchObject({ refundable: true, deadline: first })
  await partner(world, `program_runs/${run.uuid}`, { start_time: '2027-03-01T09:00:00Z' })
  await world.settle()
  expect(await refundabilityOf(buyer)).toMatchObject({ refundable: true, deadline: '2027-03-15T09:00:00Z' })
})

it('a free run has no refund right, and a zone that is none is refused at its path', async () => {
  world.stopAt(NOW)
  const run = await newRun(world, { price: { minor: 0, currency: 'GBP' } })
  expect(await rightOf(run.id)).toEqual({ refundDeadline: null, refundRight: null })
  const paidRun = await newRun(world)
  const document = 'query ($id: ID!) { node(id: $id) { ... on CourseRun { refundDeadline(timeZone: "Mars/Phobos") } } }'
  const { data, errors } = await world.ask(null, document, { id: paidRun.id })
  expect(data.node.refundDeadline).toBeNull()
  expect(errors).toMatchObject([{ path: ['node', 'refundDeadline'], extensions: { code: 'BAD_USER_INPUT' } }])
})

describe('B2: the terms', () => {
  const accepted = 'termsAcceptance { version acceptedAt expressRequestAt }'
  const acceptanceOf = async (persona: string, id: string) =>
    (await world.ask(persona, `query ($id: ID!) { node(id: $id) { ... on Enrolment { ${accepted} } } }`, { id })).data
      .node.termsAcceptance

  it('that are not those of today are refused with those that are, and nothing is made', async () => {
    world.stopAt(NOW)
    const { terms } = (await world.ask(null, '{ terms { version url effectiveFrom includesExpressRequest } }')).data
    expect(terms).toEqual({
      version: 'trial',
      url: expect.stringMatching(/^http/),
      effectiveFrom: '2026-01-01T00:00:00Z',
      includesExpressRequest: false,
    })
    const persona = await linked(world, newName())
    const run = await newRun(world)
    const refused = await enrol(world, persona, run.id, { termsVersion: '2020-01-01' })
    expect(refused).toMatchObject({
      enrolment: null,
      payment: null,
      userErrors: [{ code: 'TERMS_CHANGED', field: ['input', 'termsVersion'], terms: { version: 'trial' } }],
    })
    const { data } = await world.ask(persona, '{ viewer { learner { enrolments { totalCount } } } }')
    expect(data.viewer.learner.enrolments.totalCount).toBe(0)
    const { enrolment, userErrors } = await enrol(world, persona, run.id, { termsVersion: terms.version })
    expect(userErrors).toEqual([])
    const now = { version: 'trial', acceptedAt: NOW, expressRequestAt: null }
    expect(await acceptanceOf(persona, enrolment.id)).toEqual(now)
  })

  it('are kept as accepted without being named, and an express request with its instant', async () => {
    world.stopAt(NOW)
    const persona = await linked(world, newName())
    const { enrolment } = await enrol(world, persona, (await newRun(world)).id, { expressRequest: true })
    const now = { version: 'trial', acceptedAt: NOW, expressRequestAt: NOW }
    expect(await acceptanceOf(persona, enrolment.id)).toEqual(now)
  })
})
