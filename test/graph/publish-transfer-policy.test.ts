/** Tests that published policy versions never overlap and can be tried beforehand. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { inDays, linked, newKey } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let leadership: string
beforeAll(async () => {
  world = await startWorld()
  leadership = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
})
afterAll(() => world?.close())

interface Payload {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  policy: any
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  userErrors: any[]
}
const terms = { agreement: 'AUTOMATIC', maxCredit: '60', acceptedLevels: [7], granularity: '15' }
const day = (days: number) => inDays(days).slice(0, 10)
const errors = 'userErrors { code field ... on PolicyOverlap { policy { version } } }'
function publish(who: string | null, more: object = {}): Promise<Payload> {
  const document = `mutation ($input: PublishTransferPolicyInput!) { publishTransferPolicy(input: $input) {
    policy { id version effectiveFrom effectiveTo publishedBy } ${errors} } }`
  return answerOf(world, who, document, {
    input: { qualificationId: leadership, ...terms, effectiveFrom: day(30), ...more },
  })
}

it('says beforehand which past answers would be others, and changes none', async () => {
  const persona = await linked(world, 'delia')
  const record = await awarded(world, persona)
  const apply = 'mutation ($input: ApplyForTransferInput!) { applyForTransfer(input: $input) { application { id } } }'
  const input = { qualificationId: leadership, creditRecordIds: [record], idempotencyKey: newKey() }
  const { application } = (await answerOf(world, persona, apply, { input })) as { application: { id: string } }
  const dryRun = (more: object) =>
    answerOf(
      world,
      'registrar-2',
      `query ($input: PublishTransferPolicyInput!) { transferPolicyDryRun(input: $input, first: 5) { examined changed ${errors}
        cases { totalCount nodes { application { id } before { transferable } after { transferable outcome policy { id } statement } } } } }`,
      { input: { qualificationId: leadership, ...terms, effectiveFrom: day(30), ...more } },
    )
  expect(await dryRun({})).toMatchObject({
    examined: 1,
    changed: 0,
    userErrors: [],
    cases: { totalCount: 0, nodes: [] },
  })
  expect(await dryRun({ minimumGrade: '90' })).toEqual({
    examined: 1,
    changed: 1,
    userErrors: [],
    cases: {
      totalCount: 1,
      nodes: [
        {
          application: { id: application.id },
          before: { transferable: '15' },
          after: { transferable: '0', outcome: 'INELIGIBLE', policy: null, statement: null },
        },
      ],
    },
  })
  // The qualification wants another level by now.
  const levels = (more: object[]) =>
    world.app.orm.em
      .fork()
      .execute('update qualification set levels = ?::jsonb where slug = ?', [
        JSON.stringify([{ level: 7, credit: '180' }, ...more]),
        'msc-leadership',
      ])
  await levels([{ level: 8, credit: '60' }])
  expect(await dryRun({ levelCaps: [{ level: 8, credit: '30' }] })).toMatchObject({ examined: 1, changed: 0 })
  await levels([])
  expect(await dryRun({ effectiveFrom: '2025-08-01' })).toMatchObject({
    userErrors: [{ code: 'POLICY_OVERLAP', policy: { version: 2 } }],
    cases: null,
  })
})

it('of versions published at once for one day one is made, and it ends the open one the day before', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => publish('registrar-2')))
  const made = answers.filter(({ policy }) => policy !== null)
  expect(made.map(({ policy }) => policy.version)).toEqual([3])
  expect(made[0]?.policy.publishedBy).toContain('Idris Farrell')
  for (const { policy, userErrors } of answers)
    if (!policy) expect(userErrors).toMatchObject([{ code: 'POLICY_OVERLAP', policy: { version: 3 } }])
  const { data } = await world.ask(
    null,
    `query ($today: Date!, $later: Date!) { qualification(institutionSlug: "university-of-northmoor", slug: "msc-leadership") {
      now: transferPolicy(asOf: $today) { version effectiveTo publishedBy } later: transferPolicy(asOf: $later) { version } } }`,
    { today: day(0), later: day(30) },
  )
  expect(data.qualification).toEqual({
    now: { version: 2, effectiveTo: day(29), publishedBy: null },
    later: { version: 3 },
  })
})

it('the same key finds the same version, and only its own institution publishes', async () => {
  const more = { effectiveFrom: day(60), idempotencyKey: newKey() }
  const [first, second] = [await publish('institution-client-2', more), await publish('institution-client-2', more)]
  expect(first.policy.id).toBe(second.policy.id)
  expect((await publish('registrar')).userErrors).toEqual([{ code: 'FORBIDDEN', field: ['input', 'qualificationId'] }])
  await expect(publish('ada')).rejects.toThrow('FORBIDDEN')
  await expect(publish(null)).rejects.toThrow('UNAUTHENTICATED')
})

it.each([
  [{ granularity: '0' }, ['input', 'granularity']],
  [{ levelCaps: [{ level: 6, credit: '30' }] }, ['input', 'levelCaps', '0', 'level']],
  [{ acceptedLevels: [7, 2] }, ['input', 'acceptedLevels', '1']],
  [{ maxCredit: '-1' }, ['input', 'maxCredit']],
  [{ maxCredit: '123456789012' }, ['input', 'maxCredit']],
  [{ minimumGrade: '101' }, ['input', 'minimumGrade']],
  [{ maximumAgeYears: -1 }, ['input', 'maximumAgeYears']],
  [{ effectiveTo: '2020-01-01' }, ['input', 'effectiveTo']],
])('refuses %j, naming the field', async (more, field) => {
  expect((await publish('registrar-2', more)).userErrors).toEqual([{ code: 'INVALID_INPUT', field }])
})

it('a course counts towards those that admit it, as the filter of courses has it', async () => {
  // Facts that decide nothing by themselves: a level of two meanings, a subject and an assessment that are not stated.
  const eqf = { amount: '15', scheme: 'CATS', level: 5, framework: 'EQF' }
  await world.control('partner', 'programs/machine-learning-foundations', { assessment: null })
  await world.control('partner', 'programs/data-protection-law', { subject: null })
  await world.control('partner', 'programs/responsible-ai-in-practice', { credit: eqf })
  await world.settle()
  const { data } = await world.ask(
    null,
    `{ courses(first: 100) { nodes { id slug countsTowards(first: 100) { totalCount nodes { id } } } }
       qualifications(first: 100) { nodes { id } } }`,
  )
  interface Listed {
    id: string
    slug: string
    countsTowards: { totalCount: number; nodes: { id: string }[] }
  }
  const courses = data.courses.nodes as Listed[]
  for (const { countsTowards } of courses) expect(countsTowards.totalCount).toBe(countsTowards.nodes.length)
  const towards = (id: string) =>
    courses.filter(({ countsTowards }) => countsTowards.nodes.some((one) => one.id === id)).map(({ slug }) => slug)
  for (const { id } of data.qualifications.nodes) {
    const found = await world.ask(
      null,
      'query ($id: ID!) { courses(first: 100, filter: { countsTowardsQualificationId: $id }) { nodes { slug } } }',
      { id },
    )
    const slugs = found.data.courses.nodes.map(({ slug }: { slug: string }) => slug)
    expect(slugs.toSorted()).toEqual(towards(id).toSorted())
  }
  expect(towards(leadership)).toContain('evidence-based-coaching')
  const dataScience = await qualificationId(world, 'university-of-northmoor', 'pg-certificate-data-science')
  expect(towards(dataScience)).toEqual(['data-protection-law'])
})

it('a thousand questions are answered with at most eight statements', async () => {
  const { data } = await world.ask(null, '{ courses(first: 20) { nodes { id credit { amount } } } }')
  const courses = data.courses.nodes.filter((one: { credit: object | null }) => one.credit)
  const inputs = Array.from({ length: 1000 }, (_, index) => ({
    qualificationId: leadership,
    courseIds: [courses[index % courses.length].id],
    clientRef: `${index}`,
  }))
  const before = world.app.read.sent
  const answer = await world.ask(
    null,
    'query ($inputs: [TransferEligibilityInput!]!) { transferEligibilityBatch(inputs: $inputs) { ... on TransferEligibility { clientRef outcome digest } } }',
    { inputs },
  )
  expect(world.app.read.sent - before).toBeLessThanOrEqual(8)
  expect(answer.data.transferEligibilityBatch.map((one: { clientRef: string }) => one.clientRef)).toEqual(
    inputs.map(({ clientRef }) => clientRef),
  )
})
