/** Classifies the PayPal SDK's errors as upstream failures, with PayPal's issue as the code. */
import { z } from 'zod'
import { FailureKind, Upstream, UpstreamFailure } from '../../values/upstream-failure.ts'
import { FailureCode, failureOfStatus, reasonText } from '../upstream-reply.ts'

/** PayPal's error body; the issue says what happened, the name only of what kind it is. */
const errorBody = z.object({
  name: z.string(),
  message: z.string().default(''),
  details: z.array(z.object({ issue: z.string(), description: z.string().optional() })).default([]),
  debug_id: z.string().optional(),
})

/** The SDK's HttpError: the raw text of the body is its message. */
const httpError = z.object({
  statusCode: z.number(),
  message: z.string(),
  headers: z.object({ 'retry-after': z.string().optional() }).optional(),
})

/** The failure that an error of the SDK's stands for; what the network threw is handed on as it is. */
export function payPalFailure(error: unknown): unknown {
  if (error instanceof UpstreamFailure) return error
  const answered = httpError.safeParse(error)
  if (!answered.success) return isTimeout(error) ? timedOut(error as Error) : error
  const { statusCode, message: text, headers } = answered.data
  const said = bodyOf(text)
  const code = said?.details[0]?.issue ?? said?.name ?? null
  const message = said
    ? `${said.details[0]?.description ?? said.message} (debug id ${said.debug_id ?? 'none'})`
    : text.slice(0, 200)
  // Another call with the same id is on its way, or just was: nobody knows yet how it ends.
  if (statusCode === 409 && code !== 'DUPLICATE_REQUEST_ID') {
    return new UpstreamFailure(FailureKind.Unknown, Upstream.PayPal, code ?? 'http_409', message, { cause: error })
  }
  return failureOfStatus(Upstream.PayPal, {
    status: statusCode,
    code,
    message,
    retryAfter: headers?.['retry-after'] ?? null,
  })
}

/** Without an access token the call itself was never sent, so whatever went wrong, nothing was done. */
export function tokenFailure(error: unknown): UpstreamFailure {
  const failure = payPalFailure(error)
  const known = failure instanceof UpstreamFailure ? failure : null
  const kept = known?.kind === FailureKind.Unavailable ? known.code : 'no_access_token'
  const text = `PayPal gave no access token: ${known?.message ?? reasonText(error)}`
  const denied = known?.kind === FailureKind.Refused || known?.kind === FailureKind.NotPermitted
  const code = denied ? FailureCode.Misconfigured : kept
  const kind = denied ? FailureKind.NotPermitted : FailureKind.Unavailable
  return new UpstreamFailure(kind, Upstream.PayPal, code, text, {
    retryAfterSeconds: known?.retryAfterSeconds ?? null,
    said: known?.said ?? null,
    cause: error,
  })
}

function bodyOf(text: string): z.output<typeof errorBody> | null {
  try {
    return errorBody.parse(JSON.parse(text))
  } catch {
    // A proxy's page, or half an answer: the status alone decides.
    return null
  }
}

/** The SDK's own words; there is no code. */
function isTimeout(error: unknown): boolean {
  return (error as Error | undefined)?.message === 'Request timed out'
}

function timedOut(error: Error): UpstreamFailure {
  return new UpstreamFailure(FailureKind.Unknown, Upstream.PayPal, FailureCode.Timeout, error.message, { cause: error })
}
