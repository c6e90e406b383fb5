/** Serves Stripe's API calls with keys, idempotency, faults and its error shape. */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, answerWithFaults, type Faults, send } from '../faults.ts'
import type { Permissions } from '../permissions.ts'
import type { RefusalsOnRequest } from '../refusals-on-request.ts'
import type { StripeAccount } from './account.ts'
import { API_VERSION } from './events.ts'
import { decodeForm, type Form } from './form.ts'
import { fingerprintOf, keepReply, keptReply } from './idempotency.ts'
import { newId } from './new-id.ts'
import { outage, StripeRefusal } from './refusal.ts'
import type { Route } from './route.ts'

export interface ServedBy {
  account: StripeAccount
  faults: Faults
  permissions: Permissions
  refusals: RefusalsOnRequest<StripeRefusal>
  secretKey: string
  /** Settles once the state is safe. */
  saved(): Promise<void>
}

/** One request as it is being answered. */
interface Served {
  id: string
  path: string
  params: Form
  version: string
  requestId: string
  key: string | undefined
}

/** Adds these calls to the server. */
export function registerRoutes(app: FastifyInstance, routes: readonly Route[], by: ServedBy): void {
  const inProgress = new Set<string>()
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => serve(route, request, reply, by, inProgress),
    })
  }
}

async function serve(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  by: ServedBy,
  inProgress: Set<string>,
): Promise<FastifyReply> {
  const requestId = newId('req_', 14)
  describe(request, reply, requestId)
  const refusal = keyRefusal(request, by.secretKey)
  if (refusal) return send(reply, refusal.answer())
  const call = read(route, request, requestId)
  const { key } = call
  if (key !== undefined && inProgress.has(key)) return send(reply, keyInUse(key).answer())
  if (key !== undefined) inProgress.add(key)
  try {
    return await answerWithFaults(reply, by.faults, {
      operation: route.operation,
      refuse: outage,
      perform: async () => {
        const lacked = by.permissions.lacks(route.operation)
        if (lacked !== null) return notPermitted(lacked).answer()
        const answer = by.refusals.take(route.operation)?.answer() ?? perform(route, call, by.account)
        await by.saved()
        return answer
      },
    })
  } finally {
    if (key !== undefined) inProgress.delete(key)
  }
}

function read(route: Route, request: FastifyRequest, requestId: string): Served {
  const [path = '', query = ''] = request.url.split('?')
  return {
    id: (request.params as { id?: string }).id ?? '',
    path,
    params: decodeForm(route.method === 'GET' ? query : typeof request.body === 'string' ? request.body : ''),
    version: oneHeader(request, 'stripe-version') ?? API_VERSION,
    requestId,
    key: route.method === 'POST' ? oneHeader(request, 'idempotency-key') : undefined,
  }
}

/** Answers from the kept reply of the key, or runs the call and keeps its reply. */
function perform(route: Route, call: Served, account: StripeAccount): Answer {
  if (call.key === undefined) return run(route, call, account).answer
  const fingerprint = fingerprintOf(call.path, call.params)
  try {
    const kept = keptReply(account, call.key, fingerprint)
    if (kept) {
      const headers = { 'idempotent-replayed': 'true', 'original-request': kept.requestId }
      return { status: kept.status, body: kept.body, headers }
    }
  } catch (problem) {
    return refusalOf(problem).answer()
  }
  const { answer, kept } = run(route, call, account)
  if (kept) keepReply(account, call.key, { fingerprint, requestId: call.requestId, ...answer })
  return answer
}

function run(route: Route, call: Served, account: StripeAccount): { answer: Answer; kept: boolean } {
  account.cause = { id: call.requestId, idempotency_key: call.key ?? null }
  try {
    // A copy: what was answered stays as it was, whatever becomes of the object.
    return { answer: { status: 200, body: structuredClone(route.handle(call)) }, kept: true }
  } catch (problem) {
    const refusal = refusalOf(problem)
    return { answer: refusal.answer(), kept: refusal.kept }
  } finally {
    account.cause = undefined
  }
}

function refusalOf(problem: unknown): StripeRefusal {
  if (problem instanceof StripeRefusal) return problem
  throw problem
}

function describe(request: FastifyRequest, reply: FastifyReply, requestId: string): void {
  reply.headers({
    'request-id': requestId,
    'stripe-version': oneHeader(request, 'stripe-version') ?? API_VERSION,
  })
  const key = oneHeader(request, 'idempotency-key')
  if (key !== undefined) reply.header('idempotency-key', key)
}

/** The key arrives as a bearer token, or as the user name of basic authentication (`curl -u`). */
function keyRefusal(request: FastifyRequest, secretKey: string): StripeRefusal | undefined {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ')
  const basic = scheme?.toLowerCase() === 'basic'
  const given = basic ? (Buffer.from(value, 'base64').toString().split(':')[0] ?? '') : value
  if (given === '') {
    const message = "You did not provide an API key. Send it in the Authorization header: 'Bearer YOUR_SECRET_KEY'."
    return new StripeRefusal(401, { type: 'invalid_request_error', message })
  }
  if (given.length === secretKey.length && timingSafeEqual(Buffer.from(given), Buffer.from(secretKey))) return undefined
  const masked = `${given.slice(0, 8)}${'*'.repeat(Math.max(0, given.length - 12))}${given.slice(12).slice(-4)}`
  return new StripeRefusal(401, { type: 'invalid_request_error', message: `Invalid API Key provided: ${masked}` })
}

/** As for a restricted key: docs.stripe.com/keys/restricted-api-keys. */
function notPermitted(kind: string): StripeRefusal {
  const message = `The provided key does not have the required permissions for this endpoint: ${kind}.`
  return new StripeRefusal(403, { type: 'invalid_request_error', message }, false)
}

function keyInUse(key: string): StripeRefusal {
  return new StripeRefusal(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotency-Key: ${key}.`,
  })
}

function oneHeader(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
