/** Implements the payment provider port with PayPal orders that a buyer approves. */
import {
  type ListPage,
  type PaymentProvider,
  type ProviderEvent,
  ProviderName,
  type ProviderPayment,
  type ProviderRefund,
} from '../../payments/payment-provider.ts'
import { isUpstreamFailure, Upstream } from '../../values/upstream-failure.ts'
import { allEntries, readAll } from '../all-entries.ts'
import { besideMoney } from '../beside-money.ts'
import type { CallObservers } from '../call-log.ts'
import { missingPermissions } from '../missing-permissions.ts'
import type { ReadEntries } from '../read-entries.ts'
import { type BreakerState, type CallLimits, callLimits, upstreamCall } from '../upstream-call.ts'
import { failureOfStatus, malformed } from '../upstream-reply.ts'
import { payPalExpresses, payPalTakes } from './paypal-amount.ts'
import { captureOrder } from './paypal-capture.ts'
import { payPalCertificates } from './paypal-certificates.ts'
import { PayPalClient } from './paypal-client.ts'
import { disputeNews, eventOf, orderIn } from './paypal-event.ts'
import { type PayPalExchange, payPalExchange } from './paypal-exchange.ts'
import type { PayPalCapture } from './paypal-objects.ts'
import { orderRequest, refundRequest } from './paypal-order.ts'
import { captureIn, paymentOf, refundOf, settlementOf } from './paypal-payment.ts'
import { verifyPayPalWebhook } from './paypal-webhook.ts'

export interface PayPalOptions extends CallObservers {
  clientId: string
  clientSecret: string
  webhookId: string
  /** Of the API, e.g. https://api-m.paypal.com */
  baseUrl: string
  /** Of the pages a buyer sees, e.g. https://www.paypal.com */
  webUrl: string
  /** PEM of a further root that may sign the webhooks' certificates; null for none. */
  extraCa: string | null
  limits?: Partial<CallLimits>
}

/** A little before what was asked for: PayPal's clock and ours differ. */
const CLOCK_SKEW_MS = 60_000
/** Anybody can send us the address of a certificate: fetching them must never crowd out the payments. */
const certificateLimits: Partial<CallLimits> = { concurrency: 2, queue: 10 }

/** The provider, and the state of its breaker for health and metrics. */
export function payPalProvider(options: PayPalOptions): PaymentProvider & { state(): BreakerState } {
  const { log, onCall, onHeldBack, limits, webUrl, webhookId } = options
  const held = onHeldBack && { onHeldBack }
  const call = upstreamCall({ upstream: Upstream.PayPal, log, onCall, ...held, ...(limits && { limits }) })
  const timeoutMs = limits?.timeoutMs ?? callLimits.timeoutMs
  const payPal = payPalExchange(new PayPalClient({ ...options, timeoutMs }), call)
  const certificate = payPalCertificates({
    ...options,
    call: upstreamCall({
      upstream: Upstream.PayPal,
      log,
      onCall,
      ...held,
      limits: { ...limits, ...certificateLimits },
    }),
  })

  const look = async (reference: string): Promise<ProviderPayment | null> => {
    const order = await payPal.order(reference)
    if (order === null) return null
    const capture = captureIn(order)
    if (capture === null) return paymentOf(order, [], webUrl)
    const disputes = await besideMoney('disputes', capture.id, payPal.disputesOf(capture.id))
    const seen = paymentOf(order, disputes.entries, webUrl)
    return { ...seen, unread: [...seen.unread, ...disputes.unread] }
  }

  /** By its events: PayPal has no search. An order that no buyer has approved has none; its key finds it again. */
  const findByPaymentId = async (paymentId: string, since: Date) => {
    const { entries: events } = await allEntries(payPal.eventPages(new Date(since.getTime() - CLOCK_SKEW_MS)))
    const ours = events.filter((event) => eventOf(event).paymentId === paymentId)
    const paid = ours.find((event) => event.resource_type === 'capture' && orderIn(event) !== null)
    const reference = paid ? orderIn(paid) : (ours.map(orderIn).find((id) => id !== null) ?? null)
    return reference === null ? null : look(reference)
  }

  const lookOrRefuse = async (reference: string) => (await look(reference)) ?? notThere(reference)
  return {
    name: ProviderName.PAYPAL,
    state: call.state,
    expresses: payPalExpresses,
    takes: payPalTakes,
    open: async (order) => paymentOf(await payPal.createOrder(orderRequest(order), order.key), [], webUrl),
    look,
    findByPaymentId,
    capture: (reference, key) => captureOrder({ payPal, webUrl, look, findByPaymentId }, reference, key),
    // An order cannot be taken back; it is simply never captured, and PayPal forgets it.
    close: (reference) => lookOrRefuse(reference),
    refund: (request) => refund(payPal, request),
    settlementOf: async ({ reference }) => settlementOf(await payPal.capture(reference)),
    // PayPal says no payout.
    paidPayouts: async function* () {},
    refundsOf: (captureReference) => refundsOf(payPal, captureReference),
    lookRefund: (reference) => lookRefund(payPal, reference),
    verifyEvent: async (rawBody, headers, now) =>
      eventOf(await verifyPayPalWebhook({ rawBody, headers, receivedAt: now }, webhookId, certificate)),
    missingPermissions: () => missingPermissions(payPal.probes()),
    lists: [
      { name: 'events', pagesSince: (since) => pagesOf(payPal.eventPages(since), eventOf) },
      {
        name: 'disputes',
        pagesSince: (since) => pagesOf(payPal.disputePages(since), (one) => disputeNews(one, since)),
      },
    ],
  }
}

