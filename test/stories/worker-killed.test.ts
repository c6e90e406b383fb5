/** Tests that a killed worker's jobs are taken up at once. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { openWorker, type Worker } from '../../src/store/worker.ts'
import { createDatabase, type TestDatabase } from '../support/world/postgres.ts'

let database: TestDatabase
let sql: pg.Client
const workers: Worker[] = []
beforeAll(async () => {
  database = await createDatabase()
  sql = new pg.Client({ connectionString: database.url })
  await sql.connect()
  await worker({}).migrate()
})
afterAll(async () => {
  for (const one of workers) await one.stop()
  await sql?.end()
  await database?.drop()
})

function worker(tasks: Parameters<typeof openWorker>[0]['tasks']): Worker {
  const options = { crontab: [], concurrency: 1, retryAfter: () => null, onFailed: () => undefined }
  const made = openWorker({ ...options, url: database.url, tasks })
  workers.push(made)
  return made
}

/** A process that takes the job and never ends it: with src/store/worker.ts as it is, run by node itself. */
const neverEnding = `
  const { openWorker } = await import('${new URL('../../src/store/worker.ts', import.meta.url)}')
  const started = () => new Promise(() => process.send('taken'))
  const options = { crontab: [], concurrency: 1, retryAfter: () => null, onFailed: (_, error) => console.error(error) }
  await openWorker({ ...options, url: process.env.URL, tasks: { weigh: started } }).start()`

it('whose process is killed in the middle of a job has it taken over by the next, which living workers are spared', async () => {
  await sql.query(`select graphile_worker.add_job('weigh', '{"stone": 1}', job_key => 'weigh:1')`)
  const child = spawn(process.execPath, ['--input-type=module', '-e', neverEnding], {
    env: { ...process.env, URL: database.url },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    await once(child, 'message')
    const taken: unknown[] = []
    const next = worker({ weigh: async (payload) => void taken.push(payload.stone) })
    await next.runDue()
    expect(taken).toEqual([])
    child.kill('SIGKILL')
    await once(child, 'exit')
    while (taken.length === 0) await next.runDue()
    expect(taken).toEqual([1])
    expect((await sql.query('select 1 from graphile_worker.jobs')).rowCount).toBe(0)
  } finally {
    child.kill('SIGKILL')
  }
})

it('whose job was added again before it was killed leaves only the successor behind', async () => {
  const add = `select graphile_worker.add_job('weigh', '{"stone": 2}', job_key => 'weigh:2')`
  await sql.query(add)
  const child = spawn(process.execPath, ['--input-type=module', '-e', neverEnding], {
    env: { ...process.env, URL: database.url },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    await once(child, 'message')
    await sql.query(`${add.slice(0, -1)}, run_at => now() + interval '1 hour')`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const next = worker({ weigh: async () => undefined })
    const jobs = async () => (await sql.query('select attempts, key from graphile_worker.jobs')).rows
    while ((await jobs()).length > 1) await next.runDue()
    expect(await jobs()).toEqual([{ attempts: 0, key: 'weigh:2' }])
  } finally {
    child.kill('SIGKILL')
  }
})
