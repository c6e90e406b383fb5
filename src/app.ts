/** Builds every part of the product from one Config and joins them. */
import 'reflect-metadata'
import { MikroORM } from '@mikro-orm/postgresql'
import type { Logger } from 'pino'
import { smtpMail } from './adapters/mail/smtp-mail.ts'
import type { CallLimits } from './adapters/upstream-call.ts'
import { anonymousViewer, type Viewer } from './auth/viewer.ts'
import type { CaseDesk } from './cases/case-desk.ts'
import { addCaseGauges } from './cases/case-gauges.ts'
import { type Config, termsOf } from './config.ts'
import { type Context, type Parts, TryAgainLater } from './context.ts'
import { runById } from './courses/loaders.ts'
import { creditRecordJoin } from './credit/loaders.ts'
import { databaseOptions } from './database.ts'
import { enrolmentPaymentSubject } from './enrolments/enrolment-payment-subject.ts'
import { defineEnrolmentPages } from './enrolments/loaders.ts'
import { visibleEnrolment } from './enrolments/visible-enrolment.ts'
import { openAnswers } from './graph/caching/open-answers.ts'
import type { ResponseCache } from './graph/caching/response-cache.ts'
import type { ContextParts } from './graph/execution/request.ts'
import { kindOfCaller } from './graph/limits/admission.ts'
import { openRateLimits } from './graph/limits/open-rate-limits.ts'
import { readRegister } from './institutions/import-register.ts'
import { crontab, jobs } from './jobs.ts'
import { addMessageGauge } from './messages/message-gauges.ts'
import { Metrics } from './observability/metrics.ts'
import { type Tracing, tracedWrites } from './observability/tracing.ts'
import { upstreamCallObserver } from './observability/upstream-calls.ts'
import { openUpstreams } from './open-upstreams.ts'
import { disputeNode } from './payments/dispute.loaders.ts'
import { paymentNode, providerObjectNode, refundNode } from './payments/loaders.ts'
import { addMoneyGauges } from './payments/money-gauges.ts'
import { openReadConnection } from './reading/connection/read-connection.ts'
import { statement } from './reading/statement.ts'
import { tracedReads } from './reading/traced-reads.ts'
import { RequestContext } from './request-context.ts'
import { addGauges } from './store/gauges.ts'
import { inTurn } from './store/in-turn.ts'
import { Notifications } from './store/notifications.ts'
import { openSigner } from './store/signer.ts'
import { CONNECTS_WITHIN_MS, patience, StoreClient } from './store/store-client.ts'
import { StoreReach } from './store/store-reach.ts'
import { openWorker, type Worker } from './store/worker.ts'
import { countedCourses } from './transfers/policies/counted-courses.ts'
import { isStoreAway } from './values/store-away.ts'
import { isUpstreamFailure } from './values/upstream-failure.ts'

/** What tests and the clockwork of a process may set; a gateway in production sets none of it. */
export interface AppOptions {
  log: Logger
  now?: () => Date
  /** Of the calls to upstreams: shorter ones make a test of their silence quick. */
  limits?: Partial<CallLimits>
  /** How long a page waits for what is live. */
  liveWaitMs?: number
}

/** Everything but the servers: the parts, and a context for whoever asks. */
export interface App extends Parts {
  worker: Worker
  log: Logger
  metrics: Metrics
  /** Null when no collector is configured. */
  tracing: Tracing | null
  /** Kept answers about what is public. */
  answers: ResponseCache
  breakers(): Record<string, string>
  /** Whether PostgreSQL answers, and takes writes. */
  isStoreUsable(): Promise<boolean>
  /** Whether a new process would reach PostgreSQL where this one does not. */
  isStuck(): boolean
  contextFor(request: ContextParts): Context
  /** For commands that nobody asks over HTTP: jobs, the reconcile command. */
  systemContext(correlationId: string): Context
  close(): Promise<void>
}

/** Applies the migrations that are not applied yet, and says which; replicas that start together take turns. */
export async function migrate(url: string, log?: Logger): Promise<void> {
  await inTurn(url, 'gateway-migrations', async () => {
    const options = databaseOptions(url, { poolSize: 2, onLine: (line) => log?.info(line) })
    // The snapshot is for making migrations, and is written where they are made alone.
    const orm = await MikroORM.init({ ...options, migrations: { ...options.migrations, snapshot: false } })
    try {
      await orm.migrator.up()
    } finally {
      await orm.close()
    }
  })
}

