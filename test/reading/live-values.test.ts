/** Tests what is remembered of live values, and who still waits for a call. */
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { type Ask, defineLiveValues } from '../../src/reading/live-values.ts'
import { Underway } from '../../src/reading/underway.ts'
import { FailureKind, Upstream, UpstreamFailure } from '../../src/values/upstream-failure.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

const FRESH_MS = 1_000
const valuesAt = defineLiveValues<number>(FRESH_MS, 10)

/** One upstream, whose calls are answered by hand; `pass` moves the clock that values age by. */
function upstream() {
  const values = valuesAt({})
  const calls: { keys: readonly string[]; signal: AbortSignal; answer: PromiseWithResolvers<Map<string, number>> }[] =
    []
  const ask: Ask<number> = (keys, signal) => {
    const answer = Promise.withResolvers<Map<string, number>>()
    calls.push({ keys, signal, answer })
    return answer.promise
  }
  let passedMs = 0
  const now = performance.now.bind(performance)
  jest.spyOn(performance, 'now').mockImplementation(() => now() + passedMs)
  return {
    calls,
    pass(ms: number) {
      passedMs += ms
    },
    read(keys: string[], client = new AbortController()) {
      const underway = new Underway()
      const { signal } = client
      const answer = values.read({ signal, underway }, keys, ask)
      return { answer, underway, leave: () => client.abort(new Error('left')) }
    },
  }
}
const unavailable = new UpstreamFailure(FailureKind.Unavailable, Upstream.Partner, 'http_503', 'Not now.', {
  retryAfterSeconds: 7,
})

describe('what is known', () => {
  it('is asked for once, and anew when it is not fresh any more', async () => {
    const { read, calls, pass } = upstream()
    const first = read(['a', 'b'])
    calls[0]?.answer.resolve(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    )
    expect(await first.answer).toEqual([
      { value: 1, missed: null },
      { value: 2, missed: null },
    ])
    expect(first.underway.missed).toBe(false)
    await read(['b']).answer
    pass(FRESH_MS)
    read(['b', 'a', 'b'])
    expect(calls.map(({ keys }) => keys)).toEqual([
      ['a', 'b'],
      ['b', 'a'],
    ])
  })

  it('is told as missed while nothing newer can be had, for ten minutes', async () => {
    const { read, calls, pass } = upstream()
    const first = read(['a'])
    calls[0]?.answer.resolve(new Map([['a', 1]]))
    await first.answer
    pass(FRESH_MS)
    const second = read(['a'])
    calls[1]?.answer.reject(unavailable)
    expect(await second.answer).toEqual([{ value: 1, missed: { retryAfterSeconds: 7 } }])
    expect(second.underway.missed).toBe(true)
    pass(10 * 60_000)
    const third = read(['a'])
    calls[2]?.answer.reject(unavailable)
    expect(await third.answer).toEqual([{ value: undefined, missed: { retryAfterSeconds: 7 } }])
  })

  it('does not become old by waiting for what is asked beside it', async () => {
    const { read, calls, pass } = upstream()
    const first = read(['a'])
    calls[0]?.answer.resolve(new Map([['a', 1]]))
    await first.answer
    const both = read(['a', 'b'])
    pass(FRESH_MS)
    calls[1]?.answer.reject(unavailable)
    expect((await both.answer).map(({ missed }) => missed === null)).toEqual([true, false])
    expect(calls[1]?.keys).toEqual(['b'])
  })

  it('comes late into what the next who asks is told, and a late failure troubles nobody', async () => {
    const { read, calls } = upstream()
    expect(await read(['a']).answer).toEqual([{ value: undefined, missed: { retryAfterSeconds: null } }])
    expect(await read(['b']).answer).toHaveLength(1)
    calls[0]?.answer.resolve(new Map([['a', 1]]))
    calls[1]?.answer.reject(unavailable)
    await new Promise(setImmediate)
    expect(await read(['a']).answer).toEqual([{ value: 1, missed: null }])
    read(['b'])
    expect(calls).toHaveLength(3)
  })
})

describe('a call', () => {
  it('is joined by whoever asks the same meanwhile', async () => {
    const { read, calls } = upstream()
    const both = [read(['a', 'b']), read(['b'])]
    calls[0]?.answer.resolve(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    )
    expect((await both[1]?.answer)?.[0]?.value).toBe(2)
    await both[0]?.answer
    expect(calls).toHaveLength(1)
  })

  it('ends with the last client that waits for it, not before', async () => {
    const { read, calls } = upstream()
    const [one, other] = [read(['a']), read(['a'])]
    one.leave()
    await one.answer
    expect(calls[0]?.signal.aborted).toBe(false)
    other.leave()
    await other.answer
    expect(calls[0]?.signal.aborted).toBe(true)
    read(['a'])
    expect(calls).toHaveLength(2)
  })

  it('that a page has gone on without is not ended by a client who leaves', async () => {
    const { read, calls } = upstream()
    await read(['a']).answer
    const other = read(['a'])
    other.leave()
    await other.answer
    expect(calls[0]?.signal.aborted).toBe(false)
  })

  it('of a client who has gone already is waited for by nobody', async () => {
    const { read, calls } = upstream()
    const gone = new AbortController()
    gone.abort(new Error('left'))
    await read(['a'], gone).answer
    expect(calls[0]?.signal.aborted).toBe(true)
  })

  it('that fails by a fault of ours is thrown to whoever waits', async () => {
    const { read, calls } = upstream()
    const { answer } = read(['a'])
    calls[0]?.answer.reject(new TypeError('ours'))
    await expect(answer).rejects.toThrow('ours')
  })
})

describe('all that is under way', () => {
  it('is settled once the last has ended and begun nothing more', async () => {
    const underway = new Underway()
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let settled = false
    const begun = underway.follow(first.promise).then(() => process.nextTick(() => underway.follow(second.promise)))
    const end = underway.settled().then(() => {
      settled = true
    })
    first.resolve()
    await begun
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
    expect(settled).toBe(false)
    second.reject(new Error('a failure is an end'))
    await end
  })

  it('is settled at once when there is nothing', async () => {
    await new Underway().settled()
  })
})
