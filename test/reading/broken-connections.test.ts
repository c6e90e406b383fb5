/** Tests that broken connections fail only the statements that were on them. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { PipelinedConnection } from '../../src/reading/connection/pipelined-connection.ts'
import {
  behindLock,
  echo,
  endless,
  onOneConnection,
  openReadingDatabase,
  type ReadingDatabase,
  timesRun,
  untilRunning,
} from './reading-database.ts'

let database: ReadingDatabase
beforeAll(async () => {
  database = await openReadingDatabase()
})
afterAll(() => database?.close())

it('a statement that lasts too long is ended by PostgreSQL, alone, and is not asked again', async () => {
  const work = async (one: PipelinedConnection) => {
    const late = one.ask(endless, [1])
    const behind = [2, 3].map((given) => one.ask(echo, [given]))
    await expect(late).rejects.toMatchObject({ code: '57014', message: expect.stringContaining('statement timeout') })
    expect((await Promise.all(behind)).flat()).toEqual([2, 3].map((given) => ({ given })))
    expect(await one.ask(timesRun, ['endless'])).toEqual([{ times: 1 }])
  }
  await onOneConnection(database.url, work, { statementTimeoutMs: 300 })
})

it('a connection that is cut fails what is on it and is replaced; the others do not notice', async () => {
  const broken: Error[] = []
  const read = database.open({ onBroken: (error) => broken.push(error) })
  const { client } = database
  await client.query('select pg_advisory_lock(1)')
  const cut = read.rows(endless, [1])
  const [pid] = await untilRunning(client, 'pg_sleep', 1)
  const held = read.rows(behindLock, [1])
  await untilRunning(client, 'pg_advisory_xact_lock_shared', 1)
  // As many as go to each
  const between = [2, 3].map((given) => read.rows(echo, [given]))
  const settled = Promise.allSettled([cut, ...between])
  await client.query('select pg_terminate_backend($1)', [pid])
  await expect(cut).rejects.toThrow()
  // Asked while the other connection is still held: the one that is new answers
  expect(await read.rows(echo, [4])).toEqual([{ given: 4 }])
  await client.query('select pg_advisory_unlock(1)')
  expect(await held).toEqual([{ given: 1 }])
  expect((await settled).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(broken.length).toBeGreaterThan(0)
  expect(read.pending).toBe(0)
})

it('all connections cut at once are all replaced', async () => {
  const read = database.open()
  const { client } = database
  const all = [1, 2].flatMap((given) => [
    read.rows(endless, [given]),
    read.rows({ ...endless, planByValues: true }, [given]),
  ])
  const settled = Promise.allSettled(all)
  const pids = await untilRunning(client, 'pg_sleep', 4)
  await client.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [pids])
  expect((await settled).map(({ status }) => status)).toEqual(all.map(() => 'rejected'))
  for (const planByValues of [false, true]) {
    const answers = [1, 2, 3, 4].map((given) => read.rows({ ...echo, planByValues }, [given]))
    expect((await Promise.all(answers)).flat()).toEqual([1, 2, 3, 4].map((given) => ({ given })))
  }
})

it('closed, it answers what was asked and takes nothing more', async () => {
  const read = database.open()
  await read.rows(echo, [1])
  const last = read.rows(echo, [2])
  await read.close()
  expect(await last).toEqual([{ given: 2 }])
  await expect(read.rows(echo, [3])).rejects.toThrow('closed')
})

it('closed before it is open, it leaves nobody waiting', async () => {
  const read = database.open()
  const refused = expect(read.rows(echo, [1])).rejects.toThrow('closed before it was open')
  await read.close()
  await refused
})
