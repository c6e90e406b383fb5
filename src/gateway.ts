/** Serves the app: routes, webhooks and worker, ready after the first catalogue synchronisation. */
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { boundedFetch } from './adapters/bounded-fetch.ts'
import { onBehalfOf } from './adapters/upstream-caller.ts'
import { MOST_REPLY_BYTES } from './adapters/upstream-reply.ts'
import type { App } from './app.ts'
import { migrate } from './app.ts'
import { Authenticator } from './auth/authenticator.ts'
import { type Config, ConfigRefused } from './config.ts'
import { courseJobs } from './courses/course-jobs.ts'
import { firstSyncDone } from './courses/sync-catalogue.ts'
import { KEPT_FOR_SECONDS, statusList } from './credit/credentials/status-list.ts'
import { publicFor } from './graph/caching/cache-policy.ts'
import { upstreamUnavailable } from './graph/contract/errors.ts'
import { Executor } from './graph/execution/executor.ts'
import { Admission, kindOfCaller, type RateLimitSizes, rateLimitSizes } from './graph/limits/admission.ts'
import { BadTokens } from './graph/limits/bad-tokens.ts'
import { InFlight } from './graph/limits/in-flight.ts'
import { TrustedDocuments } from './graph/limits/trusted-documents.ts'
import { readManifestFile } from './graph/limits/trusted-manifest.ts'
import { addDocuments } from './http/documents.ts'
import type { DrainOptions } from './http/drain.ts'
import { openGraphiql } from './http/graphiql/graphiql.ts'
import type { HealthCheck } from './http/health.ts'
import { type Operations, type OperationsTimes, openOperations } from './http/operations.ts'
import { addSecurityText } from './http/security-text.ts'
import { buildServer } from './http/server.ts'
import { institutionBySlug } from './institutions/loaders.ts'
import { learnerIdOf } from './learners/record-learner.ts'
import { receivePartnerEvent } from './partner-inbox/partner-inbox.ts'
import { partnerJobs } from './partner-inbox/partner-jobs.ts'
import { permissionsMissing } from './payments/loaders.ts'
import { acknowledgementPage } from './payments/papers/acknowledgement-page.ts'
import { openDocument, openExport } from './payments/papers/open-document.ts'
import { receiptPage } from './payments/papers/receipt-page.ts'
import { receivePaymentEvent } from './payments/payment-inbox.ts'
import { paymentJobs } from './payments/payment-jobs.ts'
import { ProviderName } from './payments/payment-provider.ts'
import { buildSubgraph } from './schema.ts'
import { addCacheGauges } from './store/gauges.ts'
import { inTransaction } from './store/transaction.ts'
import { importRegisterFile } from './transfers/policies/import-register-file.ts'

export interface Gateway {
  fastify: FastifyInstance
  /** Where it listens, e.g. http://127.0.0.1:4000. */
  url: string
  /** Where health and metrics are answered, e.g. http://127.0.0.1:4001. */
  operationsUrl: string
  /** Settles when everything is prepared and, unless jobs are run by hand, the worker has started. */
  prepared: Promise<void>
  /** Stops taking requests, finishes what was taken, then the jobs, then lets go of the database. */
  close(): Promise<void>
}

export interface GatewayOptions {
  /** The worker is not started: tests run the jobs themselves. */
  jobsByHand?: boolean
  drain?: Partial<DrainOptions>
  /** Else those of `rateLimitSizes`. */
  rateLimits?: RateLimitSizes
  operations?: Partial<OperationsTimes>
}

/** Roots whose answers are the same for anybody, and for how long others may keep them. */
const publicSeconds = { courses: 10, course: 10 }
/** Said as of this moment; what whoever buys now has is another from midnight on. */
const live = new Set(['placesRemaining', 'freshness', 'enrolability', 'refundRight', 'refundDeadline'])

const WEBHOOK_BYTES = 512 * 1024
const KEYS_KEPT_FOR_SECONDS = 300
const shareHelp =
  'A learner shared credit with you. Staff and machines of an institution open it with the query creditShare(code: "…"), the code being the last part of this address.\n'

/** The schema, built once for all gateways of a process: nothing of one of them is kept in it. */
let served: ReturnType<typeof buildSubgraph> | null = null

/**
 * Starts to listen at once, so that liveness can be asked, and prepares behind it: migrations, the worker's schema, the
 * register, the first synchronisation.
 */
