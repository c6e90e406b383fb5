/** Builds the HTTP server with its routes and request-wide rules. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import cors from '@fastify/cors'
import proxyAddr from '@fastify/proxy-addr'
import {
  fastify as createFastify,
  type FastifyError,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { GraphQLSchema } from 'graphql'
import type { Logger } from 'pino'
import type { Viewer } from '../auth/viewer.ts'
import { forbidden, type GraphError, methodNotAllowed } from '../graph/contract/errors.ts'
import type { Executor } from '../graph/execution/executor.ts'
import { Documents } from '../graph/limits/documents.ts'
import { InFlight } from '../graph/limits/in-flight.ts'
import type { DocumentLimits } from '../graph/limits/limits.ts'
import { Streams } from '../graph/streaming/streams.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Tracing } from '../observability/tracing.ts'
import { recordAnswered, recordRefused } from './answered.ts'
import { startApollo } from './apollo.ts'
import { corsOptions } from './cors.ts'
import { decodeBodies } from './decode-bodies.ts'
import { Drain, type DrainOptions } from './drain.ts'
import { addGraphqlRoute, type GraphqlRoute, sendRefusal } from './graphql.ts'
import { addHealthRoutes, type Health, type HealthCheck, healthOf } from './health.ts'
import { admitLargeBodies } from './large-bodies.ts'
import { addMetricsRoute } from './metrics.ts'
import { knownOrigins, mayBeForeign } from './origins.ts'
import { refuseOtherMethods } from './other-methods.ts'
import { protocolRefusal } from './protocol-refusal.ts'
import { securityHeaders } from './security-headers.ts'
import { type StreamLimits, StreamPlaces, streamLimits } from './stream-places.ts'
import { addSubscriptions } from './subscriptions.ts'
import { ignoreExpectations, takesOffer } from './takes-offer.ts'
import { traceRequests } from './trace-requests.ts'
import { UNREAD_MS } from './unread.ts'
import { addWebhookRoutes, type WebhookReceiver } from './webhooks.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What is answered about it, on whichever port. */
    health: Health
    /** Stops accepting, finishes what was accepted, closes the connections; resolves when all is closed. */
    drain(options?: Partial<DrainOptions>): Promise<void>
  }
}

export interface ServerParts
  extends Omit<GraphqlRoute, 'apollo' | 'documents' | 'deadlineMs' | 'unreadMs' | 'inFlight' | 'streamEvents'> {
  schema: GraphQLSchema
  executor: Executor
  /** When the caller's token ends; null for never. */
  expiryOf(viewer: Viewer): Date | null
  webhooks: readonly WebhookReceiver[]
  checks: readonly HealthCheck[]
  /** Whether only a new process would help; left out: never. */
  isStuck?(): boolean
  /** Health and metrics are answered here too, and not on the operations port alone. */
  publicHealth: boolean
  log: Logger
  introspection: boolean
  /** Origins of browser clients that may ask, e.g. `https://app.example.org`, or with any port; none: same origin only. */
  allowedOrigins: readonly string[]
  /** Served over TLS: browsers are told to stay there. */
  https: boolean
  /** Addresses or ranges of proxies whose X-Forwarded-For counts; false: the socket's address is the caller's. */
  trustProxy: false | string[]
  /** Further routes, e.g. pages for browsers. */
  addRoutes?(fastify: FastifyInstance): void
  /** Null, or left out: no traces, and no cost of them. */
  tracing?: Tracing | null
  limits?: Partial<HttpLimits>
  inFlight?: InFlight
  streamLimits?: Partial<StreamLimits>
  documentLimits?: Partial<DocumentLimits>
}

export interface HttpLimits {
  /** Body of a GraphQL request, in bytes; of nobody known so many. */
  bodyBytes: number
  anonymousBodyBytes: number
  headerBytes: number
  /** For all headers, and for the whole request, to arrive, in ms: slow senders are cut. */
  headersMs: number
  requestMs: number
  /** An idle connection is kept this long, in ms: longer than load balancers keep theirs (60 s). */
  keepAliveMs: number
  /** For a request to be answered, in ms. */
  deadlineMs: number
  /** A client that takes nothing of its answer for so long is cut, in ms: over HTTP, as events, over WebSocket. */
  unreadMs: number
  /** Validated documents kept in memory. */
  documentCount: number
  /** A WebSocket's message, in bytes, and its operations at once. */
  messageBytes: number
  operationsPerSocket: number
  /** Between signs of life on open streams, in ms: who answers none is dropped. */
  pulseMs: number
}

/** 2 MiB holds a batch of 1000 eligibility checks with all their variables; 256 KiB what anonymous callers can afford of it. */
export const httpLimits: HttpLimits = {
  bodyBytes: 2 * 1024 * 1024,
  anonymousBodyBytes: 256 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 20_000,
  keepAliveMs: 72_000,
  deadlineMs: 30_000,
  unreadMs: UNREAD_MS,
  documentCount: 1000,
  messageBytes: 256 * 1024,
  operationsPerSocket: 50,
  pulseMs: 12_000,
}

/** Two looks at all parts fit into the time for which readiness holds. */
const CHECK_WITHIN_MS = 1_000

/** An idle second loses no client that is at work. */
const drainDefaults = { noticeMs: 0, idleMs: 1000 }

const wellFormedId = /^[\w.-]{8,64}$/

function correlationIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-correlation-id'] ?? headers['x-request-id']
  return typeof given === 'string' && wellFormedId.test(given) ? given : randomUUID()
}

