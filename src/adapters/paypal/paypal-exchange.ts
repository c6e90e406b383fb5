/** Makes every call to PayPal through its SDK and checks the shape of the reply. */
import paypal, { type PayPalRequest } from '@paypal/checkout-server-sdk'
import { z } from 'zod'
import { isUpstreamFailure, Upstream, type UpstreamFailure } from '../../values/upstream-failure.ts'
import type { Probe } from '../missing-permissions.ts'
import { type ReadEntries, readEntries } from '../read-entries.ts'
import { Effect, type UpstreamCall } from '../upstream-call.ts'
import { FailureCode, readUpstreamReply } from '../upstream-reply.ts'
import type { PayPalClient } from './paypal-client.ts'
import {
  capture,
  dispute,
  disputeList,
  event,
  eventPage,
  listedDispute,
  order,
  type PayPalDispute,
  type PayPalEvent,
  type PayPalLink,
  refund,
} from './paypal-objects.ts'

const { orders, payments } = paypal
const eventsPath = '/v1/notifications/webhooks-events'
const disputesPath = '/v1/customer/disputes'
const EVENTS_PER_PAGE = 300
const DISPUTES_PER_PAGE = 50

export type PayPalExchange = ReturnType<typeof payPalExchange>

export function payPalExchange(client: PayPalClient, call: UpstreamCall) {
  const send = <Shape extends z.ZodType>(
    operation: string,
    effect: Effect,
    shape: Shape,
    request: () => PayPalRequest,
  ): Promise<z.output<Shape>> =>
    call({
      operation,
      effect,
      // A new request for each attempt: the SDK writes into the one it is given.
      send: async () => readUpstreamReply(Upstream.PayPal, shape, await client.send(request())),
    })
  const get = <Shape extends z.ZodType>(operation: string, shape: Shape, path: string) =>
    send(operation, Effect.Read, shape, () => ({ path, verb: 'GET', headers: jsonType(), body: null }))

  /** Newest first, one call for each page. A next link is followed at the configured host, whatever host it names. */
  async function* eventPages(since: Date): AsyncGenerator<ReadEntries<PayPalEvent>> {
    const query = new URLSearchParams({ start_time: since.toISOString(), page_size: String(EVENTS_PER_PAGE) })
    for (let search: string | null = `?${query}`; search !== null; ) {
      const page: z.output<typeof eventPage> = await get('webhooks_events.list', eventPage, `${eventsPath}${search}`)
      yield readEntries(event, page.events)
      search = page.events.length > 0 ? nextSearch(page.links) : null
    }
  }

  const wholeDispute = (id: string) => get('disputes.get', z.unknown(), `${disputesPath}/${encodeURIComponent(id)}`)

  const wholeDisputes = async (items: readonly unknown[]): Promise<ReadEntries<PayPalDispute>> => {
    const listed = readEntries(listedDispute, items)
    const found: ReadEntries<PayPalDispute> = { entries: [], unread: [...listed.unread] }
    await Promise.all(
      listed.entries.map(async ({ dispute_id: reference }) => {
        try {
          const { entries, unread } = readEntries(dispute, [await wholeDispute(reference)])
          found.entries.push(...entries)
          found.unread.push(...unread)
        } catch (failure) {
          if (!isUpstreamFailure(failure) || !concernsOne(failure)) throw failure
          found.unread.push({ reference, problem: failure.code })
        }
      }),
    )
    return found
  }

  /** Those that changed since then: a list does not say what a dispute is about, so each is fetched. */
  async function* disputePages(since: Date): AsyncGenerator<ReadEntries<PayPalDispute>> {
    const query = new URLSearchParams({ update_time_after: since.toISOString(), page_size: String(DISPUTES_PER_PAGE) })
    for (let search: string | null = `?${query}`; search !== null; ) {
      const page: z.output<typeof disputeList> = await get('disputes.list', disputeList, `${disputesPath}${search}`)
      yield await wholeDisputes(page.items)
      search = page.items.length > 0 ? nextSearch(page.links) : null
    }
  }

  const disputesOf = async (captureId: string) => {
    const query = new URLSearchParams({ disputed_transaction_id: captureId, page_size: String(DISPUTES_PER_PAGE) })
    const { items } = await get('disputes.list', disputeList, `${disputesPath}?${query}`)
    // The list does not say how a dispute ended.
    return wholeDisputes(items)
  }

  return {
    createOrder: (body: object, key: string) =>
      send('orders.create', Effect.Write, order, () => keyed(new orders.OrdersCreateRequest(), key, body)),
    order: (id: string) => orNull(send('orders.get', Effect.Read, order, () => plain(new orders.OrdersGetRequest(id)))),
    captureOrder: (id: string, key: string) =>
      send('orders.capture', Effect.Write, order, () => keyed(new orders.OrdersCaptureRequest(id), key, {})),
    capture: (id: string) =>
      send('captures.get', Effect.Read, capture, () => plain(new payments.CapturesGetRequest(id))),
    refundCapture: (captureId: string, body: object, key: string) =>
      send('captures.refund', Effect.Write, refund, () =>
        keyed(new payments.CapturesRefundRequest(captureId), key, body),
      ),
    refund: (id: string) =>
      orNull(send('refunds.get', Effect.Read, refund, () => plain(new payments.RefundsGetRequest(id)))),
    /** One entry of each list that is read. */
    probes: (): Probe[] => [
      {
        permission: 'Webhooks: read',
        consequence: 'What a lost webhook told is not found.',
        ask: () => get('webhooks_events.list', z.unknown(), `${eventsPath}?page_size=1`),
      },
      {
        permission: 'Disputes: read',
        consequence: 'Disputes are not seen.',
        ask: () => get('disputes.list', z.unknown(), `${disputesPath}?page_size=1`),
      },
    ],
    disputesOf,
    disputePages,
    eventPages,
  }
}

/** What is said of one thing by its id, and not of whether PayPal can be asked. */
function concernsOne({ kind, code }: UpstreamFailure): boolean {
  return kind === 'REFUSED' || code === FailureCode.Malformed
}

function nextSearch(links: readonly PayPalLink[]): string | null {
  const next = links.find(({ rel }) => rel === 'next')
  return next ? new URL(next.href, 'https://unused').search : null
}

const jsonType = () => ({ 'Content-Type': 'application/json' })

/** The SDK ends its paths in a question mark. */
function plain(request: PayPalRequest): PayPalRequest {
  request.path = request.path.replace(/\?$/, '')
  return request
}

/** The id is a header, which the SDK's own order request has no word for; the whole object is wanted back. */
function keyed(request: PayPalRequest, key: string, body: object): PayPalRequest {
  request.headers['PayPal-Request-Id'] = key
  request.headers.Prefer = 'return=representation'
  request.body = body
  return plain(request)
}

/** PayPal's words for an id that it does not have; of orders it forgets the unpaid ones after some hours. */
const notThere = new Set(['INVALID_RESOURCE_ID', 'RESOURCE_NOT_FOUND', 'http_404'])

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (isUpstreamFailure(error, 'REFUSED') && notThere.has(error.code)) return null
    throw error
  }
}
