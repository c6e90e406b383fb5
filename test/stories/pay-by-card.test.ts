/** Tests a learner's whole way from enrolling to transferring the credit. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  completePayment,
  enrol,
  enrolmentOf,
  followInvitation,
  linked,
  pay,
  registered,
  requestRefund,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

/** The run of a course that is open now and starts so many days before (−) or after today. */
async function run(slug: string, fits: (days: number) => boolean): Promise<string> {
  const { data } = await world.ask(
    null,
    `query ($slug: String!) { course(slug: $slug) { runs(first: 50) { nodes { id startsAt openForEnrolment placesRemaining } } } }`,
    { slug },
  )
  const day = 86_400_000
  const found = data.course.runs.nodes.find(
    (one: { startsAt: string; openForEnrolment: boolean; placesRemaining: number | null }) =>
      one.openForEnrolment && one.placesRemaining !== 0 && fits((Date.parse(one.startsAt) - Date.now()) / day),
  )
  return found?.id
}

/** Any course that has such a run. */
async function anyRun(fits: (days: number) => boolean): Promise<string> {
  const { data } = await world.ask(null, '{ courses(first: 100) { nodes { slug } } }')
  for (const { slug } of data.courses.nodes) {
    const id = await run(slug, fits)
    if (id) return id
  }
  throw new Error('the seed has no such run')
}

describe('by card', () => {
  it('a paid enrolment is registered, a pass becomes credit, and two credits transfer where one does not', async () => {
    const course = await world.ask(null, '{ course(slug: "evidence-based-coaching") { id } }')
    const runId = await run('evidence-based-coaching', (days) => days > 0)
    const { enrolment, payment } = await enrol(world, 'ada', runId)
    expect(payment.status).toBe('REQUIRES_ACTION')
    expect((await pay(world, payment.action.redirectUrl)).status).toBe(200)
    expect(await completePayment(world, 'ada', payment.id)).toMatchObject({
      payment: { status: 'SUCCEEDED', cardBrand: 'VISA' },
      userErrors: [],
    })
    await world.settle()
    expect((await enrolmentOf(world, 'ada', enrolment.id)).status).toBe('REGISTERED')
    const { enrolments } = await world.partnerLedger()
    await world.control('partner', `program_enrolments/${enrolments.at(-1)!.uuid}/result`, {
      status: 'passed',
      grade: '71',
      identity_verified: true,
      awarded_on: '2026-11-01',
    })
    await world.settle()
    expect(await enrolmentOf(world, 'ada', enrolment.id)).toMatchObject({
      status: 'COMPLETED',
      creditRecord: { status: 'AWARDED' },
    })
    const { data } = await world.ask(
      'ada',
      `{ qualification(institutionSlug: "the-open-university", slug: "pg-certificate-professional-practice") { id }
         viewer { learner { creditRecords { nodes { id credit { amount } } } } } }`,
    )
    const { nodes } = data.viewer.learner.creditRecords
    expect(nodes.at(-1).credit.amount).toBe('15')
    const records = nodes.map((one: { id: string }) => one.id)
    const transferable = async (input: object) =>
      (
        await world.ask(
          'ada',
          'query ($input: TransferEligibilityInput!) { transferEligibility(input: $input) { transferable } }',
          { input: { qualificationId: data.qualification.id, ...input } },
        )
      ).data.transferEligibility.transferable
    expect(records).toHaveLength(2)
    expect(await transferable({ creditRecordIds: [records[0]] })).toBe('0')
    expect(await transferable({ creditRecordIds: records })).toBe('30')
    expect(await transferable({ courseIds: [course.data.course.id] })).toBe('0')
  })

  it('the same key finds the same enrolment, and nobody else sees it', async () => {
    const persona = await linked(world, 'karen')
    const id = await anyRun((days) => days > 0)
    const same = { idempotencyKey: 'once' }
    const answers = await Promise.all(Array.from({ length: 5 }, () => enrol(world, persona, id, same)))
    const [enrolmentId, ...others] = new Set<string>(answers.map(({ enrolment }) => enrolment.id))
    expect(others).toEqual([])
    expect(await enrolmentOf(world, 'grace', enrolmentId as string)).toBeNull()
    const codesOf = async (more: object) =>
      (await enrol(world, persona, id, more)).userErrors.map(({ code }: { code: string }) => code)
    expect(await codesOf({})).toEqual(['ALREADY_ENROLLED'])
    expect(await codesOf({ ...same, paymentMethod: 'PAYPAL' })).toEqual(['IDEMPOTENCY_CONFLICT'])
  })

  it('a place that nobody pays for is free again after the hold', async () => {
    const persona = await linked(world, 'harry')
    const { enrolment } = await enrol(world, persona, await anyRun((days) => days > 0))
    world.pass(45)
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolment.id)).status).toBe('EXPIRED')
    world.pass(-45)
  })
})

