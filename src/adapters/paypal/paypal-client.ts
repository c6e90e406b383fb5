/** The one client of ours around PayPal's old SDK: survives its sharp edges, and speaks only what we use. */
import paypal from '@paypal/checkout-server-sdk'
import { FailureKind, OutsideFailure, Upstream } from '../../values/outside-failure.ts'
import { Effect, type OutsideCall } from '../outside-call.ts'
import { failureOfStatus, malformed } from '../outside-reply.ts'

interface SdkRequest {
  path: string
  verb: 'GET' | 'POST'
  headers: Record<string, string>
  body?: unknown
}

interface SdkReply {
  statusCode: number
  headers: Record<string, string>
  result: unknown
}

export interface PayPalRequest {
  operation: string
  path: string
  verb?: 'GET' | 'POST'
  body?: object
  /** PayPal-Request-Id: stored before the call. */
  key?: string
}

export interface PayPalClient {
  /** The reply's body. Throws OutsideFailure. */
  ask(request: PayPalRequest): Promise<unknown>
  /** The same, null for a 404. */
  find(request: PayPalRequest): Promise<unknown | null>
}

const timeoutMs = 10_000

/**
 * The SDK parses replies in an event handler: a 2xx that is not JSON would throw outside its promise and end the
 * process, so its parser is replaced by one that never throws and marks what it could not read.
 */
class CarefulClient extends paypal.core.PayPalHttpClient {
  override getTimeout(): number {
    return timeoutMs
  }
}

const unreadable = Symbol('unreadable')

function carefulEncoder(encoder: {
  deserializeResponse(body: string, headers: Record<string, string>): unknown
}): void {
  encoder.deserializeResponse = (body) => {
    try {
      return body === '' ? {} : JSON.parse(body)
    } catch {
      return unreadable
    }
  }
}

/** The client for a base URL. */
export function payPalClient(options: {
  clientId: string
  clientSecret: string
  baseUrl: string
  webUrl: string
  call: OutsideCall
}): PayPalClient {
  const environment = new paypal.core.PayPalEnvironment(
    ...[options.clientId, options.clientSecret, options.baseUrl, options.webUrl],
  )
  const sdk = new CarefulClient(environment)
  carefulEncoder(sdk.encoder)

  async function send({ path, verb = 'GET', body, key }: PayPalRequest): Promise<unknown> {
    const headers: Record<string, string> = { 'Content-Type': 'application/json', Prefer: 'return=representation' }
    if (key) headers['PayPal-Request-Id'] = key
    const request: SdkRequest = { path, verb, headers, ...(verb === 'POST' && { body: body ?? {} }) }
    let reply: SdkReply
    try {
      reply = (await sdk.execute(request)) as SdkReply
    } catch (error) {
      throw failureOf(error)
    }
    if (reply.result === unreadable) throw malformed(Upstream.PayPal, 'it is not JSON')
    return reply.result
  }

  const ask = (request: PayPalRequest) =>
    options.call({
      operation: request.operation,
      effect: request.verb === 'POST' ? Effect.Write : Effect.Read,
      send: () => send(request),
    })
  return {
    ask,
    async find(request) {
      try {
        return await ask(request)
      } catch (error) {
        if (error instanceof OutsideFailure && error.code === 'RESOURCE_NOT_FOUND') return null
        throw error
      }
    },
  }
}

interface SdkError {
  statusCode?: number
  message?: string
  headers?: Record<string, string>
}

/** The SDK's errors carry the raw text of the reply; the issue in it says more than the status. */
function failureOf(error: unknown): unknown {
  const { statusCode, message = '', headers } = error as SdkError
  if (statusCode === undefined) return error
  let said: { name?: string; message?: string; details?: { issue?: string }[] } = {}
  try {
    said = JSON.parse(message)
  } catch {
    // Not PayPal's error body: the status alone decides.
  }
  if (statusCode >= 200 && statusCode < 300) return malformed(Upstream.PayPal, 'it is not JSON', error)
  const failure = failureOfStatus(Upstream.PayPal, {
    status: statusCode,
    code: said.details?.[0]?.issue ?? said.name ?? null,
    message: said.message ?? '',
    retryAfter: headers?.['retry-after'] ?? null,
  })
  if (statusCode !== 404) return failure
  return new OutsideFailure(FailureKind.Refused, Upstream.PayPal, 'RESOURCE_NOT_FOUND', failure.message)
}
