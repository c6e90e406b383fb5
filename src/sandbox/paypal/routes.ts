/** Serves PayPal's API calls with tokens, request ids, faults and its error shape. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, answerWithFaults, type Faults, send } from '../faults.ts'
import type { Permissions } from '../permissions.ts'
import type { RefusalsOnRequest } from '../refusals-on-request.ts'
import { checkToken } from './access-tokens.ts'
import type { PaypalMerchant } from './merchant.ts'
import { malformedJson, newDebugId, notPermitted, outage, PaypalRefusal } from './refusal.ts'
import { fingerprintOf, keepReply, keptReply, keyOf, previousInProgress } from './request-ids.ts'
import type { Call, Route } from './route.ts'

export interface ServedBy {
  merchant: PaypalMerchant
  faults: Faults
  permissions: Permissions
  refusals: RefusalsOnRequest<PaypalRefusal>
  /** Settles once the state is safe. */
  saved(): Promise<void>
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
  const debugId = newDebugId()
  reply.header('paypal-debug-id', debugId)
  const requestId = route.repeats ? request.headers['paypal-request-id'] : undefined
  const key = typeof requestId === 'string' && requestId !== '' ? keyOf(route, requestId) : undefined
  if (key !== undefined && inProgress.has(key)) return send(reply, previousInProgress().answer(debugId))
  if (key !== undefined) inProgress.add(key)
  try {
    return await answerWithFaults(reply, by.faults, {
      operation: route.operation,
      refuse: outage,
      perform: async () => {
        const answer = answerCall(route, request, key, by, debugId)
        await by.saved()
        return answer
      },
    })
  } finally {
    if (key !== undefined) inProgress.delete(key)
  }
}

function answerCall(
  route: Route,
  request: FastifyRequest,
  key: string | undefined,
  by: ServedBy,
  debugId: string,
): Answer {
  try {
    checkToken(by.merchant, request.headers.authorization)
    if (by.permissions.lacks(route.operation) !== null) throw notPermitted()
    return perform(route, request, key, by)
  } catch (problem) {
    if (problem instanceof PaypalRefusal) return problem.answer(debugId)
    throw problem
  }
}

/** Answers from the kept reply of the request id, or runs the call and keeps its reply. */
function perform(route: Route, request: FastifyRequest, key: string | undefined, by: ServedBy): Answer {
  const call = read(request, key !== undefined)
  if (key === undefined || route.repeats === undefined) return run(route, call, by)
  // Without the query: the SDK ends its addresses in a bare question mark.
  const fingerprint = fingerprintOf(request.url.split('?')[0] ?? '', call.body)
  const kept = keptReply(by.merchant, key, fingerprint)
  if (kept) return { status: kept.status, body: kept.body }
  const answer = run(route, call, by)
  const { keptForMs, status } = route.repeats
  keepReply(by.merchant, key, { fingerprint, keptForMs, repeatStatus: status, answer })
  return answer
}

function run(route: Route, call: Call, by: ServedBy): Answer {
  const refusal = by.refusals.take(route.operation)
  if (refusal) throw refusal
  // A copy: what was answered stays as it was, whatever becomes of the object.
  return structuredClone(route.handle(call))
}

function read(request: FastifyRequest, hasRequestId: boolean): Call {
  const { body } = request
  if (typeof body === 'string') throw malformedJson()
  return {
    id: (request.params as { id?: string }).id ?? '',
    query: new URLSearchParams(request.url.split('?')[1] ?? ''),
    body: body ?? undefined,
    whole: request.headers.prefer === 'return=representation',
    hasRequestId,
  }
}