const DAY_MINUTES = 24 * 60

describe('refunds', () => {
  it('13 days after the start the money goes back and the registration is withdrawn', async () => {
    const persona = await linked(world, 'ruth')
    const runId = await anyRun((days) => days < -12.5 && days > -13.9)
    const { enrolmentId } = await registered(world, persona, runId, {}, '5555555555554444')
    expect((await requestRefund(world, persona, enrolmentId)).userErrors).toEqual([])
    await world.settle()
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
      status: 'REVOKED',
      payments: [{ refunds: [{ status: 'SUCCEEDED' }] }],
    })
  })

  it('15 days after the start and the purchase it is too late, and the answer says since when', async () => {
    const persona = await linked(world, 'lars')
    const { enrolmentId } = await registered(world, persona, await anyRun((days) => days < 0 && days > -15.9))
    world.pass(15 * DAY_MINUTES)
    expect(await requestRefund(world, persona, enrolmentId)).toMatchObject({
      refund: null,
      userErrors: [{ code: 'REFUND_WINDOW_CLOSED', closedAt: expect.any(String) }],
    })
    world.pass(-15 * DAY_MINUTES)
  })
})

describe('without an account at the partner', () => {
  it('enrolling answers with the invitation, and works once it is followed', async () => {
    const id = await anyRun((days) => days > 0)
    const first = await enrol(world, 'grace', id)
    expect(first.enrolment).toBeNull()
    const [{ code, partnerAccount }] = first.userErrors
    expect(code).toBe('PARTNER_ACCOUNT_REQUIRED')
    await followInvitation(partnerAccount.invitationUrl)
    expect((await enrol(world, 'grace', id)).userErrors).toEqual([])
  })
})

describe('by PayPal', () => {
  it('an approved order is captured and registered', async () => {
    const persona = await linked(world, 'petra')
    const runId = await anyRun((days) => days > 0)
    const { enrolment, payment } = await enrol(world, persona, runId, { paymentMethod: 'PAYPAL' })
    await pay(world, payment.action.redirectUrl)
    expect((await completePayment(world, persona, payment.id)).payment.status).toBe('SUCCEEDED')
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolment.id)).status).toBe('REGISTERED')
  })
})

describe('the catalogue', () => {
  it('can be narrowed to what a qualification admits, and to nothing for one that is not known', async () => {
    const { data } = await world.ask(
      null,
      '{ qualification(institutionSlug: "the-open-university", slug: "pg-certificate-professional-practice") { id } }',
    )
    const courses =
      'query ($id: ID!) { courses(first: 100, filter: { countsTowardsQualificationId: $id }) { totalCount nodes { credit { level } } } }'
    const found = (await world.ask(null, courses, { id: data.qualification.id })).data.courses
    expect(found.totalCount).toBeGreaterThan(0)
    expect(new Set(found.nodes.map((one: { credit: { level: number } }) => one.credit.level))).not.toContain(4)
    expect((await world.ask(null, courses, { id: 'nobody' })).data.courses.totalCount).toBe(0)
  })
})
