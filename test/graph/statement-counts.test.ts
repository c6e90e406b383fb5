/** Tests that an operation's statement count is small and independent of page size. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { policyById, policyInForce } from '../../src/transfers/policies/policy.loaders.ts'
import { fillDatabase, subjectOf } from '../bench/fill.ts'
import { catalogue, courseIds, dashboard, eligibility, eligibilityBatch, recordIds } from '../bench/workloads.ts'
import { qualificationId } from '../support/world/awarded.ts'
import { startWorld, type World } from '../support/world/world.ts'

const learner = `learner:${subjectOf(0)}`
const size = {
  courses: 60,
  runs: 180,
  learners: 30,
  enrolments: 400,
  refunds: 40,
  creditRecords: 200,
  applications: 20,
}
let world: World
let qualification: string
let slugs: string[]

beforeAll(async () => {
  world = await startWorld()
  const client = new pg.Client({ connectionString: world.databaseUrl })
  await client.connect()
  try {
    await fillDatabase(client, size, world.app.settings.issuer, new Date())
  } finally {
    await client.end()
  }
  qualification = await qualificationId(world, 'the-open-university', 'pg-certificate-professional-practice')
  const { courses } = (await world.ask(null, '{ courses(first: 60) { nodes { slug } } }')).data
  slugs = courses.nodes.map(({ slug }: { slug: string }) => slug)
  // Whoever comes for the first time is looked up and written down.
  for (const persona of [learner, 'operator', 'registrar']) await world.ask(persona, '{ viewer { __typename } }')
})
afterAll(() => world?.close())

/** Answer and number of statements of one operation. */
async function counted(persona: string | null, document: string, variables: object) {
  await world.app.answers.forget()
  const before = world.app.read.sent
  const { data, errors } = await world.ask(persona, document, variables)
  expect(errors).toBeUndefined()
  return { data, statements: world.app.read.sent - before }
}

/** The compiled query must do as well as the interpreted one: asked until it is compiled. */
const times = [1, 2, 3, 4]

describe('statements of an operation', () => {
  it.each(times)('a dashboard takes the same four at most for 5 enrolments and for 20 (time %i)', async () => {
    const short = await counted(learner, dashboard, { first: 5 })
    const long = await counted(learner, dashboard, { first: 20 })
    expect(short.statements).toBeLessThanOrEqual(4)
    expect(long.statements).toBe(short.statements)
    const { nodes } = long.data.viewer.learner.enrolments
    expect(nodes).toHaveLength(20)
    for (const { run, payment } of nodes) {
      expect(run.course.title).toMatch(/^Microcredential/)
      expect(payment).toMatchObject({ status: 'SUCCEEDED', amount: { amountMinor: 12000, currency: 'GBP' } })
    }
    const refunds = nodes.flatMap(({ payment }: { payment: { refunds: object[] } }) => payment.refunds)
    expect(refunds).toHaveLength(2)
    expect(refunds[0]).toMatchObject({ status: 'SUCCEEDED', amount: { amountMinor: 2000 } })
    expect(nodes.filter(({ creditRecord }: { creditRecord: unknown }) => creditRecord !== null)).toHaveLength(10)
  })

  it.each(times)('the credit that enrolments earned comes with their list: no statement more (time %i)', async () => {
    const list = (fields: string) =>
      counted(learner, `{ viewer { learner { enrolments { nodes { ${fields} } } } } }`, {})
    const [without, withCredit] = [await list('id'), await list('id creditRecord { id grade }')]
    expect(withCredit.statements).toBe(without.statements)
    const { nodes } = withCredit.data.viewer.learner.enrolments
    expect(nodes.some(({ creditRecord }: { creditRecord: unknown }) => creditRecord !== null)).toBe(true)
  })

  it('what a list has joined is what each enrolment says by itself', async () => {
    const fields = `id status run { id startsAt endsAt price { amountMinor } course { id slug title description } }
      payment { id status createdAt capturedAt amount { amountMinor } refunded { amountMinor }
        refunds { id status requestedAt settledAt reason payment { id } } }
      creditRecord { id status awardedOn grade transcript { learningOutcomes } }
      refundability { refundable reasonCode deadline }`
    const list = await counted(learner, `{ viewer { learner { enrolments { nodes { ${fields} } } } } }`, {})
    const { nodes } = list.data.viewer.learner.enrolments
    expect(nodes).toHaveLength(20)
    const alone = `query ($id: ID!) { node(id: $id) { ... on Enrolment { ${fields} } } }`
    for (const node of nodes) expect((await counted(learner, alone, { id: node.id })).data.node).toEqual(node)
  })

  it.each(times)('a catalogue page takes the same three at most for 5 courses and for 20 (time %i)', async () => {
    // Answers to nobody in particular are kept, and take none at all.
    const short = await counted(learner, catalogue, { first: 5 })
    const long = await counted(learner, catalogue, { first: 20 })
    expect(short.statements).toBeLessThanOrEqual(3)
    expect(long.statements).toBe(short.statements)
    expect(long.data.courses.nodes).toHaveLength(20)
    for (const { nextRun } of long.data.courses.nodes) expect(nextRun.price.amountMinor).toBeGreaterThan(0)
  })

  it('a catalogue page with the runs of every course, its institution and its freshness does not grow either', async () => {
    const document = `query ($first: Int) { courses(first: $first) { nodes {
      title freshness { stale } awardingInstitution { name } runs(first: 3) { nodes { id price { amountMinor } } } } } }`
    const short = await counted(learner, document, { first: 5 })
    const long = await counted(learner, document, { first: 20 })
    expect(short.statements).toBeLessThanOrEqual(3)
    expect(long.statements).toBe(short.statements)
  })

  it('whether the viewer can enrol on each run of a page takes seven at most, for 5 runs and for 60', async () => {
    const document = `query ($first: Int) { courses(first: $first) { nodes {
      nextRun { placesRemaining viewerEnrolment { id } enrolability { possible reasonCode reason } } } } }`
    const short = await counted(learner, document, { first: 5 })
    const long = await counted(learner, document, { first: 60 })
    expect(short.statements).toBeLessThanOrEqual(7)
    expect(long.statements).toBe(short.statements)
    for (const { nextRun } of long.data.courses.nodes)
      expect(nextRun.enrolability.possible).toEqual(expect.any(Boolean))
  })

  it.each(times)('a question about three credit records takes four at most (time %i)', async () => {
    const ask = (records: number) =>
      counted(learner, eligibility, { input: { qualificationId: qualification, creditRecordIds: recordIds(records) } })
    const [one, three] = [await ask(1), await ask(3)]
    expect(three.statements).toBeLessThanOrEqual(4)
    expect(three.statements).toBe(one.statements)
    expect(three.data.transferEligibility.claims).toHaveLength(3)
  })

  it('a batch of a thousand questions takes eight at most, and as many as a batch of ten', async () => {
    const courses = courseIds(size.courses)
    const ask = (questions: number) =>
      counted('operator', eligibilityBatch, {
        inputs: Array.from({ length: questions }, (_, n) => ({
          qualificationId: qualification,
          creditRecordIds: recordIds((n % 100) + 1, n % 100),
          courseIds: [courses[n % courses.length]],
          clientRef: `${n}`,
        })),
      })
    const [ten, thousand] = [await ask(10), await ask(1000)]
    expect(thousand.statements).toBeLessThanOrEqual(8)
    expect(thousand.statements).toBe(ten.statements)
    const answers = thousand.data.transferEligibilityBatch
    expect(answers.map(({ clientRef }: { clientRef: string }) => clientRef)).toEqual(
      Array.from({ length: 1000 }, (_, n) => `${n}`),
    )
  })

  it.each<[string, number, string, (n: number) => object]>([
    ['courses by id', 2, learner, (n) => ({ __typename: 'Course', id: courseIds(60)[n] })],
    ['courses by slug', 3, learner, (n) => ({ __typename: 'Course', slug: slugs[n] })],
    ['credit records', 2, 'operator', (n) => ({ __typename: 'CreditRecord', id: recordIds(60)[n] })],
    [
      'credit records that are not theirs',
      2,
      'registrar',
      (n) => ({ __typename: 'CreditRecord', id: recordIds(60)[n] }),
    ],
  ])('for a router %s take %i at most, for two and for forty', async (_name, most, persona, keyOf) => {
    const document = `query ($r: [_Any!]!) { _entities(representations: $r) {
      ... on Course { title awardingInstitution { name } } ... on CreditRecord { status course { title } } } }`
    const ask = (length: number) => counted(persona, document, { r: Array.from({ length }, (_, n) => keyOf(n)) })
    const [two, forty] = [await ask(2), await ask(40)]
    expect(two.statements).toBeLessThanOrEqual(most)
    expect(forty.statements).toBe(two.statements)
    const seen = forty.data._entities.filter((one: object | null) => one !== null)
    expect(seen).toHaveLength(persona === 'registrar' ? 0 : 40)
  })
})

