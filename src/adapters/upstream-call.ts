/** Makes each upstream call with a deadline, concurrency limit, breaker and retries of reads. */
import {
  BrokenCircuitError,
  CircuitState,
  CountBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhenResult,
  retry,
  TimeoutStrategy,
  timeout,
} from 'cockatiel'
import { FairGate, GateFull } from '../values/fair-gate.ts'
import { FailureKind, type Upstream, UpstreamFailure } from '../values/upstream-failure.ts'
import { type Attempt, attempt, isDefinite, isUnhealthy, isWorthRepeating, noAnswer } from './call-attempt.ts'
import type { CallObservers, CallOutcome } from './call-log.ts'
import { RetryBudget } from './retry-budget.ts'
import { upstreamCaller } from './upstream-caller.ts'
import { FailureCode } from './upstream-reply.ts'

/** WRITE: sent once, its repeat is the caller's durable job. READ: repeated here. LIVE_READ: someone waits for it. */
export const Effect = { Write: 'WRITE', Read: 'READ', LiveRead: 'LIVE_READ' } as const
export type Effect = (typeof Effect)[keyof typeof Effect]

export interface CallLimits {
  /** For a whole call, waiting and retries included. */
  timeoutMs: number
  /** The same for a live read: a person looks at a page that can do without this answer. */
  liveTimeoutMs: number
  /** Calls in flight, and calls that wait for one of them to end: in all, and of these for one caller. */
  concurrency: number
  concurrencyPerCaller: number
  queue: number
  queuePerCaller: number
  /** The breaker looks at this many last attempts, once there are half of them, and opens when over half were bad. */
  breakerWindow: number
  /** How long an open breaker lets nothing through before it tries one call. */
  breakerOpenMs: number
}

/**
 * Both providers and the partner answer in well under a second; PayPal's captures are the slowest with some seconds. Five
 * callers have to do their worst before a sixth waits. A page of 50 courses asks the partner for the places of as many runs.
 */
export const callLimits: CallLimits = {
  timeoutMs: 10_000,
  liveTimeoutMs: 3_000,
  concurrency: 20,
  concurrencyPerCaller: 4,
  queue: 400,
  queuePerCaller: 50,
  breakerWindow: 20,
  breakerOpenMs: 5_000,
}

const MOST_RETRIES = 2
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 500

export interface UpstreamCallOptions extends CallObservers {
  upstream: Upstream
  limits?: Partial<CallLimits>
}

export interface Call<T> {
  /** E.g. `orders.capture`: one of a few names, never an id. */
  operation: string
  effect: Effect
  signal?: AbortSignal
  /** Sends it. Throws UpstreamFailure, or whatever the network throws. */
  send: (signal: AbortSignal) => Promise<T>
}

export type BreakerState = 'closed' | 'open' | 'half-open'

export interface UpstreamCall {
  /** Throws UpstreamFailure and nothing else. */
  <T>(call: Call<T>): Promise<T>
  state(): BreakerState
  /** Whether it gave no answer the last time that it was asked. */
  silent(): boolean
}

