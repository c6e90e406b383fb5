/** Serves GET and POST /graphql through Apollo to the executor. */
import { type ApolloServer, HeaderMap } from '@apollo/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type DocumentNode, OperationTypeNode } from 'graphql'
import type { Logger } from 'pino'
import type { Sender } from '../auth/authenticator.ts'
import type { Viewer } from '../auth/viewer.ts'
import { badUserInput, ErrorCode, type GraphError, tookTooLong } from '../graph/contract/errors.ts'
import type { Executor } from '../graph/execution/executor.ts'
import { publicError } from '../graph/execution/mask-errors.ts'
import { type ContextParts, GraphRequest, RequestEnded } from '../graph/execution/request.ts'
import type { Transport } from '../graph/execution/transport.rules.ts'
import type { Documents } from '../graph/limits/documents.ts'
import { type InFlight, weightOfBytes } from '../graph/limits/in-flight.ts'
import type { TrustedDocuments } from '../graph/limits/trusted-documents.ts'
import type { StreamRequest } from '../graph/streaming/streams.ts'
import type { Metrics } from '../observability/metrics.ts'
import { acceptedEvents } from './accepted-events.ts'
import { recordAnswered, recordRefused } from './answered.ts'
import { addVary, setCaching } from './caching.ts'
import { acceptedEncoding, compressed, LEAST_COMPRESSED_BYTES } from './compressed.ts'
import { type Answer, KnownRequests, knownAnswer } from './known-request.ts'
import { lengthOf } from './large-bodies.ts'
import { apolloBody, parametersOf } from './parameters-of.ts'
import { isUnread, untilRead } from './unread.ts'

/** What Apollo carries to the executor; it copies the outside, so the request itself is inside. */
export interface ApolloContext {
  request: GraphRequest
  transport: Transport
}

export interface GraphqlRoute {
  executor: Executor
  apollo: ApolloServer<ApolloContext>
  documents: Documents
  inFlight: InFlight
  trusted: TrustedDocuments
  /** Who sends this Authorization header; throws UNAUTHENTICATED for a bad token. Not a promise when it is known already. */
  authenticate(authorization: string | undefined, sender: Sender): Viewer | Promise<Viewer>
  buildContext(parts: ContextParts): object
  metrics: Metrics
  log: Logger
  /** How long a client may take nothing of its answer, in ms. */
  unreadMs: number
  /** How long a request may take, in ms; then its signal is aborted and the client gets 504. */
  deadlineMs: number
  /** Answers with events, for clients that take them. */
  streamEvents(request: FastifyRequest, reply: FastifyReply): Promise<unknown>
  /** What a browser is shown at GET /graphql; left out: an answer that says what to send. */
  browserPage?(request: FastifyRequest, reply: FastifyReply): unknown
}

const graphqlMediaType = 'application/graphql-response+json; charset=utf-8'
const jsonMediaType = 'application/json; charset=utf-8'

/** Only what Apollo asks for: building the whole map costs more than a small query. */
const headersApolloReads = ['content-type', 'accept']

function apolloHeaders(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap()
  for (const name of headersApolloReads) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  return headers
}

/** Sends the refusal of a whole request in the shape of a GraphQL answer. */
export function sendRefusal(
  httpRequest: FastifyRequest,
  reply: FastifyReply,
  error: GraphError,
  status = error.status,
) {
  for (const [name, value] of error.headers) reply.header(name, value)
  const wantsGraphql = httpRequest.headers.accept?.includes('application/graphql-response+json') ?? false
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .header('content-type', wantsGraphql ? graphqlMediaType : jsonMediaType)
    .send(JSON.stringify({ errors: [{ message: error.message, extensions: error.extensions }] }))
}

/** The codes of an answer that never reached the executor: a syntax error, an unknown field, a blocked request. */
function codesOf(body: string): string[] {
  const { errors } = JSON.parse(body) as { errors?: { extensions?: { code?: string } }[] }
  return (errors ?? []).map((error) => error.extensions?.code ?? 'BAD_REQUEST')
}

const documentCodes: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
])

/**
 * GraphQL over HTTP: who asks for application/json by name is told of a document that does not hold by its errors, with
 * status 200, for old clients take 400 for a broken connection.
 */
