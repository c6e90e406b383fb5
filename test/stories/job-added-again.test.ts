/** Tests that a job added again while it runs keeps one growing backoff. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import pg from 'pg'
import { openWorker, type Worker } from '../../src/store/worker.ts'
import { createDatabase, type TestDatabase } from '../support/world/postgres.ts'

class ComeBack extends Error {
  readonly afterSeconds: number
  constructor(afterSeconds: number) {
    super('come back later')
    this.afterSeconds = afterSeconds
  }
}

let database: TestDatabase
let sql: pg.Client
let worker: Worker
/** What the job does. */
let task: () => Promise<void>
beforeAll(async () => {
  database = await createDatabase()
  sql = new pg.Client({ connectionString: database.url })
  await sql.connect()
  worker = openWorker({
    url: database.url,
    crontab: [],
    onFailed: () => undefined,
    retryAfter: (error) => (error instanceof ComeBack ? error.afterSeconds : null),
    tasks: { ask: () => task() },
  })
  await worker.migrate()
})
afterAll(async () => {
  await worker?.stop()
  await sql?.end()
  await database?.drop()
})
beforeEach(async () => {
  await sql.query('select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs')
  await addAgain()
})

const addAgain = () =>
  sql.query(`select graphile_worker.add_job('ask', '{}', job_key => 'ask:1', run_at => now() + interval '1 second')`)

async function jobs() {
  const { rows } = await sql.query(
    `select key, attempts, extract(epoch from run_at - now())::float as seconds from graphile_worker.jobs`,
  )
  return rows
}

async function runNow(): Promise<void> {
  await sql.query('select graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) from graphile_worker.jobs')
  await worker.runDue()
}

it('counts on where it failed, so that each wait is longer than the one before', async () => {
  task = async () => {
    await addAgain()
    throw new Error('nobody answers')
  }
  const waits: number[] = []
  for (let time = 1; time <= 3; time++) {
    await runNow()
    const left = await jobs()
    expect(left).toEqual([{ key: 'ask:1', attempts: time, seconds: expect.any(Number) }])
    waits.push(left[0].seconds)
  }
  expect(waits.map(Math.round)).toEqual([3, 7, 20])
})

it('comes back when the upstream said, and not before', async () => {
  task = async () => {
    await addAgain()
    throw new ComeBack(90)
  }
  await runNow()
  expect(await jobs()).toEqual([{ key: 'ask:1', attempts: 1, seconds: expect.any(Number) }])
  expect(Math.round((await jobs())[0].seconds)).toBe(90)
})

it('runs once more when it ended well, for the news that it was added for', async () => {
  task = async () => void (await addAgain())
  await runNow()
  expect(await jobs()).toEqual([{ key: 'ask:1', attempts: 0, seconds: expect.any(Number) }])
})

it('goes on by itself when nobody added it again', async () => {
  task = async () => {
    throw new Error('nobody answers')
  }
  await runNow()
  expect(await jobs()).toEqual([{ key: 'ask:1', attempts: 1, seconds: expect.any(Number) }])
})
