/** Makes every call to Stripe through its SDK and checks the shape of the reply. */
import Stripe from 'stripe'
import { z } from 'zod'
import { isUpstreamFailure, Upstream } from '../../values/upstream-failure.ts'
import { allEntries } from '../all-entries.ts'
import { boundedFetch } from '../bounded-fetch.ts'
import type { Probe } from '../missing-permissions.ts'
import { idOf, readEntries } from '../read-entries.ts'
import { Effect, type UpstreamCall } from '../upstream-call.ts'
import { MOST_REPLY_BYTES, malformed, readUpstreamReply, tooLargeReply } from '../upstream-reply.ts'
import { stripeFailure } from './stripe-failure.ts'
import {
  balanceTransaction,
  dispute,
  event,
  fraudWarning,
  listedSession,
  page,
  payout,
  refund,
  session,
} from './stripe-objects.ts'
import { stripeReadings } from './stripe-readings.ts'
import { expandedPaths, SESSION_API_VERSION } from './stripe-session.ts'

const PAGE_SIZE = 100

/** The SDK for a base URL: the real host, or a local one over plain HTTP. Its own retries are off: ours are durable. */
export function stripeSdk(options: { secretKey: string; baseUrl: string; timeoutMs: number }): Stripe {
  const { protocol, hostname, port } = new URL(options.baseUrl)
  return new Stripe(options.secretKey, {
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    port: port || (protocol === 'http:' ? 80 : 443),
    timeout: options.timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    // With the SDK's own client one more attempt is made on a closed connection, whatever `maxNetworkRetries` says.
    httpClient: Stripe.createFetchHttpClient(fetchObject),
  })
}

const fetchReply = boundedFetch(MOST_REPLY_BYTES, () => tooLargeReply(Upstream.Stripe))

/** JSON that is no object makes the SDK throw where nobody can catch it, which would end the process: it is given none. */
const fetchObject: typeof fetch = async (input, init) => {
  const response = await fetchReply(input, init)
  const text = await response.text()
  return Object.assign(response, {
    text: async () => (/^\s*[{[]/.test(text) ? text : `no object: ${text.slice(0, 100)}`),
  })
}

export type StripeExchange = ReturnType<typeof stripeExchange>

export function stripeExchange(sdk: Stripe, call: UpstreamCall) {
  const send = <Shape extends z.ZodType>(
    operation: string,
    effect: Effect,
    shape: Shape,
    ask: () => Promise<unknown>,
  ): Promise<z.output<Shape>> =>
    call({
      operation,
      effect,
      send: async () => {
        const answer = await ask().catch((error: unknown) => {
          throw stripeFailure(error)
        })
        return readUpstreamReply(Upstream.Stripe, shape, answer)
      },
    })

  type Paging = { limit: number; starting_after?: string }
  type Ask = (paging: Paging) => Promise<unknown>

  /** A list, newest first, one call for each page. Throws UNKNOWN where no entry says from where to go on. */
  async function* pages<Entry extends z.ZodType>(operation: string, item: Entry, ask: Ask) {
    for (let after: string | null = null; ; ) {
      const paging: Paging = { limit: PAGE_SIZE, ...(after !== null && { starting_after: after }) }
      const { data, has_more }: z.output<typeof page> = await send(operation, Effect.Read, page, () => ask(paging))
      yield readEntries(item, data)
      if (!has_more || data.length === 0) return
      after = data.map(idOf).findLast((id) => id !== null) ?? null
      if (after === null) throw malformed(Upstream.Stripe, `${operation}: no entry of a page has an id`)
    }
  }

  const all = <Entry extends z.ZodType>(operation: string, item: Entry, ask: Ask) =>
    allEntries(pages(operation, item, ask))

  return {
    /** What may be read is asked for once more, one entry of each list. */
    probes: (): Probe[] =>
      stripeReadings(sdk).map(({ operation, ask, ...named }) => ({
        ...named,
        ask: () => send(operation, Effect.Read, z.unknown(), ask),
      })),
    createSession: (request: Stripe.Checkout.SessionCreateParams, key: string) =>
      send('checkout.sessions.create', Effect.Write, session, () =>
        sdk.checkout.sessions.create(request, { idempotencyKey: key, apiVersion: SESSION_API_VERSION }),
      ),
    session: (id: string) =>
      orNull(
        send('checkout.sessions.retrieve', Effect.Read, session, () =>
          sdk.checkout.sessions.retrieve(id, { expand: expandedPaths }),
        ),
      ),
    expireSession: (id: string, key: string) =>
      send('checkout.sessions.expire', Effect.Write, session, () =>
        sdk.checkout.sessions.expire(id, { expand: expandedPaths }, { idempotencyKey: key }),
      ),
    sessionsSince: (since: Date) =>
      all('checkout.sessions.list', listedSession, (paging) =>
        sdk.checkout.sessions.list({ ...paging, created: { gte: secondsOf(since) } }),
      ),
    createRefund: (request: Stripe.RefundCreateParams, key: string) =>
      send('refunds.create', Effect.Write, refund, () => sdk.refunds.create(request, { idempotencyKey: key })),
    refund: (id: string) => orNull(send('refunds.retrieve', Effect.Read, refund, () => sdk.refunds.retrieve(id))),
    refundsOf: (paymentIntent: string) =>
      all('refunds.list', refund, (paging) => sdk.refunds.list({ ...paging, payment_intent: paymentIntent })),
    disputesOf: (paymentIntent: string) =>
      all('disputes.list', dispute, (paging) => sdk.disputes.list({ ...paging, payment_intent: paymentIntent })),
    fraudWarningsOf: (paymentIntent: string) =>
      all('early_fraud_warnings.list', fraudWarning, (paging) =>
        sdk.radar.earlyFraudWarnings.list({ ...paging, payment_intent: paymentIntent }),
      ),
    /** The original one of a charge: what came of it later has transactions of its own. */
    balanceTransactionsOf: (charge: string) =>
      all('balance_transactions.list', balanceTransaction, (paging) =>
        sdk.balanceTransactions.list({ ...paging, source: charge }),
      ),
    paidPayouts: (since: Date) =>
      pages('payouts.list', payout, (paging) =>
        sdk.payouts.list({ ...paging, status: 'paid', created: { gte: secondsOf(since) } }),
      ),
    paidOutBy: (payoutId: string) =>
      all('balance_transactions.list', balanceTransaction, (paging) =>
        sdk.balanceTransactions.list({ ...paging, payout: payoutId }),
      ),
    eventPages: (since: Date, types: readonly string[]) =>
      pages('events.list', event, (paging) =>
        sdk.events.list({ ...paging, created: { gte: secondsOf(since) }, types: [...types] }),
      ),
  }
}

function secondsOf(instant: Date): number {
  return Math.floor(instant.getTime() / 1000)
}

/** Null for what Stripe does not have (404). */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (isUpstreamFailure(error, 'REFUSED') && error.code === 'resource_missing') return null
    throw error
  }
}
