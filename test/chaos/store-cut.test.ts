/** Tests that PostgreSQL may be lost at any point of any deed. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import pg from 'pg'
import { recover } from '../support/money/chaos.ts'
import { brokenInvariants } from '../support/money/invariants.ts'
import { type CutGateway, startCutGateway } from '../support/money/store-cuts.ts'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import {
  completePayment,
  enrol,
  enrolmentOf,
  linked,
  newKey,
  newRun,
  paid,
  pay,
  requestRefund,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(3_600_000)

let world: World
let gateway: CutGateway
let sql: pg.Client
let leadership: string
beforeAll(async () => {
  world = await startWorld()
  gateway = await startCutGateway(world)
  sql = new pg.Client({ connectionString: world.databaseUrl })
  await sql.connect()
  leadership = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
})
afterAll(async () => {
  await sql?.end()
  await gateway?.close()
  await world?.close()
})

/** What is on its way when the connections are cut. A client that is not answered asks again; jobs run again. */
interface Deed {
  /** A learner at the point where the deed begins. */
  begin(persona: string): Promise<Record<string, string>>
  ask?(at: World, begun: Record<string, string>): Promise<unknown>
  /** How many times jobs that are due run in it. */
  jobs: number
  /** Where it ends, cut or not. */
  end(begun: Record<string, string>): Promise<unknown>
  rest: unknown
}

const statusOf = async ({ persona = '', enrolmentId = '' }) => (await enrolmentOf(world, persona, enrolmentId)).status
const mutation = (name: string, fields: string) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`
  return `mutation ($input: ${type}) { ${name}(input: $input) { ${fields} userErrors { code } } }`
}
const application = 'application { id status }'
const apply = (at: World, { persona = '', record = '', key = '' }) => {
  const input = { qualificationId: leadership, creditRecordIds: [record], idempotencyKey: key }
  return answerOf(at, persona, mutation('applyForTransfer', application), { input }) as Promise<{
    application: { id: string }
  }>
}
const enrolByKey = (at: World, { persona = '', runId = '', key = '' }) =>
  enrol(at, persona, runId, { idempotencyKey: key })

const deeds: [string, Deed][] = [
  [
    'enrol',
    {
      begin: async (persona) => ({ persona, runId: (await newRun(world)).id, key: newKey() }),
      ask: enrolByKey,
      jobs: 0,
      end: async (begun) => (await enrolByKey(world, begun)).enrolment.status,
      rest: 'PENDING_PAYMENT',
    },
  ],
  [
    'pay',
    {
      async begin(persona) {
        const { enrolment, payment } = await enrol(world, persona, (await newRun(world)).id)
        await pay(world, payment.action.redirectUrl)
        return { persona, enrolmentId: enrolment.id, paymentId: payment.id }
      },
      ask: (at, { persona = '', paymentId = '' }) => completePayment(at, persona, paymentId),
      jobs: 0,
      end: statusOf,
      rest: 'REGISTERED',
    },
  ],
  [
    'register',
    {
      begin: async (persona) => ({ persona, ...(await paid(world, persona, (await newRun(world)).id)) }),
      jobs: 2,
      end: statusOf,
      rest: 'REGISTERED',
    },
  ],
  [
    'refund',
    {
      async begin(persona) {
        const ids = await paid(world, persona, (await newRun(world)).id)
        await world.settle()
        return { persona, ...ids, key: newKey() }
      },
      ask: (at, { persona = '', enrolmentId = '', key = '' }) =>
        requestRefund(at, persona, enrolmentId, { idempotencyKey: key }),
      jobs: 3,
      end: statusOf,
      rest: 'REVOKED',
    },
  ],
  [
    'apply',
    {
      begin: async (persona) => ({ persona, record: await awarded(world, persona), key: newKey() }),
      ask: apply,
      jobs: 0,
      end: async (begun) => (await apply(world, begun)).application,
      rest: { id: expect.any(String), status: 'SUBMITTED' },
    },
  ],
  [
    'decide',
    {
      async begin(persona) {
        const begun = { persona, record: await awarded(world, persona), key: newKey() }
        return { ...begun, applicationId: (await apply(world, begun)).application.id }
      },
      ask: (at, { applicationId = '' }) =>
        answerOf(at, 'registrar-2', mutation('decideTransferApplication', application), {
          input: { applicationId, decision: 'AGREE' },
        }),
      jobs: 0,
      end: async ({ persona = '', applicationId = '' }) => {
        const status = 'query ($id: ID!) { node(id: $id) { ... on TransferApplication { status } } }'
        return (await world.ask(persona, status, { id: applicationId })).data.node.status
      },
      rest: 'AGREED',
    },
  ],
]

const FREED_WITHIN_MS = 30_000

/** Nobody has a job that nobody does. */
async function untilFree(): Promise<void> {
  const deadlineMs = Date.now() + FREED_WITHIN_MS
  for (;;) {
    await world.app.worker.runDue()
    const { rows } = await sql.query('select * from graphile_worker.jobs where locked_by is not null')
    if (rows.length === 0) return
    if (Date.now() > deadlineMs) throw new Error(`jobs stay locked: ${JSON.stringify(rows)}`)
  }
}

let learners = 0

/** Goes the deed once, cut at that point; answers what it met, with all that was wrong afterwards. */
async function gone({ begin, ask, jobs, end, rest }: Deed, at: number) {
  const begun = await begin(await linked(world, `cut-${learners++}`))
  const counted = await gateway.during(at, async () => {
    await ask?.(gateway.world, begun).catch(() => undefined)
    for (let round = 0; round < jobs; round += 1) {
      await world.wake()
      await gateway.world.app.worker.runDue().catch(() => undefined)
    }
  })
  await untilFree()
  await ask?.(world, begun)
  // What the clock brings: jobs that wait before they look again, and a reconciliation.
  await recover(world, 'stripe')
  expect(await end(begun)).toEqual(rest)
  expect(await brokenInvariants(world)).toEqual([])
  return counted
}

/** Which points a deed has varies a little: which reads share a round trip. */
const MOST_TRIES = 3

it.each(deeds)(
  '%s, cut before and after each statement, commit and call, ends as if it had not been',
  async (name, deed) => {
    // The first time more is looked up than ever after, such as who the registrar is.
    await gone(deed, 0)
    const { points } = await gone(deed, 0)
    const missed: number[] = []
    for (let at = 1; at <= points; at += 1) {
      let cutAt: string | null = null
      for (let tries = 0; cutAt === null && tries < MOST_TRIES; tries += 1) {
        const counted = await gone(deed, at).catch((error) => {
          throw new Error(`${name} cut at point ${at} of ${points}: ${error.message}`, { cause: error })
        })
        cutAt = counted.cutAt
      }
      if (cutAt === null) missed.push(at)
      else if (process.env.CHAOS_TABLE) process.stdout.write(`${name} ${at}/${points}: ${cutAt}\n`)
    }
    process.stdout.write(`${name}: cut at ${points} points\n`)
    expect(points).toBeGreaterThan(10)
    expect(missed).toEqual([])
  },
)