const foreignPage =
  'A page of another origin may not ask by GET: ask by POST, or send a header such as "apollo-require-preflight: 1".'

/** A Fastify instance with every route, started but not listening. */
export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const { log } = parts
  const limits = { ...httpLimits, ...parts.limits }
  const drain = new Drain()
  const inFlight = parts.inFlight ?? new InFlight()
  const documents = new Documents(parts.schema, { introspection: parts.introspection, limits: parts.documentLimits })
  const apollo = await startApollo({
    schema: parts.schema,
    executor: parts.executor,
    log,
    introspection: parts.introspection,
    documents,
    documentCount: limits.documentCount,
  })
  const options: FastifyHttpOptions<Server> = {
    logger: false,
    genReqId: correlationIdOf,
    trustProxy: parts.trustProxy,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: 'idle',
    // While draining, what still arrives on an open connection is answered.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    http: {
      shouldUpgradeCallback: takesOffer,
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(5000, limits.headersMs),
    },
  }
  const fastify = createFastify(options)
  fastify.server.on('connection', (socket) => drain.connected(socket))
  ignoreExpectations(fastify.server)
  if (parts.tracing) traceRequests(fastify, parts.tracing)
  const headers = securityHeaders(parts.https)
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    reply.header('x-correlation-id', request.id).header('x-request-id', request.id)
    if (drain.draining) reply.header('connection', 'close')
    drain.admit(reply.raw, done)
  })
  const refuse = (request: FastifyRequest, reply: FastifyReply, shown: GraphError, status = shown.status) => {
    if (request.url.startsWith('/graphql')) {
      recordRefused(log, parts.metrics, request.id, status, shown.code)
      return sendRefusal(request, reply, shown, status)
    }
    for (const [name, value] of shown.headers) reply.header(name, value)
    return reply.code(status).send({ error: shown.message })
  }
  fastify.setErrorHandler((error: FastifyError, request, reply) =>
    refuse(request, reply, ...protocolRefusal(error, request, limits.bodyBytes, log)),
  )
  const endOfRoutes = refuseOtherMethods(fastify, (request, reply, allow) =>
    refuse(request, reply, methodNotAllowed(`This address takes ${allow}.`, allow)),
  )
  fastify.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'There is nothing at this address.' }))
  fastify.addHook('onClose', () => apollo.stop())
  fastify.decorate('drain', (options) =>
    drain.begin(fastify, { ...drainDefaults, limitMs: limits.deadlineMs, ...options }),
  )

  await fastify.register(async (scope) => {
    if (parts.allowedOrigins.length > 0) await scope.register(cors, corsOptions(parts.allowedOrigins))
    scope.removeContentTypeParser('text/plain')
    admitLargeBodies(scope, { ...parts, ...limits })
    decodeBodies(scope, limits.bodyBytes)
    const knowsOrigin = knownOrigins(parts.allowedOrigins)
    // Of each GET, so that a POST pays nothing for it.
    scope.addHook('onRoute', (route) => {
      if (!route.method.includes('GET') && !route.method.includes('HEAD')) return
      route.onRequest ??= (request, reply, done) => {
        const asks = request.url.includes('?')
        if (asks && mayBeForeign(request.headers, knowsOrigin)) refuse(request, reply, forbidden(foreignPage))
        else done()
      }
    })
    const streams = new Streams({
      ...parts,
      documents,
      inFlight,
      deadlineMs: limits.deadlineMs,
      onAnswered: (request, durationMs) => recordAnswered(log, parts.metrics, { request, status: 200, durationMs }),
    })
    const { streamEvents, close, counts } = addSubscriptions(scope, streams, parts, {
      schema: parts.schema,
      knowsOrigin,
      addressOf: addressFinder(parts.trustProxy),
      messageBytes: limits.messageBytes,
      greetingBytes: limits.headerBytes,
      operations: limits.operationsPerSocket,
      places: new StreamPlaces({ ...streamLimits, ...parts.streamLimits }),
      pulseMs: limits.pulseMs,
      unreadMs: limits.unreadMs,
      inFlight,
      isDraining: () => drain.draining,
      onBegun: (response) => drain.leave(response),
    })
    addGraphqlRoute(scope, { ...parts, ...limits, apollo, documents, inFlight, streamEvents })
    drain.onStop(close)
    countStreams(parts.metrics, counts)
  })
  addWebhookRoutes(fastify, parts.webhooks, log)
  const health = healthOf({
    checks: parts.checks,
    isDraining: () => drain.draining,
    isStuck: () => parts.isStuck?.() ?? false,
    timeoutMs: CHECK_WITHIN_MS,
  })
  fastify.decorate('health', health)
  if (parts.publicHealth) {
    addHealthRoutes(fastify, health)
    addMetricsRoute(fastify, parts.metrics)
  }
  parts.addRoutes?.(fastify)
  await fastify.after()
  endOfRoutes()
  return fastify
}

function countStreams(metrics: Metrics, counts: () => { websockets: number; streams: number }): void {
  metrics.addGauge({
    name: 'gateway_open_streams',
    help: 'Open WebSockets, and subscriptions over them or as server-sent events.',
    labelNames: ['kind'],
    read: () => Object.entries(counts()).map(([kind, value]) => ({ labels: { kind }, value })),
  })
}

/** As Fastify finds a request's address, for upgrades that it does not see. */
function addressFinder(trustProxy: false | string[]): (request: IncomingMessage) => string {
  if (trustProxy === false) return ({ socket }) => socket.remoteAddress ?? ''
  const trusted = proxyAddr.compile(trustProxy)
  return (request) => proxyAddr(request, trusted)
}
