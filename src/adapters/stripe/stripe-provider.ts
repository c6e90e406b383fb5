/** Implements the payment provider port with Stripe's hosted Checkout sessions. */
import {
  type ListPage,
  type PaymentOrder,
  type PaymentProvider,
  ProviderName,
  type ProviderPayment,
  type ProviderRefund,
} from '../../payments/payment-provider.ts'
import { isUpstreamFailure, Upstream } from '../../values/upstream-failure.ts'
import { readAll } from '../all-entries.ts'
import { besideMoney, unreadIn } from '../beside-money.ts'
import type { CallObservers } from '../call-log.ts'
import { missingPermissions } from '../missing-permissions.ts'
import { type BreakerState, type CallLimits, callLimits, upstreamCall } from '../upstream-call.ts'
import { failureOfStatus } from '../upstream-reply.ts'
import { stripeAmount, stripeExpresses, stripeTakes } from './stripe-amount.ts'
import { eventOf, relevantTypes, verifyStripeEvent } from './stripe-event.ts'
import { type StripeExchange, stripeExchange, stripeSdk } from './stripe-exchange.ts'
import type { StripeSession } from './stripe-objects.ts'
import { paymentOf, refundOf } from './stripe-payment.ts'
import { sessionRequest } from './stripe-session.ts'
import { paidPayouts, settlementOf } from './stripe-settlement.ts'

export interface StripeOptions extends CallObservers {
  secretKey: string
  /** One, or several while one is being rolled. */
  webhookSecrets: readonly string[]
  /** E.g. https://api.stripe.com */
  baseUrl: string
  limits?: Partial<CallLimits>
}

/** A little before what was asked for: Stripe's clock and ours differ. */
const CLOCK_SKEW_MS = 60_000

/** The provider, and the state of its breaker for health and metrics. */
export function stripeProvider(options: StripeOptions): PaymentProvider & { state(): BreakerState } {
  const { secretKey, webhookSecrets, baseUrl, log, onCall, onHeldBack, limits } = options
  const held = onHeldBack && { onHeldBack }
  const call = upstreamCall({ upstream: Upstream.Stripe, log, onCall, ...held, ...(limits && { limits }) })
  const sdk = stripeSdk({ secretKey, baseUrl, timeoutMs: limits?.timeoutMs ?? callLimits.timeoutMs })
  const stripe = stripeExchange(sdk, call)
  const live = /^[sr]k_live_/.test(secretKey)

  const look = async (reference: string) => {
    const session = await stripe.session(reference)
    return session && withAftermath(stripe, session)
  }
  return {
    name: ProviderName.STRIPE,
    state: call.state,
    expresses: stripeExpresses,
    takes: stripeTakes,
    open: async (order) => paymentOf(await openSession(stripe, order), [], []),
    look,
    findByPaymentId: async (paymentId, since) => {
      const sessions = readAll(Upstream.Stripe, await stripe.sessionsSince(new Date(since.getTime() - CLOCK_SKEW_MS)))
      const ours = sessions.filter((session) => session.metadata.paymentId === paymentId)
      const found = ours.find((session) => session.status === 'complete') ?? ours[0]
      return found ? look(found.id) : null
    },
    capture: async (reference) => (await look(reference)) ?? notThere(reference),
    close: async (reference, key) => {
      try {
        return await withAftermath(stripe, await stripe.expireSession(reference, key))
      } catch (error) {
        // It was paid or had expired in the meantime: how it stands is the answer.
        if (!isUpstreamFailure(error, 'REFUSED')) throw error
        return (await look(reference)) ?? notThere(reference)
      }
    },
    refund: (request) => refund(stripe, request),
    settlementOf: ({ chargeReference }) => settlementOf(stripe, chargeReference),
    paidPayouts: (since) => paidPayouts(stripe, since),
    refundsOf: async (captureReference) =>
      readAll(Upstream.Stripe, await stripe.refundsOf(captureReference)).map(refundOf),
    lookRefund: async (reference) => {
      const found = await stripe.refund(reference)
      return found && refundOf(found)
    },
    verifyEvent: async (rawBody, headers, now) =>
      verifyStripeEvent({ rawBody, signature: headers['stripe-signature'], receivedAt: now }, webhookSecrets, live),
    missingPermissions: () => missingPermissions(stripe.probes()),
    lists: [{ name: 'events', pagesSince: (since) => eventPages(stripe, since, live) }],
  }
}

async function* eventPages(stripe: StripeExchange, since: Date, live: boolean): AsyncIterable<ListPage> {
  for await (const page of stripe.eventPages(since, relevantTypes)) {
    yield { entries: page.entries.map((one) => eventOf(one, live)), unread: page.unread }
  }
}

/** Refunds and disputes hang on the payment intent, and exist only once there was a charge. */
async function withAftermath(stripe: StripeExchange, session: StripeSession): Promise<ProviderPayment> {
  const intent = session.payment_intent
  const charge = intent?.latest_charge
  if (!intent || charge?.status !== 'succeeded') return paymentOf(session, [], [])
  const [refunds, disputes, warnings] = await Promise.all([
    stripe.refundsOf(intent.id),
    // Whatever the charge says of itself: an inquiry does not always show there.
    besideMoney('disputes', intent.id, stripe.disputesOf(intent.id)),
    besideMoney('fraud warnings', intent.id, stripe.fraudWarningsOf(intent.id)),
  ])
  // Without the permission for warnings, which the probe names, all else of the payment is read as well as ever.
  const unwarned = warnings.unread.filter(({ failure }) => failure?.kind !== 'NOT_PERMITTED')
  const unread = [...unreadIn('refunds', refunds.unread), ...disputes.unread, ...unwarned]
  const fraudWarnedAt = warnings.entries[0]?.created ?? null
  return { ...paymentOf(session, refunds.entries, disputes.entries), fraudWarnedAt, unread }
}

/** The address only fills a field of the page in: without it the buyer types one that Stripe takes. */
async function openSession(stripe: StripeExchange, order: PaymentOrder) {
  try {
    return await stripe.createSession(sessionRequest(order), order.key)
  } catch (error) {
    const isAddress = isUpstreamFailure(error, 'REFUSED') && error.code === 'email_invalid' && order.buyerEmail !== null
    if (!isAddress) throw error
    return stripe.createSession(sessionRequest({ ...order, buyerEmail: null }), `${order.key}:no-email`)
  }
}

async function refund(
  stripe: StripeExchange,
  { refundId, captureReference, amount, key }: Parameters<PaymentProvider['refund']>[0],
): Promise<ProviderRefund> {
  const request = { payment_intent: captureReference, amount: stripeAmount(amount).amount, metadata: { refundId } }
  try {
    return refundOf(await stripe.createRefund(request, key))
  } catch (error) {
    if (!isUpstreamFailure(error, 'REFUSED') || error.code !== 'charge_already_refunded') throw error
    // Perhaps by ourselves, with a key that Stripe has forgotten.
    const ours = readAll(Upstream.Stripe, await stripe.refundsOf(captureReference)).find(
      (one) => one.metadata.refundId === refundId,
    )
    if (ours === undefined) throw error
    return refundOf(ours)
  }
}

function notThere(reference: string): never {
  const message = `there is no session ${reference}`
  throw failureOfStatus(Upstream.Stripe, { status: 404, code: 'resource_missing', message, retryAfter: null })
}