function isPlainJsonAnswer({ headers }: FastifyRequest, codes: readonly string[]): boolean {
  const accept = headers.accept ?? ''
  if (!accept.includes('application/json') || accept.includes('application/graphql-response+json')) return false
  return codes.every((code) => documentCodes.has(code))
}

/** A body that comes in chunks, or encoded, does not say its length; half of the most that it may have. */
const UNKNOWN_BODY_BYTES = 1_000_000

/** How many times it counts among the requests in flight. */
export const weightOf = (request: FastifyRequest): number => weightOfBytes(lengthOf(request) ?? UNKNOWN_BODY_BYTES)

/** Somebody who typed the address, not a client that asks. */
function isBrowser({ headers, url }: FastifyRequest): boolean {
  return !url.includes('?') && (headers.accept?.includes('text/html') ?? false)
}

/** Adds the route; everything it needs is handed in. */
export function addGraphqlRoute(fastify: FastifyInstance, route: GraphqlRoute): void {
  const { apollo, executor, inFlight, log, deadlineMs } = route
  const knownRequests = new KnownRequests()

  function expire(request: GraphRequest, httpRequest: FastifyRequest, reply: FastifyReply): void {
    request.abort(new RequestEnded(`The request took longer than ${deadlineMs} ms.`))
    if (reply.sent) return
    request.log.error({ deadlineMs, operationName: request.facts.operationName }, 'request passed its deadline')
    request.facts.codes.push('INTERNAL')
    sendRefusal(httpRequest, reply, tookTooLong(deadlineMs, request.correlationId), 504)
  }

  /** Takes the price of a document that is not known, and throws when it is not even to be parsed, or beyond the limits. */
  async function admitDocument(text: string, request: GraphRequest): Promise<void> {
    // What is longer than any may be is refused without a look at it.
    const isTooLong = text.length > route.documents.limits.characters
    const unpaid = isTooLong ? null : await executor.admitDocument(text, request)
    const refusal = unpaid ?? route.documents.refusal(text)
    if (refusal) throw refusal
  }

  /** Answers at once when nothing has to be waited for. */
  function begin(request: GraphRequest, httpRequest: FastifyRequest): Answer | Promise<Answer> {
    const parameters = parametersOf(httpRequest)
    // Null when there is none; throws when it is not permitted.
    const text = parameters === null ? null : route.trusted.textOf(parameters, request.viewer)
    const transport = httpRequest.method === 'POST' ? 'post' : 'get'
    if (text === null && transport === 'get') throw badUserInput('Send a document in "query".', 'query')
    const document: DocumentNode | null = text === null ? null : route.documents.valid(text)
    const known = knownRequests.read(httpRequest, parameters, document)
    if (!known) return runByApollo({ request, transport }, httpRequest, parameters, text)
    const result = executor.write({ ...known, request, transport })
    return result instanceof Promise
      ? result.then((written) => knownAnswer(written, known))
      : knownAnswer(result, known)
  }

  /** For as long as the deadline and the client permit: then the request is aborted, and its work ends by itself. */
  async function waitFor(
    answer: Promise<Answer>,
    request: GraphRequest,
    httpRequest: FastifyRequest,
    reply: FastifyReply,
  ) {
    const deadline = setTimeout(expire, deadlineMs, request, httpRequest, reply)
    const { raw } = reply
    raw.once('close', () => {
      if (!raw.writableFinished) request.clientLeft()
    })
    try {
      return await answer
    } finally {
      clearTimeout(deadline)
    }
  }

  /** A promise where the answer has to be compressed first. */
  function send(answer: Answer, request: GraphRequest, httpRequest: FastifyRequest, reply: FastifyReply) {
    const { status, headers, body } = answer
    const { cacheControl, codes, kind } = request.facts
    for (const [name, value] of headers) reply.header(name, value)
    if (status !== undefined) reply.code(status === 400 && isPlainJsonAnswer(httpRequest, codes) ? 200 : status)
    // A mutation's answer mixes what its caller sent with addresses and codes that are secrets: its length tells nothing.
    const isCompressible = body.length >= LEAST_COMPRESSED_BYTES && kind !== OperationTypeNode.MUTATION
    if (isCompressible) addVary(reply, 'accept-encoding')
    if (setCaching(httpRequest, reply, cacheControl, body)) return reply.code(304).send()
    const encoding = isCompressible ? acceptedEncoding(httpRequest.headers['accept-encoding']) : null
    if (encoding === null) return reply.send(body)
    return compressed(answer, encoding).then((bytes) =>
      reply.raw.destroyed ? reply : reply.header('content-encoding', encoding).send(bytes),
    )
  }

  /** False where the answer has to be given as events, which the client takes too. */
  async function run(request: GraphRequest, httpRequest: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const begun = inFlight.run(request, () => begin(request, httpRequest), weightOf(httpRequest))
    const answer = begun instanceof Promise ? await waitFor(begun, request, httpRequest, reply) : begun
    if (reply.sent || reply.raw.destroyed) return true
    const { codes } = request.facts
    if (codes.includes(ErrorCode.NotAcceptable) && acceptedEvents(httpRequest.headers.accept) === 'also') return false
    const sending = send(answer, request, httpRequest, reply)
    if (sending instanceof Promise) await sending
    // Its caller has so much less in flight, or answers that nobody reads would fill the memory.
    if (isUnread(reply.raw)) {
      const weight = weightOfBytes(reply.raw.writableLength)
      inFlight.hold(request, untilRead(reply.raw, route.unreadMs), weight)
    }
    return true
  }

  /** As a POST, however it came: the door has seen to what a GET may do. */
  async function runByApollo(
    context: ApolloContext,
    httpRequest: FastifyRequest,
    parameters: StreamRequest | null,
    text: string | null,
  ): Promise<Answer> {
    if (text !== null && route.documents.valid(text) === null) await admitDocument(text, context.request)
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: apolloHeaders(httpRequest),
        search: '',
        body: parameters === null || text === null ? httpRequest.body : apolloBody(parameters, text),
      },
      context: async () => context,
    })
    // Incremental delivery is not offered, so an answer is always whole.
    const whole = body.kind === 'complete' ? body.string : ''
    if (context.request.facts.kind === null) context.request.facts.codes.push(...codesOf(whole))
    else if (status === undefined) knownRequests.answeredAs(httpRequest, headers.get('content-type'))
    return { status, headers, body: whole, kept: null }
  }

  /** Refused before Apollo saw it, or by a fault around it. */
  function refuse(request: GraphRequest, httpRequest: FastifyRequest, reply: FastifyReply, error: GraphError): void {
    request.facts.codes.push(error.code)
    // At its deadline it was answered already, and perhaps nobody is there any more.
    if (!reply.sent && !reply.raw.destroyed) sendRefusal(httpRequest, reply, error)
  }

  async function answer(httpRequest: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (acceptedEvents(httpRequest.headers.accept) === 'only') return route.streamEvents(httpRequest, reply)
    const startedAt = performance.now()
    let request: GraphRequest
    try {
      const identified = route.authenticate(httpRequest.headers.authorization, httpRequest)
      const viewer = identified instanceof Promise ? await identified : identified
      request = new GraphRequest(
        viewer,
        httpRequest.id,
        log,
        route.buildContext,
        httpRequest.headers['accept-language'],
      )
    } catch (error) {
      const refusal = publicError(error, httpRequest.id, log)
      recordRefused(log, route.metrics, httpRequest.id, refusal.status, refusal.code)
      return sendRefusal(httpRequest, reply, refusal)
    }
    try {
      if (!(await run(request, httpRequest, reply))) return route.streamEvents(httpRequest, reply)
    } catch (error) {
      refuse(request, httpRequest, reply, publicError(error, httpRequest.id, log))
    }
    const status = reply.sent ? reply.statusCode : 499
    recordAnswered(log, route.metrics, { request, status, durationMs: performance.now() - startedAt })
    return reply
  }

  fastify.post('/graphql', answer)
  fastify.get('/graphql', (httpRequest, reply) => {
    if (route.browserPage && isBrowser(httpRequest)) {
      // What the page names is beside it.
      if (httpRequest.url.endsWith('/')) return reply.redirect('../graphql', 308)
      return route.browserPage(httpRequest, reply)
    }
    return answer(httpRequest, reply)
  })
}
