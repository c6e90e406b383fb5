/** Tests which errors mean that a store is away, and which the process outlives. */
import { setImmediate } from 'node:timers/promises'
import { expect, it } from '@jest/globals'
import pg from 'pg'
import { openLog } from '../../src/observability/log.ts'
import { outlived } from '../../src/observability/stray-errors.ts'
import { StoreReach } from '../../src/store/store-reach.ts'
import { WorkerPool } from '../../src/store/worker-pool.ts'
import { isStoreAway, isStoreSlow } from '../../src/values/store-away.ts'
import { FailureKind, Upstream, UpstreamFailure } from '../../src/values/upstream-failure.ts'

const coded = (code: string, message = 'a message') => Object.assign(new Error(message), { code })
const refusal = (code: string, message = 'a message') =>
  Object.assign(new pg.DatabaseError(message, 1, 'error'), { code, severity: 'ERROR' })

it.each(['57P01', '57P02', '57P03', '08006', '53300', '53100', '58030', '25006'])('SQLSTATE %s is away', (code) => {
  expect(isStoreAway(refusal(code))).toBe(true)
})

it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'])('%s is away', (code) => {
  expect(isStoreAway(coded(code))).toBe(true)
})

it.each([
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'timeout exceeded when trying to connect',
  'Query read timeout',
])('"%s" is away', (message) => {
  expect(isStoreAway(new Error(message))).toBe(true)
})

it('what PostgreSQL refuses is not away, nor is a fault, and a statement that lasts too long is slow', () => {
  for (const code of ['23505', '40001', '42P01', '57014']) expect(isStoreAway(refusal(code))).toBe(false)
  for (const other of [new TypeError('terminated'), null, undefined, 'ECONNREFUSED'])
    expect(isStoreAway(other)).toBe(false)
  expect(isStoreSlow(refusal('57014', 'canceling statement due to statement timeout'))).toBe(true)
  expect(isStoreSlow(refusal('57014', 'canceling statement due to user request'))).toBe(false)
})

it('the process outlives what comes from outside, and nothing else', () => {
  const fromOutside = [
    refusal('42P01'),
    coded('57P03'),
    new UpstreamFailure(FailureKind.Unknown, Upstream.Stripe, 'malformed', 'nonsense'),
    Object.assign(coded('ENOSPC'), { syscall: 'write' }),
    Object.assign(coded('EPIPE'), { syscall: 'write' }),
    coded('UND_ERR_SOCKET'),
    Object.assign(new RangeError('out of bounds'), {
      stack:
        'RangeError: out of bounds\n    at Buffer.readInt16BE (node:internal/buffer:1)\n    at Parser.parse (/app/node_modules/pg-protocol/dist/parser.js:1:1)',
    }),
  ]
  expect(fromOutside.map(outlived).filter((why) => why === null)).toEqual([])
  const ofOurOwn = [
    new TypeError('x is not a function'),
    new Error('impossible'),
    coded('ERR_ASSERTION'),
    'text',
    undefined,
  ]
  expect(ofOurOwn.map(outlived)).toEqual(ofOurOwn.map(() => null))
})

it('the worker is told of each way of losing the store as the one that it repeats', async () => {
  const pool = new WorkerPool('postgresql://nobody@127.0.0.1:1/nothing', 1)
  await expect(pool.connect()).rejects.toMatchObject({ code: '57P03', cause: { code: 'ECONNREFUSED' } })
  await pool.end()
})

it('the log has one line a second about a store that is away, and every other line', () => {
  const lines: { message: string; unsaid?: number }[] = []
  const log = openLog('info', { write: (line) => void lines.push(JSON.parse(line)) })
  for (let times = 0; times < 100; times += 1) {
    log.warn({ err: coded('ECONNREFUSED') }, 'store')
    log.child({ correlationId: 'c' }).error({ err: new Error('Query read timeout') }, 'store again')
    log.warn({ err: new Error('Command timed out'), part: 'redis' }, 'redis')
    log.error({ err: new TypeError('x') }, 'fault')
  }
  const count = (message: string) => lines.filter((line) => line.message === message).length
  expect([count('store'), count('store again'), count('redis'), count('fault')]).toEqual([1, 0, 1, 100])
})

it('a process is stuck once it has not reached for a minute what a new connection reaches', async () => {
  let nowMs = 0
  const state = { own: true, fresh: true }
  const reach = new StoreReach({
    ways: { one: async () => true, other: async () => state.own || Promise.reject(new Error('away')) },
    fresh: async () => state.fresh,
    nowMs: () => nowMs,
  })
  const after = async (ms: number, change: Partial<typeof state>) => {
    nowMs += ms
    Object.assign(state, change)
    await reach.look()
    return reach.isStuck
  }
  expect(await after(0, { own: false, fresh: false })).toBe(false)
  // The store itself is away: a new process would fare no better, however long it lasts.
  expect(await after(600_000, {})).toBe(false)
  expect(await after(1_000, { fresh: true })).toBe(false)
  expect(await after(59_000, {})).toBe(false)
  expect(await after(1_000, {})).toBe(true)
  expect(await after(1_000, { own: true })).toBe(false)
  reach.close()
  await setImmediate()
})
