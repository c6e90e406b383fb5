/** Tests that each of many statements in flight gets its own answer. */
import { Socket } from 'node:net'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type { PipelinedConnection } from '../../src/reading/connection/pipelined-connection.ts'
import { statement } from '../../src/reading/statement.ts'
import {
  behindLock,
  echo,
  onOneConnection,
  openReadingDatabase,
  type ReadingDatabase,
  timesRun,
  untilRunning,
} from './reading-database.ts'
import { watchMessages } from './sent-messages.ts'

let database: ReadingDatabase
beforeAll(async () => {
  database = await openReadingDatabase()
})
afterAll(() => database?.close())

/** Fails at that row of ten, after the rows before it have been sent. */
const failsAt = statement<{ n: number; quotient: number }>(
  'fails_at',
  'select n, 1 / ($1::int - n) as quotient from generate_series(1, 10) n',
)
const failsToParse = statement<object>('fails_to_parse', 'select missing from nowhere')

const onOne = <Result>(work: (one: PipelinedConnection) => Promise<Result>, url = database.url) =>
  onOneConnection(url, work)

it('a thousand in flight are each answered with their own rows, and nothing is left pending', async () => {
  const read = database.open()
  const all = Array.from({ length: 1_000 }, (_, given) => read.rows(echo, [given]))
  expect(read.pending).toBe(1_000)
  expect((await Promise.all(all)).flat()).toEqual(Array.from({ length: 1_000 }, (_, given) => ({ given })))
  expect({ sent: read.sent, pending: read.pending }).toEqual({ sent: 1_000, pending: 0 })
})

it('statements of one connection are answered in the order in which they are asked', async () => {
  const answered: number[] = []
  await onOne(async (one) => {
    await database.client.query('select pg_advisory_lock(1)')
    const asked = [1, 2, 3, 4, 5].map(async (given) => {
      await one.ask(given === 1 ? behindLock : echo, [given])
      answered.push(given)
    })
    await untilRunning(database.client, 'pg_advisory_xact_lock_shared', 1)
    expect(answered).toEqual([])
    await database.client.query('select pg_advisory_unlock(1)')
    await Promise.all(asked)
  })
  expect(answered).toEqual([1, 2, 3, 4, 5])
})

it('what is asked within a turn leaves in one write', async () => {
  await onOne(async (one) => {
    await one.ask(echo, [0])
    const writes = jest.spyOn(Socket.prototype, '_writev')
    try {
      await Promise.all([1, 2, 3].map((given) => one.ask(echo, [given])))
      expect(writes).toHaveBeenCalledTimes(1)
    } finally {
      writes.mockRestore()
    }
  })
})

it('what is asked again is neither prepared nor described again', async () => {
  const sent = await watchMessages(database.url)
  try {
    await onOne(async (one) => {
      await one.ready
      sent.take()
      const shaped = statement<{ given: number }>('shaped', 'select $1::int as given')
      await one.ask(shaped, [1])
      expect(sent.take()).toBe('PBDES')
      await one.ask(shaped, [2])
      expect(sent.take()).toBe('BES')
    }, sent.url)
  } finally {
    await sent.close()
  }
})

it('what is asked is sent while the answer before it is awaited', async () => {
  const sent = await watchMessages(database.url)
  try {
    await onOne(async (one) => {
      await one.ask(echo, [1])
      await database.client.query('select pg_advisory_lock(2)')
      const held = one.ask(behindLock, [2])
      await untilRunning(database.client, 'pg_advisory_xact_lock_shared', 1)
      sent.take()
      const behind = one.ask(echo, [7])
      let messages = ''
      while (messages === '') {
        await new Promise(setImmediate)
        messages = sent.take()
      }
      expect(messages).toBe('BES')
      await database.client.query('select pg_advisory_unlock(2)')
      expect(await Promise.all([held, behind])).toEqual([[{ given: 2 }], [{ given: 7 }]])
    }, sent.url)
  } finally {
    await sent.close()
  }
})

it.each([
  ['that does not parse', failsToParse, []],
  ['that fails when some of its rows are sent', failsAt, [4]],
])('a statement %s fails alone', async (_, failing, values) => {
  await onOne(async (one) => {
    // Once to prepare it, once prepared
    for (const _time of [1, 2]) {
      const [before, failed, after, last] = await Promise.allSettled([
        one.ask(echo, [1]),
        one.ask(failing, values),
        one.ask(failsAt, [20]),
        one.ask(echo, [2]),
      ])
      expect(failed.status).toBe('rejected')
      expect([before, last]).toEqual([1, 2].map((given) => ({ status: 'fulfilled', value: [{ given }] })))
      expect(after).toMatchObject({ status: 'fulfilled', value: Array.from({ length: 10 }, (_, n) => ({ n: n + 1 })) })
    }
  })
})

it('a statement is prepared once for each connection, however often it is asked', async () => {
  const rows = await onOne(async (one) => {
    await Promise.all([1, 2, 3].map((given) => one.ask(echo, [given])))
    return one.ask(timesRun, ['echo'])
  })
  expect(rows).toEqual([{ times: 3 }])
})

it('a statement that plans by values does so, and the others are planned once', async () => {
  const read = database.open()
  const setting = { name: 'setting', text: `select current_setting('plan_cache_mode') as mode` }
  expect(await read.row(setting)).toEqual({ mode: 'force_generic_plan' })
  expect(await read.row({ ...setting, planByValues: true })).toEqual({ mode: 'auto' })
})

it('nothing can be written', async () => {
  const read = database.open()
  const write = statement<object>('write', 'create table written ()')
  await expect(read.rows(write)).rejects.toMatchObject({ code: '25006' })
})
