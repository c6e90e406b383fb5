/** Tests that jobs locked in our own name that nobody does are freed. */
import { EventEmitter } from 'node:events'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { WorkerEvents } from 'graphile-worker'
import pg from 'pg'
import { openForgottenJobs } from '../../src/store/forgotten-jobs.ts'
import { openWorker } from '../../src/store/worker.ts'
import { createDatabase, type TestDatabase } from '../support/world/postgres.ts'

let database: TestDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await createDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 2 })
  const options = { crontab: [], tasks: {}, retryAfter: () => null, onFailed: () => undefined }
  const worker = openWorker({ ...options, url: database.url })
  await worker.migrate()
  await worker.stop()
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const lock = async (key: string, worker: string) => {
  await pool.query(`select graphile_worker.add_job('weigh', '{}', job_key => $1)`, [key])
  const sql = `update graphile_worker._private_jobs set locked_at = now(), locked_by = $2, attempts = 1
    where key = $1 returning id`
  return (await pool.query(sql, [key, worker])).rows[0].id as string
}
const locked = async () =>
  (await pool.query('select key from graphile_worker.jobs where locked_by is not null order by key')).rows.map(
    ({ key }) => key,
  )

it('the second time that one is seen, while those that are done, new or of others are left', async () => {
  const events: WorkerEvents = new EventEmitter()
  const forgotten = openForgottenJobs(pool, events)
  const emit = events.emit.bind(events) as unknown as (name: string, event: object) => void
  emit('pool:create', { workerPool: { id: 'ours' } })
  await lock('forgotten', 'ours')
  await lock('of another', 'theirs')
  emit('job:start', { job: { id: await lock('under way', 'ours') } })
  await forgotten.free()
  expect(await locked()).toEqual(['forgotten', 'of another', 'under way'])
  await lock('new', 'ours')
  await forgotten.free()
  expect(await locked()).toEqual(['new', 'of another', 'under way'])
})

it('one that was added again meanwhile leaves only its successor', async () => {
  await pool.query('delete from graphile_worker._private_jobs')
  const events: WorkerEvents = new EventEmitter()
  const forgotten = openForgottenJobs(pool, events)
  const emit = events.emit.bind(events) as unknown as (name: string, event: object) => void
  emit('pool:create', { workerPool: { id: 'ours' } })
  await lock('again', 'ours')
  await pool.query(`select graphile_worker.add_job('weigh', '{}', job_key => 'again')`)
  await forgotten.free()
  await forgotten.free()
  const { rows } = await pool.query('select key, attempts from graphile_worker.jobs')
  expect(rows).toEqual([{ key: 'again', attempts: 0 }])
})