export async function startGateway(app: App, config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  served ??= buildSubgraph()
  const schema = served
  const { metrics, tracing } = app
  const heldBack = (by: string, how: 'queued' | 'refused', caller: string) =>
    metrics.heldBack({ by, how, caller: kindOfCaller(caller) })
  const executor = new Executor(schema, {
    compile: { enabled: config.COMPILED_QUERIES === 'on' },
    admission: new Admission(app.rateLimits, options.rateLimits ?? rateLimitSizes, (caller) =>
      heldBack('rate-limit', 'refused', caller),
    ),
    cachePolicy: publicFor(publicSeconds, live),
    answers: app.answers,
    tracing,
    onDeprecatedUse: (coordinate) => metrics.deprecatedUse(coordinate),
  })
  const authenticator = new Authenticator({
    issuer: config.OIDC_ISSUER,
    audience: config.OIDC_AUDIENCE,
    tokenTypes: config.OIDC_TOKEN_TYPES,
    clients: config.OIDC_CLIENTS,
    fetch: boundedFetch(MOST_REPLY_BYTES, () => upstreamUnavailable('identity')),
    badTokens: new BadTokens(app.rateLimits, () =>
      metrics.heldBack({ by: 'bad-tokens', how: 'refused', caller: 'anonymous' }),
    ),
    directory: {
      learnerId: (facts) => learnerIdOf(app, facts),
      institutionId: async (slug) => (await institutionBySlug({ read: app.read, loads: new Map() }, slug))?.id ?? null,
    },
  })
  addCacheGauges(
    metrics,
    {
      answers: () => app.answers.size,
      compiled: () => executor.compiledQueries.size,
      tokens: () => authenticator.remembered,
    },
    app.answers,
  )
  const progress = { migrated: false }
  const graphiql = openGraphiql({
    wanted: config.GRAPHIQL,
    production: config.NODE_ENV === 'production',
    issuer: config.OIDC_ISSUER,
    folder: graphiqlFolder,
  })
  const fastify = await buildServer({
    schema,
    executor,
    inFlight: new InFlight({ onBehalfOf, onHeldBack: (how, caller) => heldBack('in-flight', how, caller) }),
    authenticate: (header, sender) => authenticator.authenticate(header, sender),
    expiryOf: (viewer) => authenticator.expiryOf(viewer),
    buildContext: (request) => app.contextFor(request),
    metrics,
    tracing,
    trusted: await trustedDocuments(config, app.log),
    webhooks: receivers(app),
    checks: checks(app, progress),
    isStuck: app.isStuck,
    publicHealth: config.HEALTH_ON_PUBLIC_PORT === 'on',
    log: app.log,
    introspection: config.NODE_ENV !== 'production' || config.GRAPHIQL === 'on',
    allowedOrigins: config.CORS_ORIGINS,
    https: config.PUBLIC_URL.startsWith('https://'),
    trustProxy: config.TRUST_PROXY.length ? config.TRUST_PROXY : false,
    ...(graphiql && { browserPage: graphiql.page }),
    addRoutes: (routes) => {
      graphiql?.addAssets(routes)
      if (config.SECURITY_CONTACT) {
        addSecurityText(routes, { contact: config.SECURITY_CONTACT, publicUrl: config.PUBLIC_URL, now: app.now })
      }
      addDocuments(routes, '/documents', (token) => openDocument(app, token, pages))
      addDocuments(routes, '/exports', (token) => openExport(app, token))
      routes.get('/.well-known/jwks.json', async (_request, reply) =>
        published(reply, KEYS_KEPT_FOR_SECONDS, 'application/jwk-set+json').send(app.signer.jwks),
      )
      routes.get<{ Params: { name: string } }>('/.well-known/keys/:name', async ({ params }, reply) => {
        const key = app.signer.key(params.name)
        if (key === null) return reply.code(404).send({ error: 'There is no such key.' })
        return published(reply, KEYS_KEPT_FOR_SECONDS, 'application/jwk+json').send(key)
      })
      // Where a share's address leads: the code is opened in the graph, so that every look is logged with who looked.
      routes.get('/shares/:code', async (_request, reply) =>
        reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(shareHelp),
      )
      routes.get<{ Params: { purpose: string; number: string } }>(
        '/credentials/status/:purpose/:number',
        async ({ params }, reply) => {
          const list = await statusList(app, params.purpose, Number(params.number))
          if (list === null) return reply.code(404).send({ error: 'There is no such status list.' })
          return published(reply, KEPT_FOR_SECONDS, 'application/vc+jwt').send(list)
        },
      )
    },
  })
  const operations = await operationsOf(fastify, app, config, options.operations)
  const url = await fastify.listen({ host: config.HOST, port: config.PORT })
  const prepared = operations.begun.then(() => prepare(app, config, progress, options.jobsByHand ?? false))
  return {
    fastify,
    url,
    operationsUrl: operations.url,
    prepared,
    async close() {
      const drained = fastify.drain({ noticeMs: config.DRAIN_NOTICE_MS, ...options.drain })
      await operations.look()
      await drained
      await prepared.catch(() => undefined)
      await app.close()
      await operations.close()
    },
  }
}

