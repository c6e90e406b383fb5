/** Reads an upstream's reply: its status as a failure, its body by a schema. */
import type { z } from 'zod'
import { FailureKind, type Upstream, UpstreamFailure } from '../values/upstream-failure.ts'

export interface ErrorReply {
  status: number
  /** The upstream's own code; null when it gave none. */
  code: string | null
  /** The upstream's words, for the log. */
  message: string
  /** The header as it came. */
  retryAfter: string | null
}

/** Codes of ours, beside the upstreams' own. */
export const FailureCode = {
  Timeout: 'timeout',
  Aborted: 'aborted',
  ConnectionRefused: 'connection_refused',
  ConnectionLost: 'connection_lost',
  BreakerOpen: 'breaker_open',
  Busy: 'busy',
  RateLimited: 'rate_limited',
  Misconfigured: 'misconfigured',
  Malformed: 'malformed',
} as const

/** The failure that an HTTP status outside 2xx stands for, when the body says nothing more exact. */
export function failureOfStatus(upstream: Upstream, reply: ErrorReply): UpstreamFailure {
  const { status } = reply
  const code = reply.code ?? `http_${status}`
  const said = reply.message || null
  const text = `${upstream} answered ${status} ${code}: ${reply.message}`
  const retryAfterSeconds = secondsToWait(reply.retryAfter)
  if (status === 429) {
    return new UpstreamFailure(FailureKind.Unavailable, upstream, FailureCode.RateLimited, text, { retryAfterSeconds })
  }
  // Our key is wrong or may not, so nothing was done; once it is put right the same call works. No learner may lose a
  // place for it.
  if (status === 401)
    return new UpstreamFailure(FailureKind.NotPermitted, upstream, FailureCode.Misconfigured, text, { said })
  if (status === 403) return new UpstreamFailure(FailureKind.NotPermitted, upstream, code, text, { said })
  if (status === 503) return new UpstreamFailure(FailureKind.Unavailable, upstream, code, text, { retryAfterSeconds })
  // 408: the upstream gave up waiting for the rest of the request, or says that it did.
  if (status >= 500 || status === 408 || status < 400) {
    return new UpstreamFailure(FailureKind.Unknown, upstream, code, text, { retryAfterSeconds })
  }
  return new UpstreamFailure(FailureKind.Refused, upstream, code, text, { said })
}

/** Whole seconds of a Retry-After header, which may also be a date; null when there is none or it cannot be read. */
export function secondsToWait(header: string | null, nowMs = Date.now()): number | null {
  if (header === null) return null
  if (/^\d{1,9}$/.test(header.trim())) return Number(header)
  const untilMs = Date.parse(header)
  return Number.isNaN(untilMs) ? null : Math.max(0, Math.ceil((untilMs - nowMs) / 1000))
}

/** The answer in the agreed shape. Throws UNKNOWN `malformed`, naming each field at fault and what was expected. */
export function readUpstreamReply<Shape extends z.ZodType>(
  upstream: Upstream,
  shape: Shape,
  body: unknown,
): z.output<Shape> {
  const read = shape.safeParse(body)
  if (read.success) return read.data
  throw malformed(upstream, problems(read.error), read.error)
}

/** Each problem as `field: what was expected`, in one line; at most five, since one bad page repeats the same fault. */
export function problems({ issues }: z.ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'the answer'}: ${message}`)
    .join('; ')
}

/** An answer that cannot be read: whatever was asked for may have been done. */
export function malformed(upstream: Upstream, problem: string, cause?: unknown): UpstreamFailure {
  const text = `${upstream} sent an answer that cannot be read: ${problem}`
  return new UpstreamFailure(FailureKind.Unknown, upstream, FailureCode.Malformed, text, { cause })
}

/** More than any answer is made of: a page of 300 events or of the whole catalogue has less than 2 MB. */
export const MOST_REPLY_BYTES = 5_000_000

/** An answer of more bytes, unzipped: it is not read to its end. */
export function tooLargeReply(upstream: Upstream): UpstreamFailure {
  return malformed(upstream, `it has more than ${MOST_REPLY_BYTES} bytes`)
}

/** The codes and messages of an error and of everything that caused it: libraries wrap them two or three deep. */
export function reasonText(error: unknown): string {
  const parts: string[] = []
  for (let at = error as Wrapped | undefined, depth = 0; at && depth < MOST_CAUSES; depth += 1) {
    parts.push([at.code, at.message].filter(Boolean).join(' '))
    at = at.cause ?? at.detail ?? at.errors?.[0]
  }
  return parts.filter(Boolean).join(': ') || String(error)
}

const MOST_CAUSES = 5

/** Where Node, undici, AggregateError and the Stripe SDK keep what went wrong below. */
interface Wrapped {
  code?: unknown
  message?: unknown
  cause?: Wrapped
  detail?: Wrapped
  errors?: Wrapped[]
}