/** Declared once for all: what is found for a document is kept by its list of parts. */
const enrolmentsOf = defineEnrolmentPages([creditRecordJoin])

/** What a case can be about. */
const caseDesk: CaseDesk<Context> = {
  subjects: {
    Enrolment: visibleEnrolment,
    Payment: paymentNode,
    Refund: refundNode,
    Dispute: disputeNode,
    ProviderObject: providerObjectNode,
    CourseRun: runById,
  },
}

/** A statement that writes takes no longer than this, in ms: it gives up before its request does. */
const WRITE_TIMEOUT_MS = 20_000

/** Opens the parts of a configuration: database, upstreams, signer, worker. Nothing runs until it is started. */
export async function openApp(config: Config, options: AppOptions): Promise<App> {
  const { log } = options
  const now = options.now ?? (() => new Date())
  const tracing = config.OTEL_EXPORTER_OTLP_ENDPOINT
    ? (await import('./observability/otlp-traces.ts')).openOtlpTraces(config.OTEL_EXPORTER_OTLP_ENDPOINT)
    : null
  const orm = await MikroORM.init(
    databaseOptions(config.DATABASE_URL, {
      poolSize: config.DATABASE_POOL,
      statementMs: WRITE_TIMEOUT_MS,
      // Only of connections that are lost: whoever used one hears of it, and goes on with another.
      onLine: (line) => log.warn({ err: new Error(line) }, 'a connection for writes was lost'),
      ...(tracing && { onStatement: tracedWrites(tracing) }),
    }),
  )
  const onBroken = (error: Error) => log.warn({ err: error }, 'read connection lost; it is opened again when needed')
  const read = openReadConnection({ url: config.DATABASE_URL, onBroken })
  const metrics = new Metrics()
  const onTrouble = (error: unknown) => log.warn({ err: error }, 'notifications lost; they are opened again')
  const notifications = new Notifications({ url: config.DATABASE_URL, onTrouble })
  await notifications.open()
  const onCall = upstreamCallObserver(metrics, tracing)
  const alone = (what: string) => (error: unknown) =>
    log.warn({ part: 'redis', err: error }, `Redis does not answer; ${what} are kept by this process alone`)
  const answers = await openAnswers(config.REDIS_URL ?? null, now, alone('answers'))
  const rateLimits = await openRateLimits(config.REDIS_URL ?? null, alone('rateLimits'))
  forgetAtChanges(answers, notifications.subscribe(publicTopic))
  const onHeldBack = (by: string, how: 'queued' | 'refused', caller: string) =>
    metrics.heldBack({ by, how, caller: kindOfCaller(caller) })
  const observed = { log, onCall, onHeldBack, ...(options.limits && { limits: options.limits }) }
  const { stripe, payPal, partner } = openUpstreams(config, observed, now)
  const mail = config.MAIL_URL && config.MAIL_FROM ? smtpMail({ url: config.MAIL_URL, from: config.MAIL_FROM }) : null
  const parts: Parts = {
    read: tracing ? tracedReads(read, tracing) : read,
    orm,
    providers: { STRIPE: stripe, PAYPAL: payPal },
    partner,
    mail,
    paymentSubject: enrolmentPaymentSubject,
    countedCourses,
    enrolmentsOf,
    caseDesk,
    signer: await openSigner(config.SIGNING_KEYS_FILE, config.PUBLIC_URL),
    rateLimits,
    inTurn: (name, work) => inTurn(config.DATABASE_URL, name, work),
    changesOf: (topic) => notifications.subscribe(topic),
    async publicChanged() {
      await answers.forget(true)
      await orm.em.fork().execute('select pg_notify(?, ?)', ['gateway', publicTopic])
    },
    heldBack: (viewer, reason) => metrics.heldBack({ by: reason, how: 'refused', caller: kindOfCaller(viewer.key) }),
    settings: {
      publicUrl: config.PUBLIC_URL,
      returnUrlOrigins: config.RETURN_URL_ORIGINS,
      issuer: config.OIDC_ISSUER,
      seller: config.REGISTER_FILE ? readRegister(config.REGISTER_FILE).seller : null,
      holdMinutes: config.HOLD_MINUTES,
      terms: termsOf(config),
      staleAfterMinutes: config.STALE_AFTER_MINUTES,
      liveWaitMs: options.liveWaitMs,
    },
    now,
  }
  const contextFor = (request: ContextParts): Context => new RequestContext(parts, request)
  const systemContext = (correlationId: string) =>
    contextFor({ viewer: systemViewer, correlationId, signal: new AbortController().signal, log })
  const worker = openWorker({
    url: config.DATABASE_URL,
    tasks: Object.fromEntries(
      jobs.map(({ task, run }) => [
        task,
        (payload, attempt) => {
          const work = () => run(systemContext(`job-${task}-${attempt.jobId}`), payload, attempt)
          return tracing ? tracing.step(`job ${task}`, { attempt: attempt.number }, work) : work()
        },
      ]),
    ),
    crontab: crontab({ syncEveryMinutes: config.SYNC_EVERY_MINUTES }),
    retryAfter,
    onFailed: (task, error, attempt) => {
      const expected = error instanceof TryAgainLater || isUpstreamFailure(error) || isStoreAway(error)
      log[expected ? 'warn' : 'error']({ task, attempt, err: error }, 'job failed; it is tried again')
    },
  })
  const isRead = async () => (await read.rows(one)).length === 1
  const isWritable = () => notifications.isWritable()
  const reach = new StoreReach({
    ways: { isRead, isWritable, write: async () => (await orm.em.fork().execute('select 1')).length === 1 },
    fresh: () => connects(config.DATABASE_URL),
  })
  const breakers = () => ({ stripe: stripe.state(), paypal: payPal.state(), partner: partner.state() })
  const pools = { write: await orm.em.getConnection().getNativeClient(), worker: worker.pool }
  addMessageGauge(metrics, read, now)
  addCaseGauges(metrics, read, now)
  addMoneyGauges(metrics, read, now)
  addGauges(metrics, { read, pools, breakers, subscribers: () => notifications.subscribers })
  return {
    ...parts,
    worker,
    log,
    metrics,
    tracing,
    answers,
    breakers,
    isStoreUsable: async () => (await Promise.all([isRead(), isWritable()])).every(Boolean),
    isStuck: () => reach.isStuck,
    contextFor,
    systemContext,
    async close() {
      reach.close()
      await inTime(worker.stop(), JOBS_END_WITHIN_MS)
      mail?.close()
      for (const part of [notifications, answers, rateLimits, read, orm, tracing])
        await inTime(part?.close(), CLOSES_WITHIN_MS)
    },
  }
}