async function* pagesOf<Entry>(
  pages: AsyncIterable<ReadEntries<Entry>>,
  newsOf: (entry: Entry) => ProviderEvent,
): AsyncIterable<ListPage> {
  for await (const { entries, unread } of pages) yield { entries: entries.map(newsOf), unread }
}

/** What an id that was used before, or nothing left to refund, may mean: that this very refund was made. */
const refundedAlready = new Set(['CAPTURE_FULLY_REFUNDED', 'DUPLICATE_INVOICE_ID'])

async function refund(
  payPal: PayPalExchange,
  { refundId, captureReference, amount, key }: Parameters<PaymentProvider['refund']>[0],
): Promise<ProviderRefund> {
  try {
    return refundOf(await payPal.refundCapture(captureReference, refundRequest(refundId, amount), key), undefined)
  } catch (error) {
    if (!isUpstreamFailure(error, 'REFUSED') || !refundedAlready.has(error.code)) throw error
    const ours = (await refundsOf(payPal, captureReference)).find((one) => one.refundId === refundId)
    if (ours === undefined) throw error
    return ours
  }
}

/** PayPal lists refunds only within the order that their capture belongs to. */
async function refundsOf(payPal: PayPalExchange, captureReference: string): Promise<ProviderRefund[]> {
  const capture = await payPal.capture(captureReference)
  const orderId = orderOf(capture)
  const order = orderId === null ? null : await payPal.order(orderId)
  if (order === null) throw malformed(Upstream.PayPal, `capture ${captureReference} names no order that is there`)
  const refunds = order.purchase_units[0].payments?.refunds ?? { entries: [], unread: [] }
  return readAll(Upstream.PayPal, refunds).map((one) => refundOf(one, capture.custom_id))
}

function orderOf({ supplementary_data, links }: PayPalCapture): string | null {
  const named = supplementary_data?.related_ids?.order_id
  return named ?? links.find(({ rel }) => rel === 'up')?.href.match(/\/orders\/([A-Z0-9]+)$/)?.[1] ?? null
}

/** With its capture, whose id tells whose refund it is. */
async function lookRefund(payPal: PayPalExchange, reference: string): Promise<ProviderRefund | null> {
  const found = await payPal.refund(reference)
  if (found === null) return null
  const captureId = found.links.find(({ rel }) => rel === 'up')?.href.match(/\/captures\/([A-Z0-9]+)$/)?.[1]
  const capture = captureId === undefined ? null : await payPal.capture(captureId)
  return refundOf(found, capture?.custom_id)
}

function notThere(reference: string): never {
  const message = `there is no order ${reference}`
  throw failureOfStatus(Upstream.PayPal, { status: 404, code: 'RESOURCE_NOT_FOUND', message, retryAfter: null })
}
