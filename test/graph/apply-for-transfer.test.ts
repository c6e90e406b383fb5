/** Applying reserves credit once, whoever asks at the same time; the institution's answer is carried back. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startWorld, type World } from '../support/world.ts'

let world: World
let record: string
beforeAll(async () => {
  world = await startWorld()
  const { data } = await world.ask('ada', '{ viewer { learner { creditRecords { nodes { id } } } } }')
  record = data.viewer.learner.creditRecords.nodes[0].id
})
afterAll(() => world?.close())

const applyDocument = `mutation ($input: ApplyForTransferInput!) { applyForTransfer(input: $input) {
  application { id status eligibility { transferable digest statement policy { version } } creditRecords { id uses { status } } }
  userErrors { __typename code ... on NotEligible { eligibility { transferable } } } } }`
const decideDocument = `mutation ($input: DecideTransferApplicationInput!) { decideTransferApplication(input: $input) {
  application { status agreedCredit reasons } userErrors { code field } } }`
const withdrawDocument = `mutation ($id: ID!) { withdrawTransferApplication(input: { applicationId: $id }) {
  application { status } userErrors { code } } }`

/** A qualification of the institution into which Ada's record alone transfers. */
async function fitting(institution: string): Promise<string | null> {
  const { data } = await world.ask(
    null,
    'query ($slug: String!) { institution(slug: $slug) { qualifications { nodes { id } } } }',
    { slug: institution },
  )
  for (const { id } of data.institution.qualifications.nodes) {
    const answer = await world.ask(
      'ada',
      'query ($i: TransferEligibilityInput!) { transferEligibility(input: $i) { transferable } }',
      { i: { qualificationId: id, creditRecordIds: [record] } },
    )
    if (answer.data.transferEligibility.transferable !== '0') return id
  }
  return null
}

/** The institution whose staff `registrar-2` is. */
const northmoor = 'university-of-northmoor'

async function anyFitting(): Promise<{ id: string; staff: string; others: string }> {
  const own = await fitting('the-open-university')
  if (own) return { id: own, staff: 'registrar', others: 'registrar-2' }
  const id = await fitting(northmoor)
  if (id) return { id, staff: 'registrar-2', others: 'registrar' }
  throw new Error('the seed has no qualification that takes this record alone')
}

const apply = (qualificationId: string, key: string) =>
  world.ask('ada', applyDocument, { input: { qualificationId, creditRecordIds: [record], idempotencyKey: key } })

it('what would transfer as nothing is not applied for, and the answer says why', async () => {
  const { data } = await world.ask(
    null,
    '{ qualification(institutionSlug: "the-open-university", slug: "pg-certificate-professional-practice") { id } }',
  )
  const answer = await apply(data.qualification.id, 'none')
  expect(answer.data.applyForTransfer).toMatchObject({
    application: null,
    userErrors: [{ code: 'NOT_ELIGIBLE', eligibility: { transferable: '0' } }],
  })
})

it('of ten applications at once for one record exactly one wins, and withdrawing frees it', async () => {
  const { id } = await anyFitting()
  const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => apply(id, `race-${at}`)))
  const won = answers.filter((answer) => answer.data.applyForTransfer.application !== null)
  expect(won).toHaveLength(1)
  const codes = answers.flatMap((answer) =>
    answer.data.applyForTransfer.userErrors.map((one: { code: string }) => one.code),
  )
  expect(new Set(codes)).toEqual(new Set(['CREDIT_ALREADY_USED']))
  const { application } = won[0]!.data.applyForTransfer
  expect(application).toMatchObject({ status: 'SUBMITTED', creditRecords: [{ uses: [{ status: 'RESERVED' }] }] })
  expect(application.eligibility.statement).toMatch(/^ey/)
  expect(
    (await world.ask('grace', withdrawDocument, { id: application.id })).data.withdrawTransferApplication.userErrors[0]
      .code,
  ).toBe('NOT_FOUND')
  expect(
    (await world.ask('ada', withdrawDocument, { id: application.id })).data.withdrawTransferApplication.application
      .status,
  ).toBe('WITHDRAWN')
  const again = await apply(id, 'after')
  expect(again.data.applyForTransfer.application.status).toBe('SUBMITTED')
  await world.ask('ada', withdrawDocument, { id: again.data.applyForTransfer.application.id })
})

it("only the qualification's own institution answers, and the learner sees its answer", async () => {
  const { id, staff, others } = await anyFitting()
  const made = await apply(id, 'decide')
  const applicationId = made.data.applyForTransfer.application.id
  const decline = { applicationId, decision: 'DECLINE', reasons: ['The module map differs.'] }
  expect(
    (await world.ask(others, decideDocument, { input: decline })).data.decideTransferApplication.userErrors[0].code,
  ).toBe('NOT_FOUND')
  const declined = await world.ask(staff, decideDocument, { input: decline })
  expect(declined.data.decideTransferApplication.application).toMatchObject({
    status: 'DECLINED',
    reasons: ['The module map differs.'],
  })
  const late = await world.ask(staff, decideDocument, { input: decline })
  expect(late.data.decideTransferApplication.userErrors[0].code).toBe('ILLEGAL_TRANSITION')
})
