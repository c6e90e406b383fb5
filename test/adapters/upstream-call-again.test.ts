/** Tests when the breaker of upstream calls opens and when reads are retried. */
import { describe, expect, it } from '@jest/globals'
import { Effect } from '../../src/adapters/upstream-call.ts'
import { failing, kindOf, never, passed, setUp, status } from './call-under-test.ts'

describe('the breaker', () => {
  it('opens on failing calls, sends nothing while it is open, and closes when a call succeeds again', async () => {
    const { call, make } = setUp({ breakerWindow: 4, breakerOpenMs: 40 })
    expect(call.state()).toBe('closed')
    for (let calls = 0; calls < 2; calls += 1) await kindOf(make(failing(status(500))))
    expect(call.state()).toBe('open')
    let sent = 0
    const counted = async () => {
      sent += 1
      return 'done'
    }
    expect(await kindOf(make(counted))).toBe('UNAVAILABLE breaker_open')
    expect(sent).toBe(0)
    // The breaker goes by the clock on the wall, which a timer may be ahead of.
    while ((await kindOf(make(counted))) === 'UNAVAILABLE breaker_open') await passed(10)
    expect(sent).toBe(1)
    expect(call.state()).toBe('closed')
  })

  it('opens on timeouts', async () => {
    const { call, make } = setUp({ breakerWindow: 4, timeoutMs: 20 })
    await Promise.all([kindOf(make(never)), kindOf(make(never))])
    await new Promise(setImmediate)
    expect(call.state()).toBe('open')
  })

  it('opens on answers that come slowly, and still hands each of them over', async () => {
    const { call, make } = setUp({ breakerWindow: 4, timeoutMs: 100 })
    const slowly = () => passed(60).then(() => 'late')
    expect(await Promise.all([make(slowly), make(slowly)])).toEqual(['late', 'late'])
    expect(call.state()).toBe('open')
  })

  it('stays closed however often the upstream says no, slow down, or that our key is wrong', async () => {
    const { call, make } = setUp({ breakerWindow: 4 })
    for (const code of [400, 404, 409, 422, 429, 401, 403, 403, 403, 403]) await kindOf(make(failing(status(code))))
    expect(call.state()).toBe('closed')
  })
})

describe('retries', () => {
  it('a read that fails is sent again; a write is not', async () => {
    const { make, lines } = setUp()
    let reads = 0
    const secondTimeLucky = async () => {
      reads += 1
      if (reads === 1) throw status(503)
      return 'read'
    }
    expect(await make(secondTimeLucky, Effect.Read)).toBe('read')
    expect(reads).toBe(2)
    let writes = 0
    const write = async () => {
      writes += 1
      throw status(503)
    }
    expect(await kindOf(make(write))).toBe('UNAVAILABLE http_503')
    expect(writes).toBe(1)
    expect(lines).toHaveLength(2)
  })

  it('a read is sent three times at most, and not again when the upstream said no', async () => {
    const { make } = setUp()
    let sent = 0
    const failingWith = (code: number) => async () => {
      sent += 1
      throw status(code)
    }
    expect(await kindOf(make(failingWith(500), Effect.Read))).toBe('UNAVAILABLE http_500')
    expect(sent).toBe(3)
    sent = 0
    expect(await kindOf(make(failingWith(404), Effect.Read))).toBe('REFUSED http_404')
    expect(await kindOf(make(failingWith(429), Effect.Read))).toBe('UNAVAILABLE rate_limited')
    expect(sent).toBe(2)
  })

  it('an outage spends the budget of retries, after which every read is sent once', async () => {
    const { make } = setUp({ breakerWindow: 1_000, concurrency: 100 })
    let sent = 0
    const down = async () => {
      sent += 1
      throw status(500)
    }
    await Promise.all(Array.from({ length: 40 }, () => kindOf(make(down, Effect.Read))))
    expect(sent).toBeLessThanOrEqual(40 + 14)
    expect(sent).toBeGreaterThan(40)
  })
})
