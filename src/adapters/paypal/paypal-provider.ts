/** PayPal as a payment provider: an order with intent CAPTURE, captured by us once the buyer approved. */
import {
  type PaymentOrder,
  type PaymentProvider,
  type ProviderDispute,
  ProviderName,
  type ProviderPayment,
} from '../../payments/payment-provider.ts'
import { type Money, majorUnits } from '../../values/money.ts'
import { isOutsideFailure, Upstream } from '../../values/outside-failure.ts'
import { WebhookRefused } from '../../values/webhook-refused.ts'
import type { CallObservers } from '../call-log.ts'
import { type BreakerState, type CallLimits, outsideCall } from '../outside-call.ts'
import { problems, readReply } from '../outside-reply.ts'
import { payPalClient } from './paypal-client.ts'
import { eventOf } from './paypal-event.ts'
import { disputeOf, paymentOf, refundOf } from './paypal-payment.ts'
import { capture, dispute, disputes, event, events, order, refund } from './paypal-replies.ts'
import { verifyPayPalSignature } from './paypal-webhook.ts'

export interface PayPalOptions extends CallObservers {
  clientId: string
  clientSecret: string
  webhookId: string
  baseUrl: string
  webUrl: string
  /** PEM of a further root that may sign webhook certificates; null for public roots only. */
  extraCa: string | null
  limits?: Partial<CallLimits>
}

const amountOf = (money: Money) => ({ currency_code: money.currency, value: majorUnits(money) })
const id = encodeURIComponent

/** Refusals of a capture after which the order itself says what happened. */
const askTheOrder = new Set(['ORDER_ALREADY_CAPTURED', 'ORDER_COMPLETION_IN_PROGRESS', 'DUPLICATE_INVOICE_ID'])
/** Refusals of a capture after which the buyer has to go back to PayPal. */
const backToBuyer = new Set(['ORDER_NOT_APPROVED', 'PAYER_ACTION_REQUIRED', 'INSTRUMENT_DECLINED'])

function orderRequest({ paymentId, amount, description, returnUrl, cancelUrl }: PaymentOrder): object {
  return {
    intent: 'CAPTURE',
    purchase_units: [{ custom_id: paymentId, invoice_id: paymentId, description, amount: amountOf(amount) }],
    payment_source: {
      paypal: {
        experience_context: {
          ...{ return_url: returnUrl, cancel_url: cancelUrl, user_action: 'PAY_NOW' },
          shipping_preference: 'NO_SHIPPING',
        },
      },
    },
  }
}

