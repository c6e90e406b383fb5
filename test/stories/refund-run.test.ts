/** Tests that a whole run is refunded as it was shown, one by one. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { casesOf, heard, newName, partner, study } from '../support/world/partner-news.ts'
import { enrol, enrolmentOf, inDays, linked, newKey, newRun, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const pounds = (amountMinor: number) => [{ amountMinor, currency: 'GBP' }]

async function refundRun(courseRunId: string, enrolments: number, sums: object[], more: object = {}) {
  const document = `mutation ($input: RefundRunInput!) { refundRun(input: $input) {
    refundRun { id total done underWay failed skipped finishedAt }
    userErrors { __typename code field message ... on RunMoneyChanged { enrolments sums { amountMinor currency } }
      ... on IllegalTransition { from to } } } }`
  const expected = { enrolments, sums }
  const input = { courseRunId, reason: 'The tutor fell ill.', expected, idempotencyKey: newKey(), ...more }
  const { data, errors } = await world.ask('operator', document, { input })
  if (errors) throw new Error(JSON.stringify(errors))
  return data.refundRun
}

async function refundRunOf(id: string) {
  const document = `query ($id: ID!) { node(id: $id) { ... on RefundRun { total done underWay failed skipped startedAt
    finishedAt startedBy refunded { amountMinor currency } run { id }
    items(first: 10) { totalCount nodes { status reason enrolment { id } refund { status origin reason } } }
    back: items(status: [DONE]) { totalCount } } } }`
  return (await world.ask('operator', document, { id })).data.node
}

const moneyOf = async (id: string) => {
  const document =
    'query ($id: ID!) { node(id: $id) { ... on CourseRun { moneyHeld { enrolments sums { amountMinor currency } skipped } } } }'
  return (await world.ask('operator', document, { id })).data.node.moneyHeld
}

/** Three who paid and one who has passed, on a run that is cancelled unless it is not to be. */
async function run(isCancelled = true) {
  const made = await newRun(world, { start_time: inDays(34) })
  const three = [await study(world, {}, made), await study(world, {}, made), await study(world, {}, made)] as const
  const passed = await study(world, {}, made)
  await partner(world, `${passed.at}/result`, { status: 'passed', grade: '70', awarded_on: '2026-11-20' })
  await world.settle()
  if (isCancelled)
    await heard(world, 'webhook', () => partner(world, `program_runs/${made.uuid}`, { status: 'cancelled' }))
  return { made, three, passed }
}

it('R2, R3: what was shown is sent back, once, and what has changed meanwhile is said', async () => {
  const { made, three, passed } = await run()
  const [first, second, third] = three
  expect(await moneyOf(made.id)).toEqual({ enrolments: 3, sums: pounds(148_500), skipped: 1 })
  await requestRefund(world, first.persona, first.enrolmentId)
  await world.settle()
  const changed = await refundRun(made.id, 3, pounds(148_500))
  expect(changed).toMatchObject({
    refundRun: null,
    userErrors: [{ code: 'RUN_MONEY_CHANGED', field: ['input', 'expected'], enrolments: 2, sums: pounds(99_000) }],
  })
  await world.settle()
  for (const { persona, enrolmentId } of [second, third])
    expect((await enrolmentOf(world, persona, enrolmentId)).payments[0].refunds).toEqual([])

  const idempotencyKey = newKey()
  const begun = await refundRun(made.id, 2, pounds(99_000), { idempotencyKey })
  expect(begun).toMatchObject({ userErrors: [], refundRun: { total: 3, skipped: 1, done: 0, finishedAt: null } })
  const busy = await refundRun(made.id, 2, pounds(99_000))
  expect(busy.userErrors).toMatchObject([{ code: 'ILLEGAL_TRANSITION', from: 'CANCELLED', to: 'REFUNDED' }])
  await world.settle()
  const { id } = begun.refundRun
  const seen = await refundRunOf(id)
  expect(seen).toMatchObject({
    total: 3,
    done: 2,
    underWay: 0,
    failed: 0,
    skipped: 1,
    finishedAt: expect.any(String),
    refunded: pounds(99_000),
    run: { id: made.id },
    items: { totalCount: 3 },
    back: { totalCount: 2 },
  })
  const of = (enrolmentId: string) =>
    seen.items.nodes.find((one: { enrolment: { id: string } }) => one.enrolment.id === enrolmentId)
  expect(of(passed.enrolmentId)).toMatchObject({ status: 'SKIPPED', reason: 'HAS_RESULT', refund: null })
  for (const { persona, enrolmentId } of [second, third]) {
    const refund = { status: 'SUCCEEDED', origin: 'RUN_CANCELLED', reason: 'The tutor fell ill.' }
    expect(of(enrolmentId)).toMatchObject({ status: 'DONE', reason: null, refund })
    const { status, payments } = await enrolmentOf(world, persona, enrolmentId)
    expect([status, payments[0].refunds.length]).toEqual(['REVOKED', 1])
  }
  const again = await refundRun(made.id, 2, pounds(99_000), { idempotencyKey })
  expect(again.refundRun.id).toBe(id)
  expect(await moneyOf(made.id)).toEqual({ enrolments: 0, sums: [], skipped: 1 })
  expect(await casesOf(world, made.id)).toMatchObject([
    { kind: 'RUN_CANCELLED', status: 'CLOSED', outcome: 'BY_ITSELF' },
  ])
  const list = '{ viewer { operator { refundRuns(first: 1) { totalCount nodes { id } } } } }'
  expect((await world.ask('operator', list)).data.viewer.operator.refundRuns.nodes).toEqual([{ id }])
})

