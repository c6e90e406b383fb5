/** Sends one attempt of an upstream call and classifies its outcome for breaker and retry. */
import { FailureKind, type Upstream, UpstreamFailure } from '../values/upstream-failure.ts'
import { FailureCode, reasonText } from './upstream-reply.ts'

/** How it went. `unhealthy` counts against the upstream, whether there is a value (slow) or not. */
export type Attempt<T> = { value: T; unhealthy: boolean } | { failure: UpstreamFailure; unhealthy: boolean }

export interface AttemptRequest<T> {
  upstream: Upstream
  operation: string
  /** The caller's own. */
  callerSignal: AbortSignal | undefined
  /** The deadline's, and the caller's with it. */
  signal: AbortSignal
  deadlineMs: number
  send: (signal: AbortSignal) => Promise<T>
}

/** An answer that took half of the time it had is a warning: the next one may be late. */
const SLOW_PART_OF_DEADLINE = 0.5

/** Never throws. Settles as soon as the signal fires, even when what was sent never does. */
export async function attempt<T>(request: AttemptRequest<T>): Promise<Attempt<T>> {
  const startedMs = performance.now()
  const slow = () => performance.now() - startedMs > request.deadlineMs * SLOW_PART_OF_DEADLINE
  try {
    const value = await untilAborted(request.signal, () => request.send(request.signal))
    return { value, unhealthy: slow() }
  } catch (error) {
    const failure = failureOf(error, request)
    return { failure, unhealthy: slow() || countsAgainst(failure) }
  }
}

/** For the breaker. */
export function isUnhealthy(attempt: unknown): boolean {
  return (attempt as Attempt<unknown>).unhealthy
}

/** For the retry: only quick failures that may be over in a moment; what the upstream decided stays decided. */
export function isWorthRepeating(attempt: unknown): boolean {
  const outcome = attempt as Attempt<unknown>
  if (!('failure' in outcome)) return false
  const { kind, code } = outcome.failure
  return !isDefinite(kind) && !decidedCodes.has(code)
}

const decidedCodes = new Set<string>([
  FailureCode.Timeout,
  FailureCode.Aborted,
  FailureCode.BreakerOpen,
  FailureCode.RateLimited,
  FailureCode.Misconfigured,
  FailureCode.Malformed,
])

/** Being told to slow down, or our own wrong key, says nothing about the upstream's health; nor does a caller who left. */
const harmlessCodes = new Set<string>([FailureCode.RateLimited, FailureCode.Misconfigured, FailureCode.Aborted])

function countsAgainst({ kind, code }: UpstreamFailure): boolean {
  return !isDefinite(kind) && !harmlessCodes.has(code)
}

/** It answered, and the same call would be answered the same. */
export function isDefinite(kind: FailureKind): boolean {
  return kind === FailureKind.Refused || kind === FailureKind.NotPermitted
}

/** Rejects when the signal fires: some of the libraries below never settle once their answer is broken. */
function untilAborted<T>(signal: AbortSignal, send: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave, { once: true })
    send()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', leave))
  })
}

function failureOf(
  error: unknown,
  { upstream, operation, signal, callerSignal }: AttemptRequest<unknown>,
): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error
  if (signal.aborted) return noAnswer(upstream, operation, callerSignal?.aborted === true, error)
  const reason = reasonText(error)
  const text = `${upstream} ${operation} got no answer: ${reason}`
  return neverConnected.test(reason)
    ? new UpstreamFailure(FailureKind.Unavailable, upstream, FailureCode.ConnectionRefused, text, { cause: error })
    : new UpstreamFailure(FailureKind.Unknown, upstream, FailureCode.ConnectionLost, text, { cause: error })
}

/** What was sent was not answered before the deadline, or before its caller left: it may have been done. */
export function noAnswer(upstream: Upstream, operation: string, callerLeft: boolean, cause: unknown): UpstreamFailure {
  const [code, what] = callerLeft
    ? [FailureCode.Aborted, 'was given up by its caller']
    : [FailureCode.Timeout, 'was not answered in time']
  return new UpstreamFailure(FailureKind.Unknown, upstream, code, `${upstream} ${operation} ${what}`, { cause })
}

/** Codes of Node and undici for a connection that never came to be, so that nothing can have been sent on it. */
const neverConnected =
  /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE)\b/
