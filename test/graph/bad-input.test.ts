/** What does not fit is refused by its name, says what was expected, and writes nothing. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { inDays, newRun } from '../support/study.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let runId: string
beforeAll(async () => {
  world = await startWorld()
  runId = (await newRun(world)).id
})
afterAll(() => world?.close())

const rows = async () => {
  const em = world.app.orm.em.fork()
  const tables = [
    'enrolment',
    'payment',
    'refund',
    'idempotency_key',
    'history_entry',
    'credit_share',
    'transfer_policy',
  ]
  const counts = await Promise.all(tables.map((table) => em.execute(`select count(*)::int as count from ${table}`)))
  return counts.map(([row]) => (row as { count: number }).count)
}

describe('page arguments', () => {
  it.each([
    ['first: 0', '"first" must be between 1 and 100, not 0.', ['first']],
    ['first: -1', '"first" must be between 1 and 100, not -1.', ['first']],
    ['first: 101', '"first" must be between 1 and 100, not 101.', ['first']],
    ['last: 0', '"last" must be between 1 and 100, not 0.', ['last']],
    ['first: 1, last: 1', 'Give "first" or "last", not both.', ['last']],
    ['after: "nonsense"', '"after" is not a cursor of this list; pass one that this list gave.', ['after']],
    [
      'before: "WyJpbnN0aXR1dGlvbnMiXQ"',
      '"before" is not a cursor of this list; pass one that this list gave.',
      ['before'],
    ],
  ])('courses(%s)', async (args, message, field) => {
    const { errors } = await world.ask(null, `{ courses(${args}) { totalCount } }`)
    expect(errors?.[0]).toMatchObject({ message, extensions: { code: 'BAD_USER_INPUT', field } })
  })

  it('a cursor of another order is none of this one', async () => {
    const { data } = await world.ask(null, '{ courses(first: 1, orderBy: TITLE) { pageInfo { endCursor } } }')
    const { errors } = await world.ask(
      null,
      'query ($c: String) { courses(orderBy: PRICE, after: $c) { totalCount } }',
      { c: data.courses.pageInfo.endCursor },
    )
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })
})

describe('ids', () => {
  it.each(['', 'nonsense', 'Q291cnNlOm5vbnNlbnNl', 'RW5yb2xtZW50OjAwMDAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA'])(
    'node("%s") is null',
    async (id) => {
      expect(await world.ask('ada', 'query ($id: ID!) { node(id: $id) { id } }', { id })).toMatchObject({
        data: { node: null },
      })
    },
  )

  it('more than 100 at once are too many', async () => {
    const { errors } = await world.ask(null, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array(101).fill('x'),
    })
    expect(errors?.[0]).toMatchObject({
      message: '"ids" has 101 ids; at most 100 fit.',
      extensions: { field: ['ids'] },
    })
  })
})

describe('enrol', () => {
  const document =
    'mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } payment { id } userErrors { code field message } } }'
  const good = () => ({
    courseRunId: runId,
    paymentMethod: 'CARD',
    returnUrl: 'https://app.example/',
    termsAccepted: true,
    idempotencyKey: 'bad',
  })

  it.each([
    ['an unknown run', { courseRunId: 'Q291cnNlUnVuOg' }, 'NOT_FOUND', ['input', 'courseRunId']],
    ['a blank key', { idempotencyKey: ' ' }, 'INVALID_INPUT', ['input', 'idempotencyKey']],
    ['terms not accepted', { termsAccepted: false }, 'INVALID_INPUT', ['input', 'termsAccepted']],
    ['an address that is not http', { returnUrl: 'javascript:alert(1)' }, 'INVALID_INPUT', ['input', 'returnUrl']],
    ['an address elsewhere', { returnUrl: 'https://evil.test/' }, 'INVALID_INPUT', ['input', 'returnUrl']],
  ])('with %s', async (_what, wrong, code, field) => {
    const before = await rows()
    const { data } = await world.ask('ada', document, { input: { ...good(), ...wrong } })
    expect(data.enrol).toEqual({
      enrolment: null,
      payment: null,
      userErrors: [{ code, field, message: expect.stringMatching(/^[A-Z].+\.$/) }],
    })
    expect(await rows()).toEqual(before)
  })

  it.each([
    [
      'not open yet',
      { enrolment_opens_at: inDays(3), enrolment_closes_at: inDays(9), start_time: inDays(10) },
      'ENROLMENT_CLOSED',
    ],
    [
      'closed',
      { enrolment_opens_at: inDays(-9), enrolment_closes_at: inDays(-1), start_time: inDays(10) },
      'ENROLMENT_CLOSED',
    ],
    [
      'over',
      { enrolment_opens_at: inDays(-90), enrolment_closes_at: inDays(9), start_time: inDays(-80), weeks_count: 2 },
      'ENROLMENT_CLOSED',
    ],
    [
      'full',
      { enrolment_opens_at: inDays(-1), enrolment_closes_at: inDays(7), start_time: inDays(12), capacity: 0 },
      'RUN_FULL',
    ],
  ])('on a run that is %s', async (_what, facts, code) => {
    const made = await world.control('partner', 'program_runs', {
      program_code: 'evidence-based-coaching',
      code: `bad-${_what}`.replaceAll(' ', '-'),
      weeks_count: 6,
      price: { minor: 100, currency: 'GBP' },
      ...facts,
    })
    expect(made.status).toBeLessThan(300)
    await world.settle()
    const start = new Date((facts as { start_time: string }).start_time).toISOString()
    const { data } = await world.ask(
      null,
      '{ course(slug: "evidence-based-coaching") { runs(first: 100) { nodes { id startsAt enrolmentClosesAt } } } }',
    )
    const run = data.course.runs.nodes.find(
      (one: { startsAt: string; enrolmentClosesAt: string }) =>
        Date.parse(one.startsAt) === Date.parse(start) &&
        Date.parse(one.enrolmentClosesAt) ===
          Date.parse((facts as { enrolment_closes_at: string }).enrolment_closes_at),
    )
    const before = await rows()
    const answer = await world.ask('ada', document, { input: { ...good(), courseRunId: run.id } })
    expect(answer.data.enrol).toMatchObject({
      enrolment: null,
      userErrors: [{ code, field: ['input', 'courseRunId'] }],
    })
    expect(await rows()).toEqual(before)
  })

  it('with a method that there is not', async () => {
    const { errors } = await world.ask('ada', document, { input: { ...good(), paymentMethod: 'CASH' } })
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    expect(errors?.[0]?.message).toContain('paymentMethod')
  })
})

describe('values that do not fit their type', () => {
  it.each([
    [
      '{ courses(filter: { startsAfter: "2026-02-30" }) { totalCount } }',
      'Date expects a calendar date, e.g. "2026-11-23".',
    ],
    [
      '{ courses(filter: { minCredit: 7.5 }) { totalCount } }',
      'Decimal expects an exact decimal number as a string of at most 20 characters, e.g. "7.5".',
    ],
    [
      '{ courses(filter: { currency: "pounds" }) { totalCount } }',
      'CurrencyCode expects a three-letter ISO 4217 code, e.g. "GBP".',
    ],
  ])('%s', async (document, message) => {
    const { errors } = await world.ask(null, document)
    expect(errors?.[0]?.message).toContain(message)
  })
})
