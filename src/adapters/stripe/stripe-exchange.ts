/** Makes every call to Stripe through its SDK and checks the shape of the reply. */
import Stripe from 'stripe'
import { z } from 'zod'
import { isUpstreamFailure, Upstream } from '../../values/upstream-failure.ts'
import { boundedFetch } from '../bounded-fetch.ts'
import { Effect, type UpstreamCall } from '../upstream-call.ts'
import { MOST_REPLY_BYTES, readUpstreamReply, tooLargeReply } from '../upstream-reply.ts'
import { stripeFailure } from './stripe-failure.ts'
import { dispute, event, listedSession, page, refund, session } from './stripe-objects.ts'
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

  /** All of a list, newest first, one call for each page. */
  const all = async <Item extends z.ZodType<{ id: string }>>(
    operation: string,
    item: Item,
    ask: (paging: { limit: number; starting_after?: string }) => Promise<unknown>,
  ): Promise<z.output<Item>[]> => {
    const found: z.output<Item>[] = []
    for (let after: string | undefined; ; ) {
      const paging = { limit: PAGE_SIZE, ...(after !== undefined && { starting_after: after }) }
      const { data, has_more } = await send(operation, Effect.Read, page, () => ask(paging))
      found.push(...readUpstreamReply(Upstream.Stripe, z.array(item), data))
      after = found.at(-1)?.id
      if (!has_more || data.length === 0) return found
    }
  }

  return {
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
    eventsSince: (since: Date, types: readonly string[]) =>
      all('events.list', event, (paging) =>
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