describe('a refund of a whole run', () => {
  it('of one that takes place is asked for expressly', async () => {
    const { made } = await run(false)
    const no = await refundRun(made.id, 3, pounds(148_500))
    expect(no.userErrors).toMatchObject([
      { code: 'ILLEGAL_TRANSITION', from: 'OPEN', message: expect.stringMatching(/evenIfNotCancelled/) },
    ])
    const yes = await refundRun(made.id, 3, pounds(148_500), { evenIfNotCancelled: true })
    expect(yes.userErrors).toEqual([])
    await world.settle()
    expect(await refundRunOf(yes.refundRun.id)).toMatchObject({ done: 3, finishedAt: expect.any(String) })
  })

  it('leaves out whoever disputes, and is not stopped by one that fails', async () => {
    const { made, three } = await run()
    const [disputing, failing, third] = three
    const chargeOf = async (persona: string, enrolmentId: string) => {
      const { payments } = await enrolmentOf(world, persona, enrolmentId)
      const document = 'query ($id: ID!) { node(id: $id) { ... on Payment { providerReference } } }'
      return (await world.ask('operator', document, { id: payments[0].id })).data.node.providerReference
    }
    const charge = await chargeOf(disputing.persona, disputing.enrolmentId)
    await world.control('stripe', `charges/${charge}/dispute`, { outcome: 'open' })
    await world.settle()
    await world.app.orm.em
      .fork()
      .execute(
        "update payment set capture_reference = 'pi_gone' where id = (select payment_id from enrolment where registration_uuid = ?)",
        [failing.uuid],
      )
    const held = await moneyOf(made.id)
    expect(held).toEqual({ enrolments: 2, sums: pounds(99_000), skipped: 2 })
    const { refundRun: begun } = await refundRun(made.id, 2, pounds(99_000))
    await world.settle()
    const seen = await refundRunOf(begun.id)
    expect(seen).toMatchObject({ total: 4, done: 1, failed: 1, skipped: 2, refunded: pounds(49_500) })
    expect(seen.finishedAt).not.toBeNull()
    expect((await enrolmentOf(world, third.persona, third.enrolmentId)).status).toBe('REVOKED')
    expect((await enrolmentOf(world, failing.persona, failing.enrolmentId)).status).toBe('REGISTERED')
    const reasons = seen.items.nodes.map(({ reason }: { reason: string | null }) => reason)
    expect(reasons).toEqual(expect.arrayContaining(['HAS_RESULT', 'DISPUTED', null]))
  })

  it('leaves out what was not begun when the run is reinstated', async () => {
    const { made } = await run()
    const { refundRun: begun } = await refundRun(made.id, 3, pounds(148_500))
    await partner(world, `program_runs/${made.uuid}`, { status: 'scheduled' })
    await world.app.orm.em.fork().execute("delete from graphile_worker._private_jobs where key like 'refund_run:%'")
    await world.settle()
    const seen = await refundRunOf(begun.id)
    expect(seen).toMatchObject({ done: 0, skipped: 4, finishedAt: expect.any(String), refunded: [] })
  })

  it.each([
    ['a blank reason', { reason: ' ' }, 'reason', 'INVALID_INPUT'],
    ['an id of nothing', { courseRunId: 'nothing' }, 'courseRunId', 'NOT_FOUND'],
    ['a blank key', { idempotencyKey: '' }, 'idempotencyKey', 'INVALID_INPUT'],
  ])('is refused with %s', async (_, more, name, code) => {
    const { made } = { made: await newRun(world) }
    const { userErrors } = await refundRun(made.id, 0, [], more)
    expect(userErrors).toMatchObject([{ code, field: ['input', name] }])
  })

  it('is for operators only', async () => {
    const persona = await linked(world, newName())
    const made = await newRun(world)
    await enrol(world, persona, made.id)
    const document = `mutation ($id: ID!) { refundRun(input: { courseRunId: $id, reason: "x", idempotencyKey: "k",
      expected: { enrolments: 0, sums: [] } }) { refundRun { id } } }`
    const { errors } = await world.ask(persona, document, { id: made.id })
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
