/** Starts payments alone: database, providers' sandboxes, webhooks and jobs. */
import { MikroORM } from '@mikro-orm/postgresql'
import fastify from 'fastify'
import pg from 'pg'
import { pino } from 'pino'
import { payPalProvider } from '../../../src/adapters/paypal/paypal-provider.ts'
import { stripeProvider } from '../../../src/adapters/stripe/stripe-provider.ts'
import { migrate } from '../../../src/app.ts'
import { anonymousViewer } from '../../../src/auth/viewer.ts'
import type { Context } from '../../../src/context.ts'
import { databaseOptions } from '../../../src/database.ts'
import { addWebhookRoutes } from '../../../src/http/webhooks.ts'
import { addPayment } from '../../../src/payments/add-payment.ts'
import { addRefund, type RefundRequest } from '../../../src/payments/add-refund.ts'
import { advancePaymentJob } from '../../../src/payments/advance-payment.ts'
import { closePaymentJob } from '../../../src/payments/close-payment.ts'
import { Dispute } from '../../../src/payments/dispute.ts'
import { openPayment, openPaymentJob } from '../../../src/payments/open-payment.ts'
import { lockPayment } from '../../../src/payments/paying.ts'
import { Payment, type PaymentMethod } from '../../../src/payments/payment.ts'
import { handlePaymentEventJob, receivePaymentEvent } from '../../../src/payments/payment-inbox.ts'
import { Refund } from '../../../src/payments/refund.ts'
import { submitRefundJob } from '../../../src/payments/submit-refund.ts'
import { startPaypalSandbox } from '../../../src/sandbox/paypal/start-paypal.ts'
import { startStripeSandbox } from '../../../src/sandbox/stripe/start-stripe.ts'
import { HistoryEntry } from '../../../src/store/history.ts'
import { inTurn } from '../../../src/store/in-turn.ts'
import { inTransaction } from '../../../src/store/transaction.ts'
import { openWorker } from '../../../src/store/worker.ts'
import { post } from '../../adapters/sandbox-inbox.ts'
import { keptCertificates } from '../world/kept-keys.ts'
import { createDatabase, ensureTemplate } from '../world/postgres.ts'
import { makeEnrolment, makePlace, pretendShop } from './pretend-shop.ts'
import { refundedFor, takenFor } from './provider-ledger.ts'

/** Short enough that a provider's silence costs a test little. */
const CALL_TIMEOUT_MS = 600
const LONGEST_WAIT_MS = 10_000

export type PaymentsDesk = Awaited<ReturnType<typeof openPaymentsDesk>>

/** Opens it; `close` gives everything back, and so does a start that fails. */
export async function openPaymentsDesk() {
  const closers: (() => Promise<unknown> | undefined)[] = []
  const close = async () => {
    for (const one of closers.toReversed()) await one()
  }
  try {
    return { ...(await openDesk(closers)), close }
  } catch (problem) {
    await close()
    throw problem
  }
}

