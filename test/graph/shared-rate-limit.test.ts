/** Tests that replicas share one rate limit and survive Redis stopping. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Redis } from 'ioredis'
import RedisInMemory from 'ioredis-mock'
import { openRateLimits } from '../../src/graph/limits/open-rate-limits.ts'
import { MemoryRateLimits, type RateLimits } from '../../src/graph/limits/rate-limit.ts'
import { openRedis, SharedRateLimits } from '../../src/graph/limits/shared-rate-limit.ts'
import { findFreePort } from '../../src/sandbox/ports.ts'
import { needing } from '../support/world/needing.ts'

const size = { points: 100, restorePerSecond: 0.001 }
const open: RateLimits[] = []
const troubles: unknown[] = []
const heard = (error: unknown) => void troubles.push(error)
/** Also those of a test that failed: one left open would go on looking for its Redis under the tests that follow. */
afterEach(async () => {
  await Promise.all(open.splice(0).map((rateLimits) => rateLimits.close()))
  troubles.length = 0
})

/** Where Debian puts it. */
const program = '/usr/bin/redis-server'
const withRedis = existsSync(program)
let url = ''
let stopRedis = async () => {}
beforeAll(async () => {
  if (!withRedis) return
  const port = await findFreePort()
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const server = spawn(program, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  url = `redis://127.0.0.1:${port}`
  stopRedis = async () => {
    server.kill()
    await once(server, 'close')
  }
  for await (const text of server.stdout) if (String(text).includes('Ready to accept')) break
  server.stdout.resume()
})
afterAll(() => stopRedis())

/** Connects a replica to the one Redis in memory, or to the real one. */
const kinds: [string, boolean, (host: string) => Redis][] = [
  ['in memory', true, (host) => new RedisInMemory({ host })],
  // As the gateway's own, but for its impatience, which a busy machine would try.
  ['of its own program', withRedis, () => openRedis(url, 30_000)],
]

describe.each(kinds)('rateLimits shared by a Redis %s', (kind, there, connect) => {
  const { it: test } = needing('Redis (/usr/bin/redis-server)', there)
  const replica = async (host: string) => {
    const redis = connect(host)
    const rateLimits = new SharedRateLimits(redis, heard)
    open.push(rateLimits)
    await once(redis, 'ready')
    return rateLimits
  }
  const replicas = () => {
    const host = `${kind}-${Math.random()}`
    return Promise.all([replica(host), replica(host)])
  }
  // What memory granted in Redis's place would prove nothing.
  afterEach(() => expect(troubles).toEqual([]))

  test('are one bucket for all replicas', async () => {
    const [one, other] = await replicas()
    expect(await one.take('a', size, 60)).toEqual({ granted: true, remaining: 40, retryAfterSeconds: 0 })
    expect(await other.take('a', size, 60)).toMatchObject({ granted: false, remaining: 40 })
    expect(await other.take('b', size, 60)).toMatchObject({ granted: true })
    one.giveBack('a', size, 60)
    expect(await one.take('a', size, 0)).toMatchObject({ remaining: 100 })
    expect(await other.take('a', size, 60)).toMatchObject({ granted: true })
  })

  test('grant no more than there is, however many ask at once', async () => {
    const [one, other] = await replicas()
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => (n % 2 ? one : other).take('c', size, 10)))
    expect(all.filter(({ granted }) => granted)).toHaveLength(10)
  })

  test('flow back as those in memory do', async () => {
    const [one, other] = await replicas()
    const quick = { points: 100, restorePerSecond: 1000 }
    const own = new MemoryRateLimits()
    for (const rateLimits of [one, own]) expect(await rateLimits.take('d', quick, 100)).toMatchObject({ granted: true })
    for (const rateLimits of [other, own]) {
      let taken = await rateLimits.take('d', quick, 50)
      while (!taken.granted) taken = await rateLimits.take('d', quick, 50)
      expect(taken.remaining).toBeLessThanOrEqual(50)
    }
  })
})

it("are each replica's own while Redis is away, and say so", async () => {
  const rateLimits = await openRateLimits('redis://127.0.0.1:1', heard)
  open.push(rateLimits)
  expect(await rateLimits.take('a', size, 60)).toMatchObject({ granted: true, remaining: 40 })
  expect(await rateLimits.take('a', size, 60)).toMatchObject({ granted: false })
  expect(troubles.length).toBeGreaterThan(0)
})
