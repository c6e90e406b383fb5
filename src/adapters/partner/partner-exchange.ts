/** One call to the partner's HTTP API: the locally signed token, the redirects that are answers, the shape of the reply. */
import { SignJWT } from 'jose'
import type { z } from 'zod'
import { FailureKind, OutsideFailure, Upstream } from '../../values/outside-failure.ts'
import type { Effect, OutsideCall } from '../outside-call.ts'
import { failureOfStatus, malformed, readReply } from '../outside-reply.ts'
import { errorReply } from './partner-replies.ts'

export interface PartnerCall {
  operation: string
  effect: Effect
  method?: 'GET' | 'POST'
  /** Below the base URL, e.g. /programs?page_size=200, or a whole address that the partner gave. */
  path: string
  body?: object
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** Status, headers and body of an answer that is no failure; a redirect is one of them and is never followed blindly. */
export interface PartnerAnswer {
  status: number
  headers: Headers
  body: unknown
}

export interface PartnerExchange {
  /** Throws OutsideFailure. Answers 2xx, 302, 303, 304, 404 and 409. */
  ask(call: PartnerCall): Promise<PartnerAnswer>
  /** The reply in its shape. */
  read<Shape extends z.ZodType>(shape: Shape, answer: PartnerAnswer): z.output<Shape>
}

const tokenSeconds = 600
const answers = new Set([200, 201, 202, 204, 302, 303, 304, 404, 409])

/** Tokens are signed here, valid ten minutes, and used for nine. */
function tokenMaker(consumerKey: string, sharedSecret: string): () => Promise<string> {
  const secret = new TextEncoder().encode(sharedSecret)
  let made: { token: Promise<string>; untilMs: number } | null = null
  return () => {
    const nowMs = Date.now()
    if (!made || made.untilMs < nowMs) {
      const token = new SignJWT({})
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(consumerKey)
        .setIssuedAt()
        .setExpirationTime(`${tokenSeconds}s`)
        .sign(secret)
      made = { token, untilMs: nowMs + (tokenSeconds - 60) * 1000 }
    }
    return made.token
  }
}

/** The exchange with the partner at `baseUrl`. */
export function partnerExchange(options: {
  baseUrl: string
  consumerKey: string
  sharedSecret: string
  call: OutsideCall
}): PartnerExchange {
  const { baseUrl, call } = options
  const token = tokenMaker(options.consumerKey, options.sharedSecret)

  async function send(request: PartnerCall, signal: AbortSignal): Promise<PartnerAnswer> {
    const url = request.path.startsWith('/') ? baseUrl + request.path : request.path
    if (!url.startsWith(`${baseUrl}/`)) {
      const text = `an address outside ${baseUrl} is not followed`
      throw new OutsideFailure(FailureKind.Refused, Upstream.Partner, 'foreign_address', text)
    }
    const response = await fetch(url, {
      method: request.method ?? 'GET',
      redirect: 'manual',
      signal,
      headers: {
        authorization: `Bearer ${await token()}`,
        accept: 'application/json',
        ...(request.body && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body && { body: JSON.stringify(request.body) }),
    })
    const text = await response.text()
    if (answers.has(response.status)) {
      return { status: response.status, headers: response.headers, body: text === '' ? null : parsed(text) }
    }
    throw failureOf(response, text)
  }

  return {
    ask: ({ operation, effect, signal, ...request }) =>
      call({
        operation,
        effect,
        ...(signal && { signal }),
        send: (within) => send({ operation, effect, ...request }, within),
      }),
    read: (shape, { body }) => readReply(Upstream.Partner, shape, body),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed(Upstream.Partner, 'it is not JSON', error)
  }
}

function failureOf(response: Response, text: string): OutsideFailure {
  let said: { code: string; message: string } | null = null
  try {
    said = errorReply.parse(JSON.parse(text)).error
  } catch {
    // Not the agreed error body: the status alone decides.
  }
  return failureOfStatus(Upstream.Partner, {
    status: response.status,
    code: said?.code ?? null,
    message: said?.message ?? text.slice(0, 200),
    retryAfter: response.headers.get('retry-after'),
  })
}
