/** Tests the deadline, queue and log line of upstream calls. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { Effect } from '../../src/adapters/upstream-call.ts'
import { secondsToWait } from '../../src/adapters/upstream-reply.ts'
import { FailureKind, UpstreamFailure } from '../../src/values/upstream-failure.ts'
import { failing, kindOf, never, setUp, status } from './call-under-test.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
})

/** A real server, so that the network's own errors are what is read. */
async function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer as never)
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('what a failure is called', () => {
  it('a write that is not answered in time is UNKNOWN, however deaf the library below is', async () => {
    const { make } = setUp({ timeoutMs: 30 })
    expect(await kindOf(make(never))).toBe('UNKNOWN timeout')
  })

  it('a read that is not answered in time is UNAVAILABLE: asking again harms nobody', async () => {
    const { make } = setUp({ liveTimeoutMs: 30 })
    expect(await kindOf(make(never, Effect.LiveRead))).toBe('UNAVAILABLE timeout')
  })

  it('a refused connection is UNAVAILABLE, because nothing was sent', async () => {
    const url = await serve(() => undefined)
    const [server] = servers.splice(0)
    await new Promise((closed) => server!.close(closed))
    const { make } = setUp()
    expect(await kindOf(make(() => fetch(url)))).toBe('UNAVAILABLE connection_refused')
  })

  it('a connection that is reset after sending is UNKNOWN', async () => {
    const url = await serve((request) => request.socket.resetAndDestroy())
    const { make } = setUp()
    expect(await kindOf(make(() => fetch(url, { method: 'POST', body: 'x' })))).toBe('UNKNOWN connection_lost')
  })

  it.each([
    [429, 'UNAVAILABLE rate_limited'],
    [503, 'UNAVAILABLE http_503'],
    [401, 'NOT_PERMITTED misconfigured'],
    [403, 'NOT_PERMITTED http_403'],
    [500, 'UNKNOWN http_500'],
    [502, 'UNKNOWN http_502'],
    [504, 'UNKNOWN http_504'],
    [408, 'UNKNOWN http_408'],
    [400, 'REFUSED http_400'],
    [404, 'REFUSED http_404'],
    [422, 'REFUSED http_422'],
  ])('a %i to a write is %s', async (code, expected) => {
    const { make } = setUp()
    expect(await kindOf(make(failing(status(code))))).toBe(expected)
  })

  it('a wait that the upstream asks for is told in seconds, from a number or from a date', () => {
    const nowMs = Date.parse('2026-03-01T12:00:00Z')
    expect(secondsToWait('120', nowMs)).toBe(120)
    expect(secondsToWait('Sun, 01 Mar 2026 12:01:30 GMT', nowMs)).toBe(90)
    expect(secondsToWait('Sun, 01 Mar 2026 11:00:00 GMT', nowMs)).toBe(0)
    expect(secondsToWait('soon', nowMs)).toBeNull()
    expect(secondsToWait(null, nowMs)).toBeNull()
  })
})

describe('the queue', () => {
  it('lets so many calls through at a time, keeps so many waiting, and turns the others away unsent', async () => {
    const { make } = setUp({ concurrency: 2, queue: 1 })
    let running = 0
    let most = 0
    let release: () => void = () => undefined
    const gate = new Promise<void>((open) => {
      release = open
    })
    const gated = async () => {
      running += 1
      most = Math.max(most, running)
      await gate
      running -= 1
      return 'done'
    }
    const calls = [make(gated), make(gated), make(gated)]
    expect(await kindOf(make(gated))).toBe('UNAVAILABLE busy')
    release()
    expect(await Promise.all(calls)).toEqual(['done', 'done', 'done'])
    expect(most).toBe(2)
  })

  it('a write that was given up while it waited was never sent, so it is UNAVAILABLE', async () => {
    const { make } = setUp({ concurrency: 1, queue: 5 })
    const caller = new AbortController()
    let sent = false
    const holder = new AbortController()
    const first = kindOf(make(never, Effect.Write, holder.signal))
    const second = kindOf(
      make(
        async () => {
          sent = true
        },
        Effect.Write,
        caller.signal,
      ),
    )
    caller.abort()
    expect(await second).toBe('UNAVAILABLE aborted')
    holder.abort()
    expect(await first).toBe('UNKNOWN aborted')
    expect(sent).toBe(false)
  })

  it('a call that never settles gives its place back at the deadline', async () => {
    const { make } = setUp({ concurrency: 1, queue: 0, timeoutMs: 20 })
    await kindOf(make(never))
    await new Promise(setImmediate)
    expect(await make(async () => 'next')).toBe('next')
  })
})

describe('a caller who leaves', () => {
  it('ends the call at once, tells what is being sent, and does not count against the upstream', async () => {
    const { call, make } = setUp({ breakerWindow: 2 })
    const caller = new AbortController()
    let told = false
    const send = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        told = true
      })
      return never()
    }
    const call1 = kindOf(make(send, Effect.LiveRead, caller.signal))
    await new Promise(setImmediate)
    caller.abort()
    expect(await call1).toBe('UNAVAILABLE aborted')
    expect(told).toBe(true)
    expect(call.state()).toBe('closed')
  })
})

describe('what is told', () => {
  it('is one line and one report for each call, with its outcome and how long it took', async () => {
    const { make, reports, lines } = setUp()
    await make(async () => 1)
    await kindOf(make(failing(status(422))))
    await kindOf(make(failing(status(500)), Effect.Read))
    expect(reports.map(({ upstream, operation, outcome }) => ({ upstream, operation, outcome }))).toEqual([
      { upstream: 'partner', operation: 'thing.do', outcome: 'ok' },
      { upstream: 'partner', operation: 'thing.do', outcome: 'refused' },
      { upstream: 'partner', operation: 'thing.do', outcome: 'unavailable' },
    ])
    expect(reports.every(({ durationMs }) => durationMs >= 0)).toBe(true)
    expect(lines.map(({ level }) => level)).toEqual(['info', 'warn', 'warn'])
    expect(lines[1]!.fields).toMatchObject({ code: 'http_422', outcome: 'refused' })
  })

  it('is never anything but an UpstreamFailure, even for a fault of our own', async () => {
    const { make } = setUp()
    const error = await make(failing(new TypeError('x is undefined'))).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UpstreamFailure)
    expect((error as UpstreamFailure).kind).toBe(FailureKind.Unknown)
    expect(((error as UpstreamFailure).cause as Error).message).toBe('x is undefined')
  })
})
