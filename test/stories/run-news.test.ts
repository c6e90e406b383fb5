/** Tests that runs cancelled, moved, reinstated or gone reach their enrolments. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { courseJobs } from '../../src/courses/course-jobs.ts'
import { uuidOf } from '../../src/graph/contract/global-id.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { casesOf, heard, newName, partner, study } from '../support/world/partner-news.ts'
import { enrol, enrolmentOf, linked, newRun, paid, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const DAY_MS = 86_400_000
const began = Math.floor(Date.now() / 1000) * 1000
/** Whole seconds, as the graph shows them. */
const days = (many: number) => new Date(began + many * DAY_MS).toISOString().replace('.000', '')
const sync = (runUuid?: string) =>
  inTransaction(world.app.orm.em, (tx) => courseJobs.syncCatalogue.add(tx, runUuid === undefined ? {} : { runUuid }))

/** By webhook, or by the list that is read without it. */
async function told(how: 'webhook' | 'list', uuid: string, facts: object) {
  await heard(world, how, async () => {
    await partner(world, `program_runs/${uuid}`, facts)
    if (how === 'list') await sync()
  })
}

async function runOf(id: string, persona = 'operator') {
  const document = `query ($id: ID!) { node(id: $id) { ... on CourseRun { status cancelledAt enrolability { possible reasonCode }
    moneyHeld { enrolments sums { amountMinor currency } skipped } } } }`
  return (await world.ask(persona, document, { id })).data.node
}

/** Three who paid, a fourth with an open page, and a fifth who has passed. */
async function cancelled(how: 'webhook' | 'list' = 'webhook') {
  const run = await newRun(world, { start_time: days(34), time_zone: 'UTC' })
  const three = [await study(world, {}, run), await study(world, {}, run), await study(world, {}, run)]
  const fourth = await linked(world, newName())
  const open = await enrol(world, fourth, run.id)
  const fifth = await study(world, {}, run)
  await partner(world, `${fifth.at}/result`, { status: 'passed', grade: '70', awarded_on: '2026-11-20' })
  await world.settle()
  await told(how, run.uuid, { status: 'cancelled' })
  return { run, three, fourth, open, fifth }
}

/** How many messages of that kind were written to a learner. */
async function written(kind: string, name: string): Promise<number> {
  const sql = 'select count(*)::int as many from outgoing_message where kind = ? and to_address like ?'
  const [row] = await world.app.orm.em.fork().execute<{ many: number }[]>(sql, [kind, `${name}@%`])
  return row?.many ?? 0
}

const refunds = async (persona: string, id: string) =>
  (await enrolmentOf(world, persona, id)).payments.flatMap(({ refunds: all }: { refunds: object[] }) => all)

describe.each(['webhook', 'list'] as const)('R1: a run that is cancelled, heard by %s', (how) => {
  it('closes what is open, leaves who is registered free to ask, and sends nothing back by itself', async () => {
    const { run, three, fourth, open, fifth } = await cancelled(how)
    const closed = await enrolmentOf(world, fourth, open.enrolment.id)
    expect(closed).toMatchObject({ status: 'CANCELLED', payments: [{ status: 'CANCELLED' }] })
    expect(closed.history.at(-1)).toMatchObject({ from: 'PENDING_PAYMENT', cause: 'RUN_CANCELLED' })
    const session = new URL(open.payment.action.redirectUrl).pathname.split('/').at(-1)
    expect((await world.control('stripe', `checkout/${session}`, { card: 'visa' })).status).toBe(409)
    for (const { persona, enrolmentId } of three) {
      expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
        status: 'REGISTERED',
        refundability: { refundable: true, basis: 'RUN_CANCELLED', deadline: null, maximum: { amountMinor: 49_500 } },
      })
      expect(await refunds(persona, enrolmentId)).toEqual([])
    }
    expect((await enrolmentOf(world, fifth.persona, fifth.enrolmentId)).status).toBe('COMPLETED')
    // The job may run twice; its message is written once.
    const runId = uuidOf('CourseRun', run.id) as string
    await inTransaction(world.app.orm.em, (tx) => courseJobs.runCancelled.add(tx, { runId }))
    await world.settle()
    for (const { name } of three) expect(await written('RUN_CANCELLED', name)).toBe(1)
    expect(await written('RUN_CANCELLED', fifth.name)).toBe(0)
    expect(await runOf(run.id)).toEqual({
      status: 'CANCELLED',
      cancelledAt: expect.any(String),
      enrolability: expect.objectContaining({ possible: false }),
      moneyHeld: { enrolments: 3, sums: [{ amountMinor: 148_500, currency: 'GBP' }], skipped: 1 },
    })
    expect(await casesOf(world, run.id)).toMatchObject([
      { kind: 'RUN_CANCELLED', status: 'OPEN', amountMinor: 148_500 },
    ])
    expect((await runOf(run.id, fourth)).moneyHeld).toBeNull()
    expect((await enrol(world, fourth, run.id)).userErrors).toMatchObject([{ code: 'ENROLMENT_CLOSED' }])
  })
})

