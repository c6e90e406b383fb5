/** Tests that transfer eligibility asked of another day knows only that day's facts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { inDays, linked, newKey, newRun, registered, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let leadership: string
beforeAll(async () => {
  world = await startWorld()
  leadership = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
})
afterAll(() => world?.close())

const day = (days: number) => inDays(days).slice(0, 10)
const MINUTES_PER_DAY = 24 * 60

interface Answer {
  outcome: string
  asOf: string
  transferable: string
  policy: { version: number } | null
  claims: { status: string; findings: { rule: string; status: string; message: string }[] }[]
}

const document = `query ($input: TransferEligibilityInput!) { transferEligibility(input: $input) {
  outcome asOf transferable policy { version } claims { status findings { rule status message } } } }`
const ask = async (who: string | null, more: object) =>
  (await answerOf(world, who, document, { input: { qualificationId: leadership, ...more } })) as Answer

/** What a rule found about the only claim on each of the days, counted from today. */
async function foundOn(rule: string, who: string, record: string, days: readonly (number | null)[]): Promise<string[]> {
  const answers = await Promise.all(
    days.map((days) => ask(who, { creditRecordIds: [record], ...(days !== null && { asOf: day(days) }) })),
  )
  return answers.map(({ claims }) => claims[0]!.findings.find((finding) => finding.rule === rule)!.status)
}

const apply = (who: string, record: string): Promise<{ application: { id: string } }> =>
  answerOf(
    world,
    who,
    'mutation ($input: ApplyForTransferInput!) { applyForTransfer(input: $input) { application { id } } }',
    { input: { qualificationId: leadership, creditRecordIds: [record], idempotencyKey: newKey() } },
  )

describe('a day in the past', () => {
  it('knows of an application only what there was of it that day', async () => {
    const persona = await linked(world, 'petra')
    const record = await awarded(world, persona)
    const withdrawn = (await apply(persona, record)).application
    const withdraw =
      'mutation ($id: ID!) { withdrawTransferApplication(input: { applicationId: $id }) { userErrors { code } } }'
    world.pass(2 * MINUTES_PER_DAY)
    await answerOf(world, persona, withdraw, { id: withdrawn.id })
    world.pass(2 * MINUTES_PER_DAY)
    const { application } = await apply(persona, record)
    world.pass(2 * MINUTES_PER_DAY)
    const decide =
      'mutation ($id: ID!) { decideTransferApplication(input: { applicationId: $id, decision: AGREE }) { userErrors { code } } }'
    await answerOf(world, 'registrar-2', decide, { id: application.id })
    // Applied on day 0, withdrawn on day 2, applied on day 4, agreed on day 6, which is today.
    const found = await foundOn('DOUBLE_COUNTING', persona, record, [-1, 0, 1, 2, 3, 4, 5, 6, null])
    world.pass(-6 * MINUTES_PER_DAY)
    expect(found).toEqual(['PASS', 'REVIEW', 'REVIEW', 'PASS', 'PASS', 'REVIEW', 'REVIEW', 'FAIL', 'FAIL'])
  })

  it('knows of a suspension or revocation only what there was of it that day', async () => {
    const persona = await linked(world, 'quentin')
    const run = await newRun(world, {})
    const { enrolmentId } = await registered(world, persona, run.id)
    const { enrolments } = await world.partnerLedger()
    const passed = { status: 'passed', grade: '64.5', identity_verified: true, awarded_on: day(-1) }
    await world.control('partner', `program_enrolments/${enrolments.at(-1)?.uuid}/result`, passed)
    await world.settle()
    const { data } = await world.ask(persona, '{ viewer { learner { creditRecords { nodes { id } } } } }')
    const record = data.viewer.learner.creditRecords.nodes[0].id
    world.pass(2 * MINUTES_PER_DAY)
    expect((await requestRefund(world, persona, enrolmentId)).userErrors).toEqual([])
    await world.settle()
    const found = await foundOn('STANDING', persona, record, [-1, 0, 1, 2, null, 9])
    world.pass(-2 * MINUTES_PER_DAY)
    expect(found).toEqual(['PASS', 'PASS', 'PASS', 'FAIL', 'FAIL', 'FAIL'])
  })

  it('does not see credit that was awarded later', async () => {
    const persona = await linked(world, 'rosalind')
    const record = await awarded(world, persona)
    const { outcome, claims } = await ask(persona, { creditRecordIds: [record], asOf: day(-2) })
    expect([outcome, claims[0]!.status]).toEqual(['INELIGIBLE', 'REJECTED'])
    expect(await foundOn('AGE', persona, record, [-2, -1, 0])).toEqual(['FAIL', 'PASS', 'PASS'])
  })
})

describe('a day in the future', () => {
  it('is answered by the policy of that day, for a course as if it were passed then', async () => {
    const { data } = await world.ask(null, '{ course(slug: "evidence-based-coaching") { id } }')
    const publish = `mutation ($input: PublishTransferPolicyInput!) { publishTransferPolicy(input: $input) { policy { version } } }`
    const terms = { agreement: 'SUBJECT_TO_AGREEMENT', maxCredit: '30', acceptedLevels: [7], granularity: '30' }
    await answerOf(world, 'registrar-2', publish, {
      input: { qualificationId: leadership, ...terms, effectiveFrom: day(40) },
    })
    const courseIds = [data.course.id]
    expect(await ask(null, { courseIds, asOf: day(39) })).toMatchObject({
      outcome: 'ELIGIBLE',
      asOf: day(39),
      transferable: '15',
      policy: { version: 2 },
    })
    expect(await ask(null, { courseIds, asOf: day(40) })).toMatchObject({
      outcome: 'INELIGIBLE',
      asOf: day(40),
      transferable: '0',
      policy: { version: 3 },
    })
    const { claims } = await ask(null, { courseIds, asOf: '2099-02-28' })
    expect(claims[0]!.findings.find(({ rule }) => rule === 'AGE')?.status).toBe('PASS')
  })
})

it('a subject that the partner does not state is unknown, not another one', async () => {
  const slug = 'evidence-based-coaching'
  await world.control('partner', `programs/${slug}`, { subject: null })
  await world.settle()
  const { data } = await world.ask(null, `{ course(slug: "${slug}") { id subject } }`)
  expect(data.course.subject).toBe('other')
  const answer = await ask(null, { courseIds: [data.course.id] })
  expect(answer).toMatchObject({ outcome: 'NEEDS_REVIEW', claims: [{ status: 'REVIEW' }] })
  const found = answer.claims[0]!.findings.find(({ rule }) => rule === 'SUBJECT')
  expect(found).toMatchObject({ status: 'UNKNOWN', message: expect.stringContaining('subject is not known') })
})