/** Before the public port, so that no request is taken of which nobody can say how it fares. */
async function operationsOf(
  { health }: FastifyInstance,
  { metrics }: App,
  { HOST: host, OPERATIONS_PORT: port }: Config,
  times: Partial<OperationsTimes> = {},
): Promise<Operations> {
  try {
    return await openOperations({ host, port, health, metrics, times })
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error
    throw new ConfigRefused(`Port ${port} is in use; stop what listens there, or set OPERATIONS_PORT to another.`)
  }
}

/** What anybody needs in order to verify, in a browser of whichever site too, and may keep for a while. */
function published(reply: FastifyReply, seconds: number, type: string): FastifyReply {
  return reply
    .header('cache-control', `public, max-age=${seconds}`)
    .header('access-control-allow-origin', '*')
    .header('cross-origin-resource-policy', 'cross-origin')
    .type(type)
}

/** In production only known documents, but for operators and routers; elsewhere any, and their hashes are learnt. */
async function trustedDocuments(config: Config, log: App['log']): Promise<TrustedDocuments> {
  const file = config.TRUSTED_DOCUMENTS_FILE
  const production = config.NODE_ENV === 'production'
  if (production && !file)
    log.warn('TRUSTED_DOCUMENTS_FILE is not set: nobody but operators and routers may ask anything')
  return new TrustedDocuments({
    texts: file ? await readManifestFile(file) : new Map(),
    arbitraryFor: production ? new Set(['operator', 'router']) : null,
  })
}

/** Where the build leaves it: the same for this file as it is and compiled. */
const graphiqlFolder = join(import.meta.dirname, '..', 'dist', 'graphiql')

async function prepare(app: App, config: Config, progress: { migrated: boolean }, jobsByHand: boolean): Promise<void> {
  await migrate(config.DATABASE_URL, app.log)
  await app.worker.migrate()
  progress.migrated = true
  const context = app.systemContext('start')
  if (config.REGISTER_FILE) {
    await importRegisterFile(context, config.REGISTER_FILE)
    await context.publicChanged()
  }
  await inTransaction(context.em, async (tx) => {
    await courseJobs.syncCatalogue.add(tx, {})
    await partnerJobs.syncRegistrations.add(tx, {})
    await paymentJobs.probePermissions.add(tx, {})
    await paymentJobs.issueMissing.add(tx, {})
  })
  if (!jobsByHand) await app.worker.start()
}

/** What the documents' addresses lead to, by kind. */
const pages = { receipt: receiptPage, acknowledgement: acknowledgementPage } as const

function receivers(app: App) {
  const json = { maxBytes: WEBHOOK_BYTES, contentTypes: ['application/json'] }
  return [
    { name: 'stripe', ...json, receive: receivePaymentEvent(app, 'STRIPE') },
    { name: 'paypal', ...json, receive: receivePaymentEvent(app, 'PAYPAL') },
    { name: 'partner', ...json, receive: receivePartnerEvent(app) },
  ]
}

/** What our key lacks at this provider, of what was probed last. */
async function namesMissing({ read }: App, provider: ProviderName): Promise<string[]> {
  const missing = await permissionsMissing({ read, loads: new Map() })
  return missing.flatMap((one) => (one.provider === provider ? one.permission : []))
}

function checks(app: App, progress: { migrated: boolean }): HealthCheck[] {
  return [
    { name: 'database', required: true, check: async () => ({ ok: await app.isStoreUsable() }) },
    { name: 'migrations', required: true, check: async () => ({ ok: progress.migrated }) },
    { name: 'worker', required: true, check: async () => ({ ok: app.worker.running }) },
    { name: 'catalogue', required: true, check: async () => ({ ok: progress.migrated && (await firstSyncDone(app)) }) },
    ...Object.values(ProviderName).map((provider) => ({
      name: provider.toLowerCase(),
      required: false,
      check: async () => ({ ok: true, missing: await namesMissing(app, provider) }),
    })),
    {
      name: 'upstreams',
      required: false,
      check: async () => {
        const breakers = app.breakers()
        return { ok: Object.values(breakers).every((state) => state === 'closed'), detail: breakers }
      },
    },
  ]
}
