/** Serves the partner's API operations with authentication, faults, ETags and saving. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { jwtVerify } from 'jose'
import { type Answer, answerWithFaults, type Faults, send } from '../faults.ts'
import { ApiRefusal, type Query, refusal, withEtag } from './api-answers.ts'
import type { Refusals } from './refusals.ts'

/** Every operation that a fault can be armed for. */
export const operations = [
  'programs.list',
  'programs.get',
  'program_runs.list',
  'program_runs.get',
  'program_runs.find',
  'program_runs.availability',
  'organisation_memberships.create',
  'organisation_memberships.get',
  'organisation_memberships.find',
  'program_enrolments.create',
  'program_enrolments.get',
  'program_enrolments.find',
  'program_enrolments.list',
  'program_enrolments.deactivate',
  'program_enrolments.reactivate',
  'learners.get',
  'organisations.get',
] as const
export type Operation = (typeof operations)[number]

/** A call as an operation sees it. */
export interface ApiCall {
  /** The `:uuid` of the path; empty where the path has none. */
  uuid: string
  query: Query
  body: unknown
}

export interface Consumer {
  consumerKey: string
  sharedSecret: string
}

export interface ApiRouteOptions {
  app: FastifyInstance
  consumer: Consumer
  faults: Faults
  refusals: Refusals
  /** Settles once all changes are kept. */
  saved: () => Promise<void>
  now: () => Date
}

export type ServeOperation = (
  operation: Operation,
  method: 'GET' | 'POST',
  path: string,
  perform: (call: ApiCall) => Answer,
) => void

/** Answers a function that serves one operation under /partners. */
export function apiRoutes({ app, consumer, faults, refusals, saved, now }: ApiRouteOptions): ServeOperation {
  return (operation, method, path, perform) => {
    app.route({
      method,
      url: `/partners${path}`,
      handler: async (request, reply) => {
        const problem = await authenticationProblem(request, consumer, now())
        if (problem !== undefined) {
          return send(reply, { ...refusal(401, 'unauthorized', problem), headers: { 'www-authenticate': 'Bearer' } })
        }
        return answerWithFaults(reply, faults, {
          operation,
          refuse: (status) => faultRefusals[status],
          perform: async () => {
            const answer = withEtag(
              answerOf(request, (call) => {
                refusals.check(operation)
                return perform(call)
              }),
              method === 'GET' ? ifNoneMatch(request) : undefined,
            )
            await saved()
            return answer
          },
        })
      },
    })
  }
}

const faultRefusals = {
  429: refusal(429, 'rate_limited', 'Too many requests; try again after Retry-After seconds.'),
  500: refusal(500, 'internal_error', 'Something went wrong on our side.'),
  503: refusal(503, 'unavailable', 'The service is not available at the moment.'),
}

function answerOf(request: FastifyRequest, perform: (call: ApiCall) => Answer): Answer {
  const { uuid = '' } = request.params as { uuid?: string }
  try {
    return perform({ uuid, query: request.query as Query, body: request.body })
  } catch (problem) {
    if (problem instanceof ApiRefusal) return refusal(problem.status, problem.code, problem.message, problem.reference)
    throw problem
  }
}

function ifNoneMatch(request: FastifyRequest): string | undefined {
  return request.headers['if-none-match']
}

/** Why the bearer token does not hold, as a sentence; undefined when it does. */
async function authenticationProblem(
  request: FastifyRequest,
  { consumerKey, sharedSecret }: Consumer,
  now: Date,
): Promise<string | undefined> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) return 'Expected the header Authorization: Bearer <JWT>.'
  try {
    await jwtVerify(token, new TextEncoder().encode(sharedSecret), {
      algorithms: ['HS256'],
      issuer: consumerKey,
      requiredClaims: ['iat', 'exp'],
      currentDate: now,
      clockTolerance: 30,
    })
    return undefined
  } catch (problem) {
    return `The token does not hold: ${problem instanceof Error ? problem.message : 'it cannot be read'}.`
  }
}
