/** Builds an upstream call under test, with silent or failing upstreams and kept logs. */
import type { CallReport } from '../../src/adapters/call-log.ts'
import { type CallLimits, Effect, upstreamCall } from '../../src/adapters/upstream-call.ts'
import { failureOfStatus } from '../../src/adapters/upstream-reply.ts'
import { Upstream, type UpstreamFailure } from '../../src/values/upstream-failure.ts'

/** A call to the partner within these limits, and what it tells. */
export function setUp(limits: Partial<CallLimits> = {}) {
  const reports: CallReport[] = []
  const lines: { level: string; fields: object }[] = []
  const call = upstreamCall({
    upstream: Upstream.Partner,
    limits,
    onCall: (report) => reports.push(report),
    log: {
      info: (fields) => lines.push({ level: 'info', fields }),
      warn: (fields) => lines.push({ level: 'warn', fields }),
    },
  })
  const make = <T>(send: (signal: AbortSignal) => Promise<T>, effect: Effect = Effect.Write, signal?: AbortSignal) =>
    call({ operation: 'thing.do', effect, send, ...(signal && { signal }) })
  return { call, make, reports, lines }
}

export const never = () => new Promise<never>(() => undefined)
export const status = (code: number) =>
  failureOfStatus(Upstream.Partner, { status: code, code: null, message: 'no', retryAfter: null })
export const failing = (failure: Error) => () => Promise.reject(failure)
export const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: UpstreamFailure) => `${error.kind} ${error.code}`,
  )

/** The breaker and the deadline live by the real clock; this is what a server takes to answer. */
export function passed(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
