/** Translates the status of Stripe's sessions and refunds into the port's words. */
import type {
  CardBrandName,
  ProviderCapture,
  ProviderPayment,
  ProviderRefund,
} from '../../payments/payment-provider.ts'
import { moneyFromStripe } from './stripe-amount.ts'
import { disputeOf } from './stripe-dispute.ts'
import type { StripeCharge, StripeDispute, StripePaymentIntent, StripeRefund, StripeSession } from './stripe-objects.ts'

/** Stripe's words for the brands that are sold by; every other one is OTHER, to be refunded. */
const brands: Readonly<Record<string, CardBrandName>> = {
  visa: 'VISA',
  mastercard: 'MASTERCARD',
  amex: 'AMERICAN_EXPRESS',
}

/** The session with what was paid by it, refunded and disputed since. */
export function paymentOf(
  session: StripeSession,
  refunds: readonly StripeRefund[],
  disputes: readonly StripeDispute[],
): ProviderPayment {
  const intent = session.payment_intent
  const state = stateOf(session)
  return {
    reference: session.id,
    paymentId: session.metadata.paymentId ?? null,
    buyerEmail: session.customer_details?.email ?? null,
    state,
    redirectUrl: state === 'REQUIRES_ACTION' ? session.url : null,
    expiresAt: session.expires_at,
    capture: intent === null ? null : captureOf(intent),
    pending: intent && pendingOf(intent),
    failure: intent && failureOf(intent),
    refunds: refunds.map(refundOf),
    disputes: disputes.map(disputeOf),
    fraudWarnedAt: null,
    unread: [],
  }
}

/** The intent knows about the money before the session does, so it is asked first. */
function stateOf({ status, payment_status, payment_intent }: StripeSession): ProviderPayment['state'] {
  if (payment_intent?.status === 'succeeded') return 'SUCCEEDED'
  if (payment_intent?.status === 'processing') return 'PROCESSING'
  if (status === 'expired') return 'EXPIRED'
  if (payment_intent?.status === 'canceled') return 'CANCELLED'
  if (status === 'open') return 'REQUIRES_ACTION'
  if (payment_status === 'paid') return 'SUCCEEDED'
  return payment_intent?.status === 'requires_payment_method' ? 'FAILED' : 'PROCESSING'
}

/** Whatever a card was refused for, another card may work: on the page while it is open, else on a new one. */
function failureOf({ last_payment_error: error }: StripePaymentIntent): ProviderPayment['failure'] {
  if (error === null) return null
  const code = error.decline_code ?? error.code ?? 'unknown'
  return { code, message: error.message ?? 'The card was not accepted.', retryable: true }
}

/** Stripe does not say why: a card's network or bank has not answered yet. */
function pendingOf({ id, status, latest_charge: charge }: StripePaymentIntent): ProviderPayment['pending'] {
  if (status !== 'processing' || charge === null) return null
  return { reason: 'PROCESSING', since: charge.created, captureReference: id }
}

function captureOf({ id, status, latest_charge: charge }: StripePaymentIntent): ProviderCapture | null {
  if (status !== 'succeeded' || charge?.status !== 'succeeded') return null
  const card = charge.payment_method_details?.card
  return {
    reference: id,
    chargeReference: charge.id,
    amount: moneyFromStripe(charge.amount_captured, charge.currency),
    capturedAt: charge.created,
    cardBrand: card ? brandOf(charge) : null,
    cardLast4: card?.last4 ?? null,
  }
}

function brandOf(charge: StripeCharge): CardBrandName {
  return brands[charge.payment_method_details?.card?.brand ?? ''] ?? 'OTHER'
}

const refundStates = {
  pending: 'PENDING',
  requires_action: 'PENDING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  canceled: 'CANCELLED',
} as const

/** Stripe's words for what it waits for before it pays. */
const waits = new Map<string, ProviderRefund['waitingFor']>([
  ['insufficient_funds', 'PROVIDER_BALANCE'],
  ['charge_pending', 'PAYMENT_SETTLEMENT'],
])

export function refundOf(refund: StripeRefund): ProviderRefund {
  return {
    reference: refund.id,
    refundId: refund.metadata.refundId ?? null,
    amount: moneyFromStripe(refund.amount, refund.currency),
    state: refundStates[refund.status],
    failureReason: refund.failure_reason ?? null,
    waitingFor: waits.get(refund.pending_reason ?? '') ?? null,
    createdAt: refund.created,
  }
}
