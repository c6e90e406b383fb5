/** Tests that an added job waits as its definition and adder say. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { MikroORM } from '@mikro-orm/postgresql'
import { z } from 'zod'
import { databaseOptions } from '../../src/database.ts'
import { defineJob, type JobTime } from '../../src/store/define-job.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { openWorker, type Worker } from '../../src/store/worker.ts'
import { createDatabase, type TestDatabase } from '../support/world/postgres.ts'

const weigh = defineJob({
  task: 'weigh',
  payload: z.object({
    stone: z.string(),
    scale: z.string().optional(),
  }),
  key: ({ stone }) => stone,
  attempts: 7,
})
const sweep = defineJob({ task: 'sweep', payload: z.object({}), key: () => null, attempts: 3 })

let database: TestDatabase
let orm: MikroORM
let worker: Worker
const weighed: unknown[] = []
beforeAll(async () => {
  database = await createDatabase()
  orm = await MikroORM.init(databaseOptions(database.url, { poolSize: 2, onLine: () => undefined }))
  const run = weigh.runs(async (_context, { stone }) => void weighed.push(stone)).run
  worker = openWorker({
    url: database.url,
    crontab: [],
    onFailed: () => undefined,
    retryAfter: () => null,
    tasks: { weigh: (payload, attempt) => run(null, payload, attempt) },
  })
  await worker.migrate()
})
afterAll(async () => {
  await worker?.stop()
  await orm?.close()
  await database?.drop()
})
beforeEach(async () => {
  await orm.em.fork().execute('select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs')
})

const add = (stone: string, time?: JobTime) => inTransaction(orm.em, (tx) => weigh.add(tx, { stone }, time))

/** `seconds`: from the transaction that added it last until it runs. */
function jobs(): Promise<Record<string, unknown>[]> {
  return orm.em.fork().execute(
    `select task_identifier as task, key, max_attempts as attempts, priority,
       extract(epoch from run_at - updated_at)::float as seconds, run_at as at
     from graphile_worker.jobs order by key`,
  )
}

it('has the key of its payload and the retry limit of its definition, and is due at once', async () => {
  await inTransaction(orm.em, async (tx) => {
    await weigh.add(tx, { stone: 'opal' })
    await sweep.add(tx, {})
  })
  expect(await jobs()).toMatchObject([
    { task: 'sweep', key: 'sweep', attempts: 3, priority: 0, seconds: 0 },
    { task: 'weigh', key: 'weigh:opal', attempts: 7, priority: 0, seconds: 0 },
  ])
})

it('waits for so long, or until then', async () => {
  await add('jet', { afterMs: 90_000 })
  await add('opal', { runAt: new Date('2199-05-06T07:08:09.012Z') })
  expect(await jobs()).toMatchObject([
    { key: 'weigh:jet', seconds: 90 },
    { key: 'weigh:opal', at: '2199-05-06 07:08:09.012+00' },
  ])
})

it('replaces the one of its key that waits, and its time too, unless that is kept', async () => {
  await add('opal', { afterMs: 90_000 })
  await add('opal', { afterMs: 300_000 })
  const waiting = await jobs()
  expect(waiting).toMatchObject([{ key: 'weigh:opal', seconds: 300 }])
  await add('opal', { afterMs: 10_000, preserveRunAt: true })
  expect(await jobs()).toMatchObject([{ key: 'weigh:opal', at: waiting[0]?.at }])
})

it('is not there when the transaction that added it is given up', async () => {
  const givenUp = inTransaction(orm.em, async (tx) => {
    await weigh.add(tx, { stone: 'opal' })
    throw new Error('given up')
  })
  await expect(givenUp).rejects.toThrow('given up')
  expect(await jobs()).toEqual([])
})

it('runs with its payload; one that an older version added and that does not fit waits with the field by name', async () => {
  await add('opal')
  await orm.em.fork().execute(`select graphile_worker.add_job('weigh', '{"pebble": "jet"}', job_key => 'weigh:jet')`)
  await worker.runDue()
  expect(weighed).toEqual(['opal'])
  const left = await orm.em.fork().execute('select key, attempts, last_error from graphile_worker.jobs')
  const message = 'The payload of a job weigh does not fit. stone: Invalid input: expected string, received undefined'
  expect(left).toEqual([{ key: 'weigh:jet', attempts: 1, last_error: expect.stringContaining(message) }])
})
