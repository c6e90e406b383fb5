/** Translates the status of PayPal's orders and refunds into the port's words. */
import type {
  PendingReasonName,
  ProviderCapture,
  ProviderPayment,
  ProviderRefund,
  ProviderSettlement,
} from '../../payments/payment-provider.ts'
import { sum } from '../../values/money.ts'
import { unreadIn } from '../beside-money.ts'
import { disputeOf } from './paypal-dispute.ts'
import type { PayPalCapture, PayPalDispute, PayPalOrder, PayPalRefund } from './paypal-objects.ts'

/** The order with what was captured by it, refunded and disputed since. `webUrl` is where buyers approve. */
export function paymentOf(order: PayPalOrder, disputes: readonly PayPalDispute[], webUrl: string): ProviderPayment {
  const [unit] = order.purchase_units
  const capture = captureIn(order)
  const state = capture ? captureStates[capture.status] : orderStates[order.status]
  return {
    reference: order.id,
    paymentId: unit.custom_id ?? null,
    buyerEmail: order.payer?.email_address ?? null,
    state,
    redirectUrl: state === 'REQUIRES_ACTION' ? approvalUrl(order, webUrl) : null,
    // PayPal forgets an order some hours after it was made, and does not say when.
    expiresAt: null,
    capture: capture && captureOf(capture),
    pending: capture && pendingOf(capture),
    failure: capture && failureOf(capture),
    refunds: (unit.payments?.refunds.entries ?? []).map((refund) => refundOf(refund, unit.custom_id)),
    disputes: disputes.map((dispute) => disputeOf(dispute, leftOf(order))),
    fraudWarnedAt: null,
    unread: unreadIn('refunds', unit.payments?.refunds.unread ?? []),
  }
}

/** What of the capture is neither back nor on its way back, in minor units. */
function leftOf(order: PayPalOrder): number {
  const refunds = order.purchase_units[0].payments?.refunds.entries ?? []
  const captured = captureIn(order)?.amount
  if (captured === undefined) return 0
  const back = refunds
    .filter(
      ({ status, amount }) => status !== 'FAILED' && status !== 'CANCELLED' && amount.currency === captured.currency,
    )
    .map(({ amount }) => amount)
  return captured.amountMinor - sum(back, captured.currency).amountMinor
}

/** Where the buyer approves this order, also a second time after a refused instrument. */
export function approvalUrl(order: PayPalOrder, webUrl: string): string {
  const link = order.links.find(({ rel }) => rel === 'payer-action' || rel === 'approve')
  return link?.href ?? `${webUrl}/checkoutnow?token=${encodeURIComponent(order.id)}`
}

/** An order that is COMPLETED says only that its capture was tried; this is what came of it. */
export function captureIn(order: PayPalOrder): PayPalCapture | null {
  const captures = order.purchase_units[0].payments?.captures ?? []
  return captures.find(({ status }) => tookMoney.has(status)) ?? captures.at(-1) ?? null
}

const tookMoney = new Set<PayPalCapture['status']>(['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED'])

const captureStates = {
  COMPLETED: 'SUCCEEDED',
  PARTIALLY_REFUNDED: 'SUCCEEDED',
  REFUNDED: 'SUCCEEDED',
  PENDING: 'PROCESSING',
  DECLINED: 'FAILED',
  FAILED: 'FAILED',
} as const

/** Of an order without a capture. */
const orderStates = {
  CREATED: 'REQUIRES_ACTION',
  SAVED: 'REQUIRES_ACTION',
  PAYER_ACTION_REQUIRED: 'REQUIRES_ACTION',
  APPROVED: 'APPROVED',
  COMPLETED: 'PROCESSING',
  VOIDED: 'CANCELLED',
} as const

function captureOf({ id, status, amount, create_time }: PayPalCapture): ProviderCapture | null {
  if (!tookMoney.has(status)) return null
  return { reference: id, chargeReference: null, amount, capturedAt: create_time, cardBrand: null, cardLast4: null }
}

/** PayPal's reasons for holding a capture, in the port's words; every other one is OTHER. */
const pendingReasons: Readonly<Record<string, PendingReasonName>> = {
  ECHECK: 'BANK_TRANSFER',
  TRANSACTION_APPROVED_AWAITING_FUNDING: 'BANK_TRANSFER',
  PENDING_REVIEW: 'PROVIDER_REVIEW',
  BUYER_COMPLAINT: 'PROVIDER_REVIEW',
  RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION: 'SELLER_MUST_ACCEPT',
  UNILATERAL: 'SELLER_ACCOUNT',
  INTERNATIONAL_WITHDRAWAL: 'SELLER_ACCOUNT',
  VERIFICATION_REQUIRED: 'BUYER_VERIFICATION',
}

function pendingOf({ id, status, status_details, create_time: since }: PayPalCapture): ProviderPayment['pending'] {
  if (status !== 'PENDING') return null
  return { reason: pendingReasons[status_details?.reason ?? ''] ?? 'OTHER', since, captureReference: id }
}

/** PayPal says neither when the money can be paid out nor by which payout it was; null while it says no fee. */
export function settlementOf({ status, seller_receivable_breakdown: said }: PayPalCapture): ProviderSettlement | null {
  if (!tookMoney.has(status) || said === undefined) return null
  return {
    fee: said.paypal_fee_in_receivable_currency ?? said.paypal_fee,
    net: said.receivable_amount ?? said.net_amount,
    exchangeRate: said.exchange_rate?.value ?? null,
    availableAt: null,
  }
}

function failureOf({ status, status_details }: PayPalCapture): ProviderPayment['failure'] {
  if (captureStates[status] !== 'FAILED') return null
  const message = 'PayPal could not take the payment. Another way to pay may work.'
  return { code: status_details?.reason ?? `CAPTURE_${status}`, message, retryable: true }
}

const refundStates = {
  COMPLETED: 'SUCCEEDED',
  PENDING: 'PENDING',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
} as const

/** A refund from the dashboard inherits the custom id of its payment: only another one is our refund's. */
export function refundOf(refund: PayPalRefund, customIdOfPayment: string | undefined): ProviderRefund {
  const { custom_id } = refund
  const state = refundStates[refund.status]
  return {
    reference: refund.id,
    refundId: custom_id === customIdOfPayment ? null : (custom_id ?? null),
    amount: refund.amount,
    state,
    failureReason: state === 'FAILED' || state === 'CANCELLED' ? (refund.status_details?.reason ?? null) : null,
    // It says none of which a refund of ours waits: eCheck alone.
    waitingFor: null,
    createdAt: refund.create_time,
  }
}
