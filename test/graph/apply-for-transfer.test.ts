/** Tests that credit of transfer applications counts once, whatever runs at the same time. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { linked, newKey } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
let leadership: string
let record: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'wanda')
  leadership = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
  record = await awarded(world, persona)
})
afterAll(() => world?.close())

const result = `application { id status agreedCredit reasons applicant { displayName email } learner { displayName }
    creditRecords { id } history { to cause } eligibility { transferable digest statement policy { version } claims { counted } } }
  userErrors { __typename code field ... on CreditAlreadyUsed { creditRecordIds }
    ... on NotEligible { eligibility { outcome transferable } } ... on IllegalTransition { from to } }`

interface Payload {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  application: any
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  userErrors: any[]
}

function apply(who: string, more: object = {}): Promise<Payload> {
  const input = { qualificationId: leadership, creditRecordIds: [record], idempotencyKey: newKey(), ...more }
  const document = `mutation ($input: ApplyForTransferInput!) { applyForTransfer(input: $input) { ${result} } }`
  return answerOf(world, who, document, { input })
}
const withdraw = (who: string, applicationId: string): Promise<Payload> =>
  answerOf(
    world,
    who,
    `mutation ($input: WithdrawTransferApplicationInput!) { withdrawTransferApplication(input: $input) { ${result} } }`,
    { input: { applicationId } },
  )
const decide = (who: string, applicationId: string, decision: string, more: object = {}): Promise<Payload> =>
  answerOf(
    world,
    who,
    `mutation ($input: DecideTransferApplicationInput!) { decideTransferApplication(input: $input) { ${result} } }`,
    { input: { applicationId, decision, ...more } },
  )
const uses = async (who: string) => {
  const document =
    'query ($id: ID!) { node(id: $id) { ... on CreditRecord { holderName learner { id } uses { status application { id } qualification { title } } } } }'
  return (await world.ask(who, document, { id: record })).data.node
}

describe('applying', () => {
  it('of ten applications for one record at once exactly one is made, and withdrawing it frees the record', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => apply(persona)))
    const made = answers.filter(({ application }) => application !== null)
    expect(made).toHaveLength(1)
    for (const { application, userErrors } of answers) {
      if (application === null)
        expect(userErrors).toMatchObject([{ code: 'CREDIT_ALREADY_USED', creditRecordIds: [record] }])
    }
    const { id } = made[0]!.application
    expect((await uses(persona)).uses).toMatchObject([{ status: 'RESERVED', application: { id } }])
    expect((await withdraw(persona, id)).application.status).toBe('WITHDRAWN')
    expect((await uses(persona)).uses).toEqual([])
    expect((await withdraw(persona, id)).userErrors).toEqual([])
    expect((await decide('registrar-2', id, 'AGREE')).userErrors).toMatchObject([
      { code: 'ILLEGAL_TRANSITION', from: 'WITHDRAWN', to: 'AGREED' },
    ])
  })

  it('the same key finds the same application', async () => {
    const idempotencyKey = newKey()
    const answers = await Promise.all(Array.from({ length: 5 }, () => apply(persona, { idempotencyKey })))
    expect(new Set(answers.map(({ application }) => application.id)).size).toBe(1)
    await withdraw(persona, answers[0]!.application.id)
  })

  it('where nothing would count it says so with the eligibility, and nothing is reserved', async () => {
    const certificate = await qualificationId(world, 'the-open-university', 'pg-certificate-professional-practice')
    const { application, userErrors } = await apply(persona, { qualificationId: certificate })
    expect(application).toBeNull()
    expect(userErrors).toMatchObject([
      { code: 'NOT_ELIGIBLE', eligibility: { outcome: 'INELIGIBLE', transferable: '0' } },
    ])
    expect((await uses(persona)).uses).toEqual([])
  })

  it("another learner's record reads like none, and who is no learner may not apply", async () => {
    const { userErrors } = await apply('grace')
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'creditRecordIds', '0'] }])
    await expect(apply('operator')).rejects.toThrow('FORBIDDEN')
  })
})

describe('deciding', () => {
  it('the institution sees the applicant but not the learner, agrees, and the credit is counted for good', async () => {
    const made = (await apply(persona)).application
    expect(made.eligibility).toMatchObject({ transferable: '15', claims: [{ counted: '15' }] })
    const queue = `{ viewer { staff { transferApplications(status: [SUBMITTED], qualificationId: "${leadership}") { totalCount nodes {
      id learner { id } applicant { displayName email } creditRecords { holderName learner { id } } } } } } }`
    const { data } = await world.ask('registrar-2', queue)
    expect(data.viewer.staff.transferApplications).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          id: made.id,
          learner: null,
          applicant: { displayName: 'Wanda Learner', email: 'wanda@example.org' },
          creditRecords: [{ holderName: 'Wanda Learner', learner: null }],
        },
      ],
    })
    expect((await decide('registrar', made.id, 'AGREE')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }])
    expect((await decide('registrar-2', made.id, 'AGREE_IN_PART')).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['input', 'agreedCredit'] },
    ])
    const agreed = await decide('institution-client-2', made.id, 'AGREE', { reasons: ['Welcome.'] })
    expect(agreed).toMatchObject({
      application: { status: 'AGREED', agreedCredit: '15', reasons: ['Welcome.'] },
      userErrors: [],
    })
    expect(agreed.application.history.map(({ to }: { to: string }) => to)).toEqual(['SUBMITTED', 'AGREED'])
    expect(agreed.application.eligibility).toEqual(made.eligibility)
    expect((await uses(persona)).uses).toMatchObject([
      { status: 'COUNTED', qualification: { title: 'MSc Leadership' } },
    ])
    expect(await uses('registrar')).toBeNull()
    expect((await apply(persona)).userErrors).toMatchObject([{ code: 'CREDIT_ALREADY_USED' }])
    const statement = await world.app.signer.verify(made.eligibility.statement)
    expect(statement).toMatchObject({ sub: made.id, transferable: '15', digest: made.eligibility.digest })
  })

  it('whoever is no party to an application does not find it', async () => {
    const { data } = await world.ask(
      persona,
      '{ viewer { learner { transferApplications(first: 1) { nodes { id } } } } }',
    )
    const [{ id }] = data.viewer.learner.transferApplications.nodes
    const document = 'query ($id: ID!) { node(id: $id) { id } }'
    for (const [who, found] of [
      ['registrar-2', { id }],
      ['operator', { id }],
      ['registrar', null],
      ['grace', null],
      [null, null],
    ] as const)
      expect((await world.ask(who, document, { id })).data.node).toEqual(found)
  })
})
