/** Tests the tables, functions and events of graphile-worker that jobs rely on. */
import { EventEmitter } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Logger, runMigrations, runOnce, type WorkerEvents } from 'graphile-worker'
import pg from 'pg'
import { createDatabase, type TestDatabase } from '../../support/world/postgres.ts'

let database: TestDatabase
let sql: pg.Pool
const logger = new Logger(() => () => undefined)
beforeAll(async () => {
  database = await createDatabase()
  sql = new pg.Pool({ connectionString: database.url, max: 3 })
  // Without them graphile-worker warns: an error that nobody hears would end the process.
  sql.on('error', () => undefined)
  sql.on('connect', (client) => client.on('error', () => undefined))
  await runMigrations({ pgPool: sql, logger })
})
afterAll(async () => {
  await sql?.end()
  await database?.drop()
})
beforeEach(() => sql.query('delete from graphile_worker._private_jobs'))

/** As the product adds jobs. */
const add = (payload = '{}') =>
  sql.query(
    `select graphile_worker.add_job('weigh', payload => $1::json, run_at => now(), max_attempts => 3, job_key => 'stone',
       job_key_mode => 'replace')`,
    [payload],
  )
const jobs = async () =>
  (await sql.query('select id, key, attempts, max_attempts, locked_by from graphile_worker.jobs order by id')).rows
const lock = () =>
  sql.query(`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'a', attempts = attempts + 1`)

describe('graphile-worker', () => {
  it('shows of each job what the product asks for', async () => {
    await add()
    const columns = 'id, key, task_identifier, attempts, max_attempts, run_at, locked_at, locked_by, last_error'
    const { rows } = await sql.query(`select ${columns} from graphile_worker.jobs`)
    expect(rows).toEqual([
      {
        id: expect.any(String),
        key: 'stone',
        task_identifier: 'weigh',
        attempts: 0,
        max_attempts: 3,
        run_at: expect.any(Date),
        locked_at: null,
        locked_by: null,
        last_error: null,
      },
    ])
  })

  it('keeps its tasks by identifier in a table of its own', async () => {
    await add()
    const { rows } = await sql.query(`select count(*)::int as count from graphile_worker._private_jobs where task_id =
      (select id from graphile_worker._private_tasks where identifier = 'weigh')`)
    expect(rows).toEqual([{ count: 1 }])
  })

  it('replaces a job that waits, and supersedes one that runs: it loses its key and all its attempts', async () => {
    await add()
    await add()
    const [waiting, ...none] = await jobs()
    expect(none).toEqual([])
    await lock()
    await add()
    expect(await jobs()).toEqual([
      { ...waiting, key: null, attempts: 3, locked_by: 'a' },
      { ...waiting, id: expect.any(String) },
    ])
  })

  it('reschedules by reschedule_jobs, with the attempts that are said, but nothing that is locked', async () => {
    await add()
    const reschedule = `select graphile_worker.reschedule_jobs(
      array[id], attempts => 2, run_at => now() + interval '1 hour') from graphile_worker.jobs`
    await sql.query(reschedule)
    const { rows } = await sql.query(
      `select attempts, run_at > now() + interval '50 minutes' as later from graphile_worker.jobs`,
    )
    expect(rows).toEqual([{ attempts: 2, later: true }])
    await lock()
    expect((await sql.query(reschedule)).rowCount).toBe(0)
  })

  it('gives back by force_unlock_workers, and ends by complete_jobs', async () => {
    await add()
    await lock()
    const [{ id }] = await jobs()
    await sql.query('select graphile_worker.complete_jobs($1::bigint[])', [[id]])
    expect(await jobs()).toHaveLength(1)
    await sql.query(`select graphile_worker.force_unlock_workers(array['a'])`)
    expect(await jobs()).toMatchObject([{ locked_by: null }])
    await sql.query('select graphile_worker.complete_jobs($1::bigint[])', [[id]])
    expect(await jobs()).toEqual([])
  })

  it('locks in the name of its pool, which its events tell, and tells of a failure with its job', async () => {
    await add()
    const events: WorkerEvents = new EventEmitter()
    const pools: string[] = []
    const told: string[] = []
    events.on('pool:create', ({ workerPool }) => pools.push(workerPool.id))
    events.on('pool:release', ({ workerPool }) => told.push(`released ${workerPool.id}`))
    events.on('job:complete', ({ job, error }) => told.push(`${job.key}: ${(error as Error).message}`))
    let holder: unknown
    const weigh = async () => {
      holder = (await jobs())[0]?.locked_by
      throw new Error('too heavy')
    }
    await runOnce({ pgPool: sql, taskList: { weigh }, logger, events, noHandleSignals: true })
    expect(pools).toEqual([holder])
    expect(told).toEqual(expect.arrayContaining(['stone: too heavy', `released ${pools[0]}`]))
  })
})