type Plan = { 'Relation Name'?: string; 'Index Cond'?: string; Plans?: Plan[] }
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

describe('the policies of a qualification', () => {
  it('are reached by an index, however many others there are', async () => {
    const client = new pg.Client({ connectionString: world.databaseUrl })
    await client.connect()
    const reads: Plan[] = []
    const read = {
      async rows({ text }: { text: string }, values: unknown[]) {
        const [row] = (await client.query(`explain (format json) ${text}`, values)).rows
        reads.push(...nodesOf(row['QUERY PLAN'][0].Plan).filter((node) => node['Relation Name'] === 'transfer_policy'))
        return (await client.query(text, values)).rows.map((one) => ({ ...one, slot: one.slot ?? 1 }))
      },
    }
    const context = { read: read as never, loads: new Map() }
    try {
      await client.query('begin')
      await client.query(`insert into qualification select (jsonb_populate_record(null::qualification,
        to_jsonb(q) || jsonb_build_object('id', gen_random_uuid(), 'slug', 'many-' || n))).*
        from (select * from qualification limit 1) q, generate_series(1, 500) n`)
      await client.query(`insert into transfer_policy select (jsonb_populate_record(null::transfer_policy,
        to_jsonb(t) || jsonb_build_object('id', gen_random_uuid(), 'qualification_id', q.id, 'version', v,
          'declared_effective_to', null, 'effective_from', date '2015-01-01' + v * 365))).*
        from (select * from transfer_policy limit 1) t, (select id from qualification where slug like 'many-%') q,
          generate_series(1, 4) v`)
      await client.query('analyze qualification, transfer_policy')
      const [one] = (await client.query("select id from qualification where slug = 'many-7'")).rows
      const policy = await policyInForce(context, { qualificationId: one.id, asOf: '2017-06-01' })
      expect(policy).toMatchObject({ version: 2 })
      expect(await policyById(context, (policy as unknown as { id: string }).id)).toMatchObject({ version: 2 })
    } finally {
      await client.query('rollback')
      await client.end()
    }
    expect(reads.length).toBeGreaterThan(2)
    for (const node of reads) expect(node).toHaveProperty('Index Cond')
  })
})