it('R4: whoever is on a cancelled run has the money back whenever they ask', async () => {
  const { run, three } = await cancelled()
  const [{ persona, enrolmentId }] = three as [(typeof three)[0]]
  world.pass(81 * 24 * 60)
  const { userErrors } = await requestRefund(world, persona, enrolmentId)
  expect(userErrors).toEqual([])
  await world.settle()
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REVOKED')
  expect(await refunds(persona, enrolmentId)).toMatchObject([{ status: 'SUCCEEDED', amount: { amountMinor: 49_500 } }])
  const { moneyHeld } = await runOf(run.id)
  expect(await casesOf(world, run.id)).toMatchObject([{ status: 'OPEN', amountMinor: 99_000 }])
  expect(moneyHeld).toEqual({ enrolments: 2, sums: [{ amountMinor: 99_000, currency: 'GBP' }], skipped: 1 })
  world.pass(-81 * 24 * 60)
})

it('R5: whoever has paid keeps the later deadline when the run is moved, and finds it in the history', async () => {
  const start = days(34)
  const { name, persona, enrolmentId, run } = await study(world, { start_time: start, time_zone: 'UTC' })
  const seen = () => enrolmentOf(world, persona, enrolmentId)
  expect((await seen()).refundability.deadline).toBe(days(48))
  await told('webhook', run.uuid, { start_time: days(-15), enrolment_closes_at: days(20) })
  const earlier = { refundable: true, basis: 'CONTRACT_FROM_START', deadline: days(48) }
  expect((await seen()).refundability).toMatchObject(earlier)
  await told('list', run.uuid, { start_time: days(90), enrolment_closes_at: days(91) })
  expect((await seen()).refundability).toMatchObject({ ...earlier, deadline: days(104) })
  await told('webhook', run.uuid, { start_time: days(90.5) })
  const { history, refundability } = await seen()
  expect(refundability.deadline).toBe(days(104.5))
  expect(await written('RUN_MOVED', name)).toBe(2)
  const moves = history.filter(({ cause }: { cause: string }) => cause === 'RUN_MOVED')
  expect(moves.map(({ from, to }: { from: string; to: string }) => [Date.parse(from), Date.parse(to)])).toEqual([
    [Date.parse(start), Date.parse(days(-15))],
    [Date.parse(days(-15)), Date.parse(days(90))],
  ])
})

it('R6: a run that is reinstated is as it was, but for what was closed', async () => {
  const { run, three, fourth, open } = await cancelled()
  const [{ persona, enrolmentId, at }, other] = three as [(typeof three)[0], (typeof three)[0]]
  await heard(world, 'webhook', () => partner(world, `${at}/end`, { by: 'partner' }))
  expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
    status: 'REGISTERED',
    studyUrl: null,
    refundability: { basis: 'RUN_CANCELLED' },
  })
  await told('webhook', run.uuid, { status: 'scheduled' })
  expect(await runOf(run.id)).toMatchObject({ status: 'OPEN', cancelledAt: null })
  const window = { refundable: true, basis: 'CONTRACT_FROM_START', deadline: days(48) }
  expect((await enrolmentOf(world, other.persona, other.enrolmentId)).refundability).toMatchObject(window)
  expect((await enrolmentOf(world, fourth, open.enrolment.id)).status).toBe('CANCELLED')
  expect(await casesOf(world, run.id)).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF', closedBy: null }])
  // Its end is read again, as if the run had never been cancelled.
  expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
    status: 'STUCK',
    stuckReason: 'REGISTRATION_ENDED',
  })
})

it('R7: whoever paid and could not be registered before the run was cancelled has the money back', async () => {
  const persona = await linked(world, newName())
  const run = await newRun(world)
  await partner(world, 'faults', { operation: 'program_enrolments.create', fault: 'http_503', times: 1_000 })
  const { enrolmentId } = await paid(world, persona, run.id)
  await world.settle()
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERING')
  await partner(world, `program_runs/${run.uuid}`, { status: 'cancelled' })
  await world.clearFaults('partner')
  await world.settle()
  const { status, history } = await enrolmentOf(world, persona, enrolmentId)
  expect(status).toBe('COMPENSATED')
  expect(history.at(-2)).toMatchObject({ from: 'REGISTERING', to: 'COMPENSATING', cause: 'RUN_CANCELLED' })
  expect(await refunds(persona, enrolmentId)).toMatchObject([{ status: 'SUCCEEDED', amount: { amountMinor: 49_500 } }])
})