/** One per upstream: what is counted here is shared by all its calls. */
export function upstreamCall(options: UpstreamCallOptions): UpstreamCall {
  const limits = { ...callLimits, ...options.limits }
  const { upstream } = options
  const budget = new RetryBudget()
  const gate = new FairGate({
    inside: limits.concurrency,
    insidePerCaller: limits.concurrencyPerCaller,
    waiting: limits.queue,
    waitingPerCaller: limits.queuePerCaller,
  })
  const breaker = circuitBreaker(handleWhenResult(isUnhealthy), {
    halfOpenAfter: limits.breakerOpenMs,
    breaker: new CountBreaker({
      threshold: 0.5,
      size: limits.breakerWindow,
      minimumNumberOfCalls: Math.ceil(limits.breakerWindow / 2),
    }),
  })
  const deadlineMs = (effect: Effect) => (effect === Effect.LiveRead ? limits.liveTimeoutMs : limits.timeoutMs)

  const guarded = async <T>(call: Call<T>, signal: AbortSignal): Promise<Attempt<T>> => {
    try {
      return await breaker.execute(() =>
        attempt({ ...call, upstream, signal, callerSignal: call.signal, deadlineMs: deadlineMs(call.effect) }),
      )
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error
      const text = `${upstream} has failed too often; nothing is sent to it for ${limits.breakerOpenMs} ms`
      const failure = new UpstreamFailure(FailureKind.Unavailable, upstream, FailureCode.BreakerOpen, text)
      return { failure, unhealthy: false }
    }
  }

  const repeated = async <T>(call: Call<T>, signal: AbortSignal): Promise<Attempt<T>> => {
    budget.earn()
    if (call.effect === Effect.Write) return guarded(call, signal)
    let retriesLeft = MOST_RETRIES
    const again = (last: unknown) => isWorthRepeating(last) && retriesLeft-- > 0 && budget.spend()
    const backoff = new ExponentialBackoff({ initialDelay: FIRST_RETRY_MS, maxDelay: LONGEST_RETRY_MS })
    const policy = retry(handleWhenResult(again), { maxAttempts: MOST_RETRIES, backoff })
    return policy.execute(() => guarded(call, signal), signal)
  }

  /** At once where there is room; otherwise after those who wait, one of each caller in turn. */
  const turn = async (caller: string, signal: AbortSignal): Promise<void> => {
    if (gate.isOpenTo(caller)) return gate.enter(caller)
    try {
      await gate.wait(caller, signal)
      options.onHeldBack?.(upstream, 'queued', caller)
    } catch (error) {
      if (error instanceof GateFull) options.onHeldBack?.(upstream, 'refused', caller)
      throw error
    }
  }

  const whole = async <T>(call: Call<T>): Promise<T> => {
    const caller = upstreamCaller()
    let sent = false
    const deadline = timeout(deadlineMs(call.effect), TimeoutStrategy.Aggressive)
    try {
      const last = await deadline.execute(async ({ signal }) => {
        await turn(caller, signal)
        sent = true
        return repeated(call, signal).finally(() => gate.leave(caller))
      }, call.signal)
      if ('value' in last) return last.value
      throw last.failure
    } catch (error) {
      throw error instanceof UpstreamFailure ? error : neverAnswered(error, { upstream, call, sent })
    }
  }

  let silent = false
  const observed = async <T>(call: Call<T>): Promise<T> => {
    const startedMs = performance.now()
    const report = (failure: UpstreamFailure | null) => {
      if (failure?.code !== FailureCode.Aborted) silent = failure !== null && !isDefinite(failure.kind)
      tell(options, { upstream, operation: call.operation, durationMs: performance.now() - startedMs }, failure)
    }
    try {
      const value = await whole(call)
      report(null)
      return value
    } catch (error) {
      const failure = asReadIfRead(error as UpstreamFailure, call.effect)
      report(failure)
      throw failure
    }
  }

  return Object.assign(observed, { state: () => states[breaker.state], silent: () => silent })
}

const states: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
}

/** The deadline passed, the caller left or the queue was full: what it means depends on whether anything was sent. */
function neverAnswered(
  error: unknown,
  at: { upstream: Upstream; call: Call<unknown>; sent: boolean },
): UpstreamFailure {
  const { upstream, call, sent } = at
  if (error instanceof GateFull) {
    const text = `${upstream} has as many calls waiting as it may`
    return new UpstreamFailure(FailureKind.Unavailable, upstream, FailureCode.Busy, text)
  }
  const late = noAnswer(upstream, call.operation, call.signal?.aborted === true, error)
  return sent ? late : new UpstreamFailure(FailureKind.Unavailable, upstream, late.code, late.message, { cause: error })
}

/** A read changes nothing, so not knowing how it went only means asking again; an unreadable answer stays what it is. */
function asReadIfRead(failure: UpstreamFailure, effect: Effect): UpstreamFailure {
  if (effect === Effect.Write || failure.kind !== FailureKind.Unknown || failure.code === FailureCode.Malformed) {
    return failure
  }
  const { upstream, code, message, retryAfterSeconds } = failure
  return new UpstreamFailure(FailureKind.Unavailable, upstream, code, message, { retryAfterSeconds, cause: failure })
}

function tell(
  { log, onCall }: CallObservers,
  call: { upstream: Upstream; operation: string; durationMs: number },
  failure: UpstreamFailure | null,
): void {
  const outcome = failure === null ? 'ok' : (failure.kind.toLowerCase() as CallOutcome)
  onCall({ ...call, outcome })
  const fields = { ...call, durationMs: Math.round(call.durationMs), outcome }
  if (failure === null) log.info(fields, `${call.upstream} ${call.operation}`)
  else log.warn({ ...fields, code: failure.code, reason: failure.message }, `${call.upstream} ${call.operation}`)
}