async function openDesk(closers: (() => Promise<unknown> | undefined)[]) {
  await ensureTemplate('payments_desk', migrate)
  const database = await createDatabase({ template: 'payments_desk' })
  closers.push(() => database.drop())
  const clock = { offsetMs: 0 }
  const now = () => new Date(Date.now() + clock.offsetMs)
  const stripe = await startStripeSandbox({
    host: '127.0.0.1',
    port: 0,
    secretKey: 'sk_test_sandbox',
    webhookSecret: 'whsec_sandbox',
    now,
  })
  closers.push(() => stripe.close())
  const paypalSecrets = { clientId: 'sandbox-client', clientSecret: 'sandbox-secret', webhookId: 'WH-SANDBOX' }
  const paypal = await startPaypalSandbox({
    host: '127.0.0.1',
    port: 0,
    ...paypalSecrets,
    certificates: await keptCertificates,
    now,
  })
  closers.push(() => paypal.close())
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })
  const observed = { log, onCall: () => undefined, limits: { timeoutMs: CALL_TIMEOUT_MS, breakerWindow: 1_000 } }
  const orm = await MikroORM.init(databaseOptions(database.url))
  const sql = new pg.Pool({ connectionString: database.url, max: 2 })
  closers.push(
    () => orm.close(),
    () => sql.end(),
  )
  const shop = pretendShop()
  const parts = {
    orm,
    now,
    inTurn: <Result>(name: string, work: () => Promise<Result>) => inTurn(database.url, name, work),
    paymentSubject: shop.thing,
    providers: {
      STRIPE: stripeProvider({
        ...observed,
        secretKey: 'sk_test_sandbox',
        webhookSecrets: ['whsec_sandbox'],
        baseUrl: stripe.url,
      }),
      PAYPAL: payPalProvider({
        ...observed,
        ...paypalSecrets,
        baseUrl: paypal.url,
        webUrl: paypal.url,
        extraCa: paypal.caPem,
      }),
    },
    settings: {
      publicUrl: 'http://127.0.0.1',
      returnUrlOrigins: ['*'],
      issuer: '',
      seller: null,
      holdMinutes: 35,
      staleAfterMinutes: 60,
    },
  }
  const context = {
    ...parts,
    em: orm.em,
    log,
    loads: new Map(),
    viewer: anonymousViewer('test'),
    correlationId: 'test',
    signal: new AbortController().signal,
  } as unknown as Context
  const failures: unknown[] = []
  const allJobs = [openPaymentJob, advancePaymentJob, closePaymentJob, submitRefundJob, handlePaymentEventJob]
  const worker = openWorker({
    url: database.url,
    tasks: Object.fromEntries(
      allJobs.map((job) => [job.task, (payload, attempt) => job.run(context, payload, attempt)]),
    ),
    crontab: [],
    retryAfter: () => null,
    onFailed: (_task, error) => failures.push(error),
  })
  closers.push(() => worker.stop())
  await worker.migrate()
  const server = fastify({ forceCloseConnections: true })
  const receivers = (['stripe', 'paypal'] as const).map((name) => ({
    name,
    maxBytes: 512 * 1024,
    contentTypes: ['application/json'],
    receive: receivePaymentEvent(parts, name === 'stripe' ? 'STRIPE' : 'PAYPAL'),
  }))
  closers.push(() => server.close())
  addWebhookRoutes(server, receivers, log)
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  stripe.setWebhookUrl(`${url}/webhooks/stripe`)
  paypal.setWebhookUrl(`${url}/webhooks/paypal`)
  const place = await makePlace(sql)

  const fork = () => orm.em.fork({ clear: true })
  const control =
    (base: string) =>
    async (path: string, body: unknown = {}) => {
      const { status, json } = await post(`${base}/_sandbox/${path}`, body)
      if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(json)}`)
      return json
    }
  const books = { stripe: stripe.url, paypal: paypal.url }
  const desk = {
    context,
    url,
    sql,
    shop,
    failures,
    stripeUrl: stripe.url,
    stripe: control(stripe.url),
    paypal: control(paypal.url),
    /** Moves the desk's clock and the sandboxes' on. */
    travel(ms: number) {
      clock.offsetMs += ms
    },
    /** A payment in CREATED, as `enrol` leaves it. */
    async add(method: PaymentMethod, amountMinor = 19_900, currency = 'GBP'): Promise<string> {
      const enrolmentId = await makeEnrolment(sql, place)
      const wish = { enrolmentId, method, amountMinor, currency, returnUrl: 'https://learn.example/back?a=1' }
      return inTransaction(orm.em, async (tx) => (await addPayment(tx, { ...wish, actor: 'user:ada', now: now() })).id)
    },
    /** A payment that was opened: answers its id. */
    async open(method: PaymentMethod, amountMinor?: number, currency?: string): Promise<string> {
      const id = await desk.add(method, amountMinor, currency)
      const { failure } = await openPayment(context, id)
      if (failure) throw failure
      return id
    },
    /** A payment that was opened, paid by its buyer, and is in the books. */
    async paid(method: PaymentMethod, card = 'visa'): Promise<string> {
      const id = await desk.open(method)
      await desk.pay(id, card)
      await desk.settle()
      return id
    },
    /** What the buyer does on the provider's page. */
    async pay(id: string, card = 'visa') {
      const { method, reference } = await desk.payment(id)
      return method === 'CARD'
        ? desk.stripe(`checkout/${reference}`, { card })
        : desk.paypal(`orders/${reference}/approve`)
    },
    /** How often the provider's own books have the money of this payment taken. */
    capturesOf: async (id: string) => (await takenFor(books, await desk.payment(id))).length,
    /** Stripe's charge of this payment. */
    chargeOf: async (id: string) => (await takenFor(books, await desk.payment(id)))[0]?.id as string,
    /** Amounts of the refunds that the provider's own books have, failed ones apart. */
    refundedAtProvider: async (id: string) => refundedFor(books, await desk.payment(id)),
    payment: (id: string) => fork().findOneOrFail(Payment, id),
    refunds: (paymentId: string) => fork().find(Refund, { paymentId }, { orderBy: { id: 'asc' } }),
    disputes: (paymentId: string) => fork().find(Dispute, { paymentId }, { orderBy: { id: 'asc' } }),
    /** Asks again until it holds. */
    async until(holds: () => Promise<boolean>) {
      const deadline = Date.now() + LONGEST_WAIT_MS
      while (!(await holds())) if (Date.now() > deadline) throw new Error('it did not come to hold')
    },
    async history(id: string): Promise<string[]> {
      const entries = await fork().find(HistoryEntry, { subjectId: id }, { orderBy: { id: 'asc' } })
      return entries.map((entry) => entry.to)
    },
    refund(paymentId: string, amountMinor: number, wish: Partial<RefundRequest> = {}): Promise<Refund> {
      return inTransaction(orm.em, async (tx) =>
        addRefund(tx, await lockPayment(tx, paymentId), {
          amountMinor,
          origin: 'OPERATOR',
          reason: 'asked for',
          keepRegistration: false,
          requestedBy: 'user:op',
          now: now(),
          ...wish,
        }),
      )
    },
    /** Waits until every webhook that was sent has been answered, then runs all jobs, those of later among them. */
    async settle(rounds = 6) {
      for (let round = 0; round < rounds; round += 1) {
        await untilDelivered([stripe.url, paypal.url])
        const { rowCount } = await sql.query(
          'update graphile_worker._private_jobs set run_at = now() where locked_at is null and attempts < max_attempts',
        )
        if (rowCount === 0) return
        await worker.runDue()
      }
    },
  }
  return desk
}

async function untilDelivered(urls: readonly string[]): Promise<void> {
  const deadline = Date.now() + LONGEST_WAIT_MS
  for (const url of urls) {
    for (;;) {
      const answer = await fetch(`${url}/_sandbox/webhooks`)
      const { mode, pending } = (await answer.json()) as { mode: string; pending: number }
      if (pending === 0 || mode === 'hold') break
      if (Date.now() > deadline) throw new Error(`${url} still has ${pending} webhooks to deliver`)
    }
  }
}
