/** Makes one call to the partner's HTTP API, authenticated, with failures typed by status. */
import { isUpstreamFailure, Upstream, type UpstreamFailure } from '../../values/upstream-failure.ts'
import { fetchWithin } from '../bounded-fetch.ts'
import type { Effect, UpstreamCall } from '../upstream-call.ts'
import { FailureCode, failureOfStatus, MOST_REPLY_BYTES, malformed, tooLargeReply } from '../upstream-reply.ts'
import { errorReply } from './partner-replies.ts'
import type { TokenSource } from './partner-token.ts'

export interface PartnerCall {
  /** E.g. `program_enrolments.create`. */
  operation: string
  effect: Effect
  /** Below the base URL, with the query. */
  path: string
  /** Makes it a POST. */
  body?: object
  ifNoneMatch?: string | null
  /** What is an answer besides 2xx: 302, 303, 304, 404 or 409 mean something to the caller. */
  alsoAnswers?: readonly number[]
  signal?: AbortSignal | undefined
}

export interface PartnerAnswer {
  status: number
  headers: Headers
  /** Parsed JSON; null without a body. */
  body: unknown
}

/** Throws UpstreamFailure for every status that is no answer to this call. */
export type PartnerExchange = (call: PartnerCall) => Promise<PartnerAnswer>

const boundedFetch = fetchWithin(MOST_REPLY_BYTES, () => tooLargeReply(Upstream.Partner))

/** The exchange with the partner at `baseUrl`, e.g. https://partner.example/partners. Follows no redirect by itself. */
export function partnerExchange(options: {
  baseUrl: string
  tokens: TokenSource
  call: UpstreamCall
}): PartnerExchange {
  const { tokens } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const send = async (request: PartnerCall, signal: AbortSignal): Promise<PartnerAnswer> => {
    const token = await tokens.token(signal)
    const response = await boundedFetch(baseUrl + request.path, {
      ...asked(request, token),
      redirect: 'manual',
      signal,
    })
    return read(request, response, await response.text())
  }
  return (request) =>
    options.call({
      operation: request.operation,
      effect: request.effect,
      ...(request.signal && { signal: request.signal }),
      send: async (signal) => {
        try {
          return await send(request, signal)
        } catch (error) {
          if (isUpstreamFailure(error) && error.code === FailureCode.Misconfigured) tokens.forget()
          throw error
        }
      },
    })
}

function asked({ body, ifNoneMatch }: PartnerCall, token: string) {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(ifNoneMatch && { 'if-none-match': ifNoneMatch }),
  }
  if (body === undefined) return { method: 'GET', headers }
  return { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

function read({ alsoAnswers = [] }: PartnerCall, { status, ok, headers }: Response, text: string): PartnerAnswer {
  if (!ok && !alsoAnswers.includes(status)) throw failureOf({ status, headers, body: parsedOrNull(text) }, text)
  if (text === '') return { status, headers, body: null }
  try {
    return { status, headers, body: JSON.parse(text) as unknown }
  } catch (error) {
    throw malformed(Upstream.Partner, `${status} with ${(error as Error).message}`, error)
  }
}

/** What an answer says when it is a no after all. */
export function failureOf({ status, headers, body }: PartnerAnswer, text = ''): UpstreamFailure {
  const said = errorReply.safeParse(body).data?.error
  return failureOfStatus(Upstream.Partner, {
    status,
    code: said?.code ?? null,
    message: said?.message ?? text.slice(0, 200),
    retryAfter: headers.get('retry-after'),
  })
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not the agreed error body: the status alone decides.
    return null
  }
}
