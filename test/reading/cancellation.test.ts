/** Tests that only statements that nobody awaits are ended in PostgreSQL. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { PipelinedConnection } from '../../src/reading/connection/pipelined-connection.ts'
import {
  behindLock,
  echo,
  endless,
  onOneConnection,
  openReadingDatabase,
  type ReadingDatabase,
  running,
  timesRun,
  untilRunning,
} from './reading-database.ts'

let database: ReadingDatabase
beforeAll(async () => {
  database = await openReadingDatabase()
})
afterAll(() => database?.close())

const gone = new Error('the client has gone')

/** One connection, and the process ids whose statement it has had cancelled. */
async function onOne(work: (one: PipelinedConnection, cancelled: number[]) => Promise<void>): Promise<void> {
  const cancelled: number[] = []
  const cancel = (processId: number) => {
    cancelled.push(processId)
    void database.client.query('select pg_cancel_backend($1)', [processId])
  }
  await onOneConnection(database.url, (one) => work(one, cancelled), { cancel })
}

/** When the last statement of that connection began. */
async function beginningOf(processId: number): Promise<string> {
  const asked = 'select query_start::text as at from pg_stat_activity where pid = $1'
  return (await database.client.query<{ at: string }>(asked, [processId])).rows[0]!.at
}

it('the one that runs is ended at once for who has gone, and those behind it are answered', async () => {
  const read = database.open({ statementTimeoutMs: 0 })
  const leaving = [new AbortController(), new AbortController()]
  const left = leaving.map(({ signal }, given) => read.rows(endless, [given], signal))
  // Both connections that plan once are held up
  await untilRunning(database.client, 'pg_sleep', 2)
  const behind = Array.from({ length: 20 }, (_, given) => read.rows(echo, [given]))
  for (const one of leaving) one.abort(gone)
  for (const one of left) await expect(one).rejects.toBe(gone)
  expect((await Promise.all(behind)).flat()).toEqual(Array.from({ length: 20 }, (_, given) => ({ given })))
  expect(await running(database.client, 'pg_sleep')).toEqual([])
})

it('one in the middle of many waits for its turn: the one before it goes on, and those behind it are answered', async () => {
  await onOne(async (one, cancelled) => {
    await database.client.query('select pg_advisory_lock(1)')
    const leaving = new AbortController()
    const before = one.ask(behindLock, [1])
    const [pid] = await untilRunning(database.client, 'pg_advisory_xact_lock_shared', 1)
    const left = one.ask(endless, [2], leaving.signal)
    const behind = [3, 4, 5].map((given) => one.ask(echo, [given]))
    leaving.abort(gone)
    await expect(left).rejects.toBe(gone)
    await database.client.query('select pg_advisory_unlock(1)')
    expect(await before).toEqual([{ given: 1 }])
    expect(await Promise.all(behind)).toEqual([3, 4, 5].map((given) => [{ given }]))
    expect(cancelled).toEqual([pid])
  })
})

it('several of many are ended, each in its turn', async () => {
  await onOne(async (one, cancelled) => {
    const leaving = new AbortController()
    const all = Array.from({ length: 9 }, (_, given) =>
      given % 3 === 0 ? one.ask(endless, [given], leaving.signal) : one.ask(echo, [given]),
    )
    const settled = Promise.allSettled(all)
    await untilRunning(database.client, 'pg_sleep', 1)
    leaving.abort(gone)
    expect(await settled).toEqual(
      Array.from({ length: 9 }, (_, given) =>
        given % 3 === 0 ? { status: 'rejected', reason: gone } : { status: 'fulfilled', value: [{ given }] },
      ),
    )
    expect(cancelled).toHaveLength(3)
  })
})

it('one that was hit in the place of another is asked again', async () => {
  await onOne(async (one) => {
    await database.client.query('select pg_advisory_lock(2)')
    const hit = one.ask(behindLock, [2])
    const [pid] = await untilRunning(database.client, 'pg_advisory_xact_lock_shared', 1)
    const begun = await beginningOf(pid!)
    await database.client.query('select pg_cancel_backend($1)', [pid])
    while ((await beginningOf(pid!)) === begun);
    await database.client.query('select pg_advisory_unlock(2)')
    expect(await hit).toEqual([{ given: 2 }])
  })
})

it('what ends of itself before long is not cancelled, nor is what comes after it', async () => {
  await onOne(async (one, cancelled) => {
    await one.ready
    const leaving = new AbortController()
    const left = one.ask(echo, [1], leaving.signal)
    leaving.abort(gone)
    await expect(left).rejects.toBe(gone)
    await database.client.query('select pg_advisory_lock(4)')
    const next = one.ask(behindLock, [4])
    await untilRunning(database.client, 'pg_advisory_xact_lock_shared', 1)
    // Longer than it waits before it cancels
    await database.client.query('select pg_sleep(0.2)')
    await database.client.query('select pg_advisory_unlock(4)')
    expect(await next).toEqual([{ given: 4 }])
    expect(cancelled).toEqual([])
  })
})

it('what is asked by who has gone already is not sent', async () => {
  await onOne(async (one) => {
    await one.ready
    await expect(one.ask(echo, [1], AbortSignal.abort(gone))).rejects.toBe(gone)
    expect(await one.ask(timesRun, ['echo'])).toEqual([])
  })
})
