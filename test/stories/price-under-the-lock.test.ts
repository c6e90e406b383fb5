/** Tests that a learner pays the price of the run as locked. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { uuidOf } from '../../src/graph/contract/global-id.ts'
import { enrol, linked, newRun } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let changer: pg.Client
let watcher: pg.Client
beforeAll(async () => {
  world = await startWorld()
  changer = new pg.Client(world.databaseUrl)
  watcher = new pg.Client(world.databaseUrl)
  await Promise.all([changer.connect(), watcher.connect()])
})
afterAll(async () => {
  await Promise.all([changer?.end(), watcher?.end()])
  await world?.close()
})

it.each([
  ['dearer, in another currency', 49_500, { minor: 60_000, currency: 'EUR' }],
  ['something after nothing', 0, { minor: 12_345, currency: 'GBP' }],
  ['nothing after something', 49_500, { minor: 0, currency: 'GBP' }],
])(
  'a learner who waits for the run while its price becomes %s pays the price that it has then',
  async (_, before, after) => {
    const persona = await linked(world, `ada-${after.minor}`)
    const run = await newRun(world, { price: { minor: before, currency: 'GBP' } })
    const change = 'update course_run set price_minor = $2, currency = $3 where id = $1'
    await changer.query('begin')
    await changer.query(change, [uuidOf('CourseRun', run.id), after.minor, after.currency])
    const enrolling = enrol(world, persona, run.id)
    await somebodyWaits()
    await changer.query('commit')
    const { payment, enrolment, userErrors } = await enrolling
    expect(userErrors).toEqual([])
    expect(enrolment.status).toBe(after.minor === 0 ? 'PAID' : 'PENDING_PAYMENT')
    const charged = after.minor === 0 ? null : { amountMinor: after.minor, currency: after.currency }
    expect(payment?.amount ?? null).toEqual(charged)
  },
)

it('a learner who waits while the price that was shown changes is told the new one, and holds nothing', async () => {
  const persona = await linked(world, 'abigail')
  const run = await newRun(world, { price: { minor: 49_500, currency: 'GBP' } })
  await changer.query('begin')
  await changer.query('update course_run set price_minor = 59500 where id = $1', [uuidOf('CourseRun', run.id)])
  const enrolling = enrol(world, persona, run.id, { expectedPrice: { amountMinor: 49_500, currency: 'GBP' } })
  await somebodyWaits()
  await changer.query('commit')
  expect(await enrolling).toMatchObject({
    enrolment: null,
    payment: null,
    userErrors: [{ code: 'PRICE_CHANGED', price: { amountMinor: 59_500, currency: 'GBP' } }],
  })
})

/** Asks until a connection waits for the row that is being changed: whatever it has read, it has read by then. */
async function somebodyWaits(): Promise<void> {
  const waiting = 'select 1 from pg_stat_activity where $1::int = any(pg_blocking_pids(pid))'
  const { rows } = await changer.query('select pg_backend_pid() as pid')
  while ((await watcher.query(waiting, [rows[0].pid])).rowCount === 0);
}