/** The provider, and the state of its breaker for health and metrics. */
export function payPalProvider(options: PayPalOptions): PaymentProvider & { state(): BreakerState } {
  const { log, onCall, limits } = options
  const call = outsideCall({ upstream: Upstream.PayPal, log, onCall, ...(limits && { limits }) })
  const client = payPalClient({ ...options, call })
  const read = <Shape extends Parameters<typeof readReply>[1]>(shape: Shape, body: unknown) =>
    readReply(Upstream.PayPal, shape, body)

  async function disputesOf(captureId: string): Promise<ProviderDispute[]> {
    const path = `/v1/customer/disputes?disputed_transaction_id=${id(captureId)}`
    const { items } = read(disputes, await client.ask({ operation: 'disputes.list', path }))
    const all = items.map(async ({ dispute_id }) => {
      const one = { operation: 'disputes.get', path: `/v1/customer/disputes/${id(dispute_id)}` }
      return disputeOf(read(dispute, await client.ask(one)))
    })
    return Promise.all(all)
  }

  async function look(reference: string): Promise<ProviderPayment | null> {
    const body = await client.find({ operation: 'orders.get', path: `/v2/checkout/orders/${id(reference)}` })
    if (body === null) return null
    const reply = read(order, body)
    const [taken] = reply.purchase_units[0]?.payments?.captures ?? []
    return paymentOf(reply, taken ? await disputesOf(taken.id) : [])
  }

  async function lookSurely(reference: string): Promise<ProviderPayment> {
    const seen = await look(reference)
    if (!seen) throw new Error(`PayPal does not know its own order ${reference}`)
    return seen
  }

  async function eventsBetween(since: Date): Promise<ReturnType<typeof eventOf>[]> {
    const found: ReturnType<typeof eventOf>[] = []
    const query = new URLSearchParams({ page_size: '100', start_time: since.toISOString() })
    let path: string | null = `/v1/notifications/webhooks-events?${query}`
    while (path !== null) {
      const page: { events: Parameters<typeof eventOf>[0][]; links: { href: string; rel: string }[] } = read(
        events,
        await client.ask({ operation: 'webhooks-events.list', path }),
      )
      found.push(...page.events.map(eventOf))
      const next = page.links.find(({ rel }) => rel === 'next')
      path = next && page.events.length > 0 ? new URL(next.href).pathname + new URL(next.href).search : null
    }
    return found.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
  }

  return {
    name: ProviderName.PayPal,
    state: call.state,
    open: async (asked) => {
      const request = { operation: 'orders.create', path: '/v2/checkout/orders', verb: 'POST' as const }
      return paymentOf(read(order, await client.ask({ ...request, body: orderRequest(asked), key: asked.key })), [])
    },
    look,
    // PayPal has no search by our ids: its events of that time carry them.
    findByPaymentId: async (paymentId, since) => {
      const seen = (await eventsBetween(new Date(since.getTime() - 60_000))).filter(
        (one) => one.paymentId === paymentId,
      )
      for (const reference of seen.flatMap((one) => one.references)) {
        const found = await look(reference)
        if (found) return found
      }
      return null
    },
    capture: async (reference, key) => {
      const path = `/v2/checkout/orders/${id(reference)}/capture`
      try {
        await client.ask({ operation: 'orders.capture', path, verb: 'POST', key })
      } catch (error) {
        if (!isOutsideFailure(error, 'REFUSED')) throw error
        if (!askTheOrder.has(error.code) && !backToBuyer.has(error.code)) throw error
        const seen = await lookSurely(reference)
        if (!backToBuyer.has(error.code) || seen.capture) return seen
        const message = 'PayPal needs you to choose another way to pay there.'
        return { ...seen, state: 'REQUIRES_ACTION', failure: { code: error.code, message, retryable: true } }
      }
      return lookSurely(reference)
    },
    close: (reference) => lookSurely(reference),
    refund: async ({ refundId, captureReference, amount, key }) => {
      const path = `/v2/payments/captures/${id(captureReference)}/refund`
      const body = { amount: amountOf(amount), invoice_id: refundId, custom_id: refundId }
      return refundOf(read(refund, await client.ask({ operation: 'captures.refund', path, verb: 'POST', body, key })))
    },
    refundsOf: async (captureReference) => {
      const path = `/v2/payments/captures/${id(captureReference)}`
      const body = await client.find({ operation: 'captures.get', path })
      const orderId = (body as { supplementary_data?: { related_ids?: { order_id?: string } } } | null)
        ?.supplementary_data?.related_ids?.order_id
      if (body === null || !orderId) return []
      read(capture, body)
      return (await look(orderId))?.refunds ?? []
    },
    lookRefund: async (reference) => {
      const body = await client.find({ operation: 'refunds.get', path: `/v2/payments/refunds/${id(reference)}` })
      return body === null ? null : refundOf(read(refund, body))
    },
    verifyEvent: async (rawBody, headers, now) => {
      await verifyPayPalSignature(rawBody, headers, now, options)
      const parsed = event.safeParse(JSON.parse(rawBody.toString('utf8')))
      if (!parsed.success) throw new WebhookRefused(`The body does not fit: ${problems(parsed.error)}.`)
      return eventOf(parsed.data)
    },
    eventsSince: eventsBetween,
  }
}
