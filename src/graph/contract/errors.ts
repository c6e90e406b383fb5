/** Constructs the thrown errors, one for each code that clients may switch on. */
import { GraphQLError } from 'graphql'

/** Codes of top-level errors. Expected refusals of mutations are not among them: those are returned as userErrors. */
export const ErrorCode = {
  Unauthenticated: 'UNAUTHENTICATED',
  Forbidden: 'FORBIDDEN',
  BadUserInput: 'BAD_USER_INPUT',
  NotFound: 'NOT_FOUND',
  MethodNotAllowed: 'METHOD_NOT_ALLOWED',
  NotAcceptable: 'NOT_ACCEPTABLE',
  RateLimited: 'RATE_LIMITED',
  TooComplex: 'TOO_COMPLEX',
  UpstreamUnavailable: 'UPSTREAM_UNAVAILABLE',
  Internal: 'INTERNAL',
} as const
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

/** HTTP status when an error refuses the whole request; an error in one field leaves the status alone. */
const statusOfCode: Readonly<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  RATE_LIMITED: 429,
  TOO_COMPLEX: 400,
  UPSTREAM_UNAVAILABLE: 503,
  INTERNAL: 500,
}

/** An error whose message and extensions were written for the client: it is shown as it is. */
export class GraphError extends GraphQLError {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message, { extensions: { code, ...details } })
    this.name = 'GraphError'
    this.code = code
  }

  get status(): number {
    return statusOfCode[this.code]
  }

  /** Headers that go with the refusal of a whole request. */
  get headers(): ReadonlyMap<string, string> {
    const headers = new Map<string, string>()
    if (this.code === ErrorCode.Unauthenticated) headers.set('www-authenticate', 'Bearer realm="gateway"')
    const { retryAfterSeconds, allow, acceptEncoding } = this.extensions
    if (typeof allow === 'string') headers.set('allow', allow)
    if (typeof acceptEncoding === 'string') headers.set('accept-encoding', acceptEncoding)
    if (typeof retryAfterSeconds === 'number') headers.set('retry-after', String(retryAfterSeconds))
    return headers
  }
}

/** Nobody is signed in, or the token does not prove who. */
export function unauthenticated(
  message = 'Sign in first: send a bearer token in the Authorization header.',
): GraphError {
  return new GraphError(ErrorCode.Unauthenticated, message)
}

/** The caller is known and may not. */
export function forbidden(message: string): GraphError {
  return new GraphError(ErrorCode.Forbidden, message)
}

/** A value does not fit. `field` is its path, e.g. ["input","courseRunId"]; the message says what was expected. */
export function badUserInput(message: string, field: string | readonly string[] = []): GraphError {
  return new GraphError(ErrorCode.BadUserInput, message, { field: typeof field === 'string' ? [field] : field })
}

/** A text or list is longer than its input's bound: names the place, what was found and what is allowed. */
export function tooLong(
  field: readonly string[],
  limit: 'characters' | 'items' | 'bytes',
  found: number,
  allowed: number,
): GraphError {
  const message = `"${field.join('.')}" has ${found} ${limit}; at most ${allowed} fit.`
  return new GraphError(ErrorCode.BadUserInput, message, { field, limit, found, allowed })
}

/** PostgreSQL keeps no such text, and nobody types it: refused at the door, so that it is no fault of ours further in. */
export function unstorableText(field: readonly string[] = []): GraphError {
  return badUserInput('Texts may not contain the character NUL (U+0000), nor half of a surrogate pair.', field)
}

/** No such thing, or not one that the caller may see: both read the same. */
export function notFound(message: string, field: string | readonly string[] = []): GraphError {
  return new GraphError(ErrorCode.NotFound, message, { field: typeof field === 'string' ? [field] : field })
}

/** The address, or the operation, is not for this method; `allow` lists those that it is for. */
export function methodNotAllowed(message: string, allow: string): GraphError {
  return new GraphError(ErrorCode.MethodNotAllowed, message, { allow })
}

/** The answer has no form that the request takes; `accept` is what it would have to take. */
export function notAcceptable(message: string, accept: string): GraphError {
  return new GraphError(ErrorCode.NotAcceptable, message, { accept })
}

/** The caller's rate limit is exhausted; it is enough again after `retryAfterSeconds` whole seconds. */
export function rateLimited(
  message: string,
  retryAfterSeconds: number,
  details: Record<string, unknown> = {},
): GraphError {
  return new GraphError(ErrorCode.RateLimited, message, { retryAfterSeconds, ...details })
}

/** A document beyond a limit: names the limit, what was found and what is allowed. */
export function tooComplex(limit: string, found: number, allowed: number): GraphError {
  return new GraphError(ErrorCode.TooComplex, `The document has ${found} ${limit}; at most ${allowed} are allowed.`, {
    limit,
    found,
    allowed,
  })
}

/** Another system did not answer; what is stored here is still served. */
export function upstreamUnavailable(upstream: string, retryAfterSeconds: number | null = null): GraphError {
  return new GraphError(
    ErrorCode.UpstreamUnavailable,
    `The ${upstream} system does not answer right now; try again later.`,
    {
      upstream,
      ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    },
  )
}

/** A fault of ours; the cause stays in the log under this correlation id. */
export function internalError(correlationId: string): GraphError {
  return new GraphError(ErrorCode.Internal, `Something went wrong on our side. Quote ${correlationId}.`, {
    correlationId,
  })
}

/** It was stopped at its deadline. */
export function tookTooLong(deadlineMs: number, correlationId: string): GraphError {
  const message = `The request took longer than ${deadlineMs / 1000} s and was stopped. Quote ${correlationId}.`
  return new GraphError(ErrorCode.Internal, message, { correlationId })
}