it('a payment that comes after the run was cancelled goes back, whatever it was for', async () => {
  const persona = await linked(world, newName())
  const run = await newRun(world)
  const begun = await enrol(world, persona, run.id, { paymentMethod: 'PAYPAL' })
  const order = new URL(begun.payment.action.redirectUrl).searchParams.get('token')
  await world.control('paypal', `orders/${order}/approve`, { instrument: 'echeck' })
  await world.ask(
    persona,
    'mutation ($id: ID!) { completePayment(input: { paymentId: $id }) { payment { status } } }',
    { id: begun.payment.id },
  )
  expect((await enrolmentOf(world, persona, begun.enrolment.id)).payments).toMatchObject([{ status: 'PROCESSING' }])
  await told('webhook', run.uuid, { status: 'cancelled' })
  expect((await enrolmentOf(world, persona, begun.enrolment.id)).status).toBe('PENDING_PAYMENT')
  const books = await fetch(`${world.environment.PAYPAL_API_BASE}/_sandbox/ledger`)
  const { captures } = (await books.json()) as { captures: { id: string; order: string }[] }
  const capture = captures.find((one) => one.order === order)
  expect((await world.control('paypal', `captures/${capture?.id}/pending`, { outcome: 'completed' })).status).toBe(200)
  world.pass(2)
  await world.settle()
  const { status, history } = await enrolmentOf(world, persona, begun.enrolment.id)
  // What came from a bank account goes back to one, in the bank's own time.
  expect(status).toBe('COMPENSATING')
  expect(await refunds(persona, begun.enrolment.id)).toMatchObject([{ status: 'PENDING', origin: 'COMPENSATION' }])
  expect(history).toContainEqual(expect.objectContaining({ to: 'COMPENSATING', cause: 'RUN_CANCELLED' }))
})

describe('what the partner says wrongly of one run', () => {
  it('leaves it as it last was, in the report, and the job does not fail', async () => {
    const { run } = await study(world)
    await partner(world, `program_runs/${run.uuid}`, { start_time: null })
    await world.settle()
    const report = async () => {
      const [row] = await world.app.orm.em
        .fork()
        .execute<{ report: { reference: string }[] }[]>("select report from sync_state where list = 'runs'")
      return row?.report.filter(({ reference }) => reference === run.uuid)
    }
    expect(await report()).toMatchObject([{ problem: expect.stringMatching(/start_time/) }])
    expect(await casesOf(world, run.uuid)).toMatchObject([{ kind: 'ENTRY_UNREADABLE', status: 'OPEN' }])
    expect((await runOf(run.id)).status).toBe('OPEN')
    await partner(world, 'faults', { operation: 'program_runs.get', fault: 'malformed', times: 1 })
    await sync(run.uuid)
    await world.app.worker.runDue()
    expect(await report()).toMatchObject([{ problem: expect.stringMatching(/./) }])
    const waiting = `select count(*)::int as count from graphile_worker._private_jobs where key = ?`
    const [left] = await world.app.orm.em.fork().execute<{ count: number }[]>(waiting, [`sync_catalogue:${run.uuid}`])
    expect(left?.count).toBe(0)
    await partner(world, `program_runs/${run.uuid}`, { start_time: days(40) })
    await world.settle()
    expect(await report()).toEqual([])
    expect(await casesOf(world, run.uuid)).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF' }])
  })
})

it('a run with money that the partner does not know in two looks an hour apart is for a person, until it is found', async () => {
  const { run } = await study(world)
  const gone = { operation: 'program_runs.get', status: 404, code: 'not_found', times: 2 }
  await partner(world, 'refusals', gone)
  await sync(run.uuid)
  await world.settle()
  expect(await casesOf(world, `run:${run.uuid}`)).toEqual([])
  world.pass(61)
  await world.settle()
  expect(await casesOf(world, `run:${run.uuid}`)).toMatchObject([{ kind: 'PARTNER_DIFFERS', status: 'OPEN' }])
  expect((await runOf(run.id)).status).toBe('OPEN')
  await sync(run.uuid)
  await world.settle()
  expect(await casesOf(world, `run:${run.uuid}`)).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF' }])
})

it('a registration that the partner does not know is taken as ended after two looks an hour apart', async () => {
  const { persona, enrolmentId, uuid } = await study(world)
  const look = async () => {
    await partner(world, 'refusals', { operation: 'program_enrolments.get', status: 404, code: 'not_found' })
    await world.control('partner', 'webhooks', { mode: 'hold' })
    await partner(world, `program_enrolments/${uuid}/progress`, { steps_completed_ratio: 0.5 })
    await world.settle()
  }
  await look()
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
  world.pass(59)
  await look()
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
  await partner(world, 'refusals', { operation: 'program_enrolments.get', status: 404, code: 'not_found' })
  world.pass(2)
  await world.settle()
  expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
    status: 'STUCK',
    stuckReason: 'REGISTRATION_ENDED',
    registrationEndedBy: null,
  })
})