const one = statement('health', 'select 1 as one')

/** Whether somebody who comes anew is let in, and may write. */
async function connects(url: string): Promise<boolean> {
  const client = new StoreClient({ ...patience, connectionString: url, query_timeout: CONNECTS_WITHIN_MS })
  try {
    await client.connect()
    const { rows } = await client.query<{ only: string }>(`select current_setting('transaction_read_only') as only`)
    return rows[0]?.only === 'off'
  } finally {
    client.hangUp()
  }
}

/** A job ends within the calls that it makes. */
const JOBS_END_WITHIN_MS = 25_000
const CLOSES_WITHIN_MS = 2_000

/** Waits no longer than that: what PostgreSQL does not confirm because it is away is over with the process. */
async function inTime(closing: Promise<unknown> | undefined, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([closing, late]).finally(() => clearTimeout(timer))
}

const publicTopic = 'public:catalogue'

/** What another replica has changed; ends with the subscription. */
async function forgetAtChanges(answers: ResponseCache, changes: AsyncIterable<string>): Promise<void> {
  for await (const _ of changes) await answers.forget()
}

const systemViewer: Viewer = { ...anonymousViewer('system'), key: 'system' }

function retryAfter(error: unknown): number | null {
  if (error instanceof TryAgainLater) return error.afterSeconds
  return isUpstreamFailure(error) ? error.retryAfterSeconds : null
}
