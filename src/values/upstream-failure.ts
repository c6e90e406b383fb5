/** Declares the four kinds of failure of an upstream call. */

/**
 * REFUSED: the upstream said no for good; nothing was done.
 * UNAVAILABLE: it certainly did nothing now, and may do it later (429, 503, connection refused, breaker open).
 * UNKNOWN: it may or may not have done it (timeout, reset, 5xx after sending, unreadable answer): look before sending again.
 * NOT_PERMITTED: our key may not (401, 403): nothing was done, and nothing about the thing itself is decided.
 */
export const FailureKind = {
  Refused: 'REFUSED',
  Unavailable: 'UNAVAILABLE',
  Unknown: 'UNKNOWN',
  NotPermitted: 'NOT_PERMITTED',
} as const
export type FailureKind = (typeof FailureKind)[keyof typeof FailureKind]

/** Which upstream; also the name of its breaker, its metrics and its line in the log. */
export const Upstream = { Partner: 'partner', Stripe: 'stripe', PayPal: 'paypal', Mail: 'mail' } as const
export type Upstream = (typeof Upstream)[keyof typeof Upstream]

export class UpstreamFailure extends Error {
  readonly kind: FailureKind
  readonly upstream: Upstream
  /** The upstream's own stable code, e.g. `run_full`, `ORDER_ALREADY_CAPTURED`, or ours: `timeout`, `breaker_open`, `malformed`. */
  readonly code: string
  /** How long the upstream asked us to wait, in whole seconds; null when it did not say. */
  readonly retryAfterSeconds: number | null
  /** The upstream's own sentence; null when it said none. */
  readonly said: string | null

  constructor(
    kind: FailureKind,
    upstream: Upstream,
    code: string,
    message: string,
    options: { retryAfterSeconds?: number | null; said?: string | null; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'UpstreamFailure'
    this.kind = kind
    this.upstream = upstream
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
    this.said = options.said ?? null
  }
}

/** Whether `error` is an upstream's failure, of that kind when one is given. */
export function isUpstreamFailure(error: unknown, kind?: FailureKind): error is UpstreamFailure {
  return error instanceof UpstreamFailure && (kind === undefined || error.kind === kind)
}
