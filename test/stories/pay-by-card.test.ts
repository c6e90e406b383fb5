/** Tests a learner's whole way from enrolling to transferring the credit. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const enrolDocument = `mutation ($input: EnrolInput!) { enrol(input: $input) {
  enrolment { id status } payment { id status action { redirectUrl } }
  userErrors { __typename code field ... on PartnerAccountRequired { partnerAccount { invitationUrl } } } } }`
const completeDocument = `mutation ($id: ID!) { completePayment(input: { paymentId: $id }) {
  enrolment { status } payment { status cardBrand } userErrors { code } } }`
const enrolmentDocument = `query ($id: ID!) { node(id: $id) { ... on Enrolment {
  id status payment { status refunds { status } } creditRecord { id status credit { amount } } } } }`
const refundDocument = `mutation ($id: ID!, $key: String!) { requestRefund(input: { enrolmentId: $id, idempotencyKey: $key }) {
  refund { id status } userErrors { code ... on RefundWindowClosed { closedAt } } } }`

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
  const { data } = await world.ask(null, '{ courses(first: 100) { nodes { slug credit { amount } } } }')
  for (const { slug } of data.courses.nodes) {
    const id = await run(slug, fits)
    if (id) return id
  }
  throw new Error('the seed has no such run')
}

let keys = 0
function enrol(persona: string, courseRunId: string, more: object = {}) {
  const input = {
    courseRunId,
    paymentMethod: 'CARD',
    returnUrl: 'https://app.example/back',
    termsAccepted: true,
    idempotencyKey: `key-${keys++}`,
    ...more,
  }
  return world.ask(persona, enrolDocument, { input })
}
const pay = (redirectUrl: string, card: string) =>
  world.control('stripe', `checkout/${new URL(redirectUrl).pathname.split('/').at(-1)}`, { card })

async function linked(name: string): Promise<string> {
  const persona = `learner:${name}`
  const { data } = await world.ask(
    persona,
    'mutation { linkPartnerAccount(input: { returnUrl: "https://app.example/" }) { partnerAccount { invitationUrl } } }',
  )
  const { invitationUrl } = data.linkPartnerAccount.partnerAccount
  await fetch(invitationUrl, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  await world.settle()
  return persona
}

describe('by card', () => {
  it('a paid enrolment is registered, a pass becomes credit, and two credits transfer where one does not', async () => {
    const course = await world.ask(null, '{ course(slug: "evidence-based-coaching") { id } }')
    const made = await enrol('ada', await run('evidence-based-coaching', (days) => days > 0))
    const { enrolment, payment } = made.data.enrol
    expect(payment.status).toBe('REQUIRES_ACTION')
    expect((await pay(payment.action.redirectUrl, '4242424242424242')).status).toBe(200)
    const completed = await world.ask('ada', completeDocument, { id: payment.id })
    expect(completed.data.completePayment).toMatchObject({
      payment: { status: 'SUCCEEDED', cardBrand: 'VISA' },
      userErrors: [],
    })
    await world.settle()
    expect((await world.ask('ada', enrolmentDocument, { id: enrolment.id })).data.node.status).toBe('REGISTERED')
    const { enrolments } = await world.partnerLedger()
    await world.control('partner', `program_enrolments/${enrolments.at(-1)!.uuid}/result`, {
      status: 'passed',
      grade: '71',
      identity_verified: true,
      awarded_on: '2026-11-01',
    })
    await world.settle()
    const done = (await world.ask('ada', enrolmentDocument, { id: enrolment.id })).data.node
    expect(done).toMatchObject({ status: 'COMPLETED', creditRecord: { status: 'AWARDED', credit: { amount: '15' } } })
    const { data } = await world.ask(
      'ada',
      '{ qualification(institutionSlug: "the-open-university", slug: "pg-certificate-professional-practice") { id } viewer { learner { creditRecords { nodes { id } } } } }',
    )
    const records = data.viewer.learner.creditRecords.nodes.map((one: { id: string }) => one.id)
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
    const persona = await linked('karen')
    const id = await anyRun((days) => days > 0)
    const same = { idempotencyKey: 'once' }
    const answers = await Promise.all(Array.from({ length: 5 }, () => enrol(persona, id, same)))
    const ids = new Set(answers.map((answer) => answer.data.enrol.enrolment.id))
    expect(ids.size).toBe(1)
    const [enrolmentId] = ids
    expect((await world.ask('grace', enrolmentDocument, { id: enrolmentId })).data.node).toBeNull()
    expect((await enrol(persona, id)).data.enrol.userErrors[0].code).toBe('ALREADY_ENROLLED')
    expect((await enrol(persona, id, { ...same, paymentMethod: 'PAYPAL' })).data.enrol.userErrors[0].code).toBe(
      'IDEMPOTENCY_CONFLICT',
    )
  })

  it('a place that nobody pays for is free again after the hold', async () => {
    const persona = await linked('harry')
    const { data } = await enrol(persona, await anyRun((days) => days > 0))
    world.pass(45)
    await world.settle()
    expect((await world.ask(persona, enrolmentDocument, { id: data.enrol.enrolment.id })).data.node.status).toBe(
      'EXPIRED',
    )
    world.pass(-45)
  })
})

describe('refunds', () => {
  async function registered(persona: string, runId: string) {
    const { data } = await enrol(persona, runId)
    await pay(data.enrol.payment.action.redirectUrl, '5555555555554444')
    await world.ask(persona, completeDocument, { id: data.enrol.payment.id })
    await world.settle()
    return data.enrol.enrolment.id as string
  }

  it('13 days after the start the money goes back and the registration is withdrawn', async () => {
    const persona = await linked('ruth')
    const id = await registered(persona, await anyRun((days) => days < -12.5 && days > -13.9))
    const asked = await world.ask(persona, refundDocument, { id, key: 'back' })
    expect(asked.data.requestRefund.userErrors).toEqual([])
    await world.settle()
    expect((await world.ask(persona, enrolmentDocument, { id })).data.node).toMatchObject({
      status: 'REVOKED',
      payment: { refunds: [{ status: 'SUCCEEDED' }] },
    })
  })

  it('15 days after the start it is too late, and the answer says since when', async () => {
    const persona = await linked('lars')
    const id = await registered(persona, await anyRun((days) => days < -14.5 && days > -15.9))
    const { data } = await world.ask(persona, refundDocument, { id, key: 'late' })
    expect(data.requestRefund).toMatchObject({
      refund: null,
      userErrors: [{ code: 'REFUND_WINDOW_CLOSED', closedAt: expect.any(String) }],
    })
  })
})

describe('without an account at the partner', () => {
  it('enrolling answers with the invitation, and works once it is followed', async () => {
    const id = await anyRun((days) => days > 0)
    const first = await enrol('grace', id)
    expect(first.data.enrol.enrolment).toBeNull()
    const [{ code, partnerAccount }] = first.data.enrol.userErrors
    expect(code).toBe('PARTNER_ACCOUNT_REQUIRED')
    await fetch(partnerAccount.invitationUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect((await enrol('grace', id)).data.enrol.userErrors).toEqual([])
  })
})

describe('by PayPal', () => {
  it('an approved order is captured and registered', async () => {
    const persona = await linked('petra')
    const { data } = await enrol(persona, await anyRun((days) => days > 0), { paymentMethod: 'PAYPAL' })
    const order = new URL(data.enrol.payment.action.redirectUrl).searchParams.get('token')
    await world.control('paypal', `orders/${order}/approve`)
    const completed = await world.ask(persona, completeDocument, { id: data.enrol.payment.id })
    expect(completed.data.completePayment.payment.status).toBe('SUCCEEDED')
    await world.settle()
    expect((await world.ask(persona, enrolmentDocument, { id: data.enrol.enrolment.id })).data.node.status).toBe(
      'REGISTERED',
    )
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
