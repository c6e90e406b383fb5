/** Puts PayPal's orders, captures, refunds and disputes into our words. */
import type { z } from 'zod'
import type { ProviderDispute, ProviderPayment, ProviderRefund } from '../../payments/payment-provider.ts'
import { type Money, moneyFromMajorUnits } from '../../values/money.ts'
import type { dispute, order, refund } from './paypal-replies.ts'

/** PayPal keeps an order that nobody approved for three hours (the default of its experience). */
const orderHours = 3

export const moneyOf = ({ currency_code, value }: { currency_code: string; value: string }): Money =>
  moneyFromMajorUnits(value, currency_code)

const refundStates = { COMPLETED: 'SUCCEEDED', PENDING: 'PENDING', FAILED: 'FAILED', CANCELLED: 'CANCELLED' } as const

export function refundOf(reply: z.output<typeof refund>): ProviderRefund {
  return {
    reference: reply.id,
    refundId: reply.custom_id ?? null,
    amount: moneyOf(reply.amount),
    state: refundStates[reply.status],
    failureReason: reply.status === 'FAILED' ? (reply.status_details?.reason ?? 'FAILED') : null,
    createdAt: reply.create_time ?? new Date(),
  }
}

function disputeState({ status, dispute_outcome }: z.output<typeof dispute>): ProviderDispute['state'] {
  if (status !== 'RESOLVED') return status === 'UNDER_REVIEW' ? 'UNDER_REVIEW' : 'OPEN'
  const outcome = dispute_outcome?.outcome_code ?? ''
  if (outcome.includes('SELLER')) return 'WON'
  return outcome.startsWith('CANCEL') ? 'WITHDRAWN' : 'LOST'
}

export function disputeOf(reply: z.output<typeof dispute>): ProviderDispute {
  return {
    reference: reply.dispute_id,
    amount: moneyOf(reply.dispute_amount),
    state: disputeState(reply),
    openedAt: reply.create_time,
    closedAt: reply.status === 'RESOLVED' ? (reply.update_time ?? reply.create_time) : null,
  }
}

type Order = z.output<typeof order>

/** An order COMPLETED does not mean captured: the capture decides. */
function stateOf(reply: Order): ProviderPayment['state'] {
  const [capture] = reply.purchase_units[0]?.payments?.captures ?? []
  if (capture) {
    if (capture.status === 'PENDING') return 'PROCESSING'
    return capture.status === 'DECLINED' || capture.status === 'FAILED' ? 'FAILED' : 'SUCCEEDED'
  }
  if (reply.status === 'APPROVED') return 'APPROVED'
  if (reply.status === 'VOIDED') return 'CANCELLED'
  return 'REQUIRES_ACTION'
}

/** The order as a payment. */
export function paymentOf(reply: Order, disputes: ProviderDispute[]): ProviderPayment {
  const [unit] = reply.purchase_units
  const [capture] = unit?.payments?.captures ?? []
  const state = stateOf(reply)
  const link = reply.links.find(({ rel }) => rel === 'payer-action' || rel === 'approve')
  const failed = state === 'FAILED'
  return {
    reference: reply.id,
    paymentId: unit?.custom_id ?? null,
    state,
    redirectUrl: state === 'REQUIRES_ACTION' ? (link?.href ?? null) : null,
    expiresAt: reply.create_time ? new Date(reply.create_time.getTime() + orderHours * 3_600_000) : null,
    capture:
      capture && state === 'SUCCEEDED'
        ? {
            reference: capture.id,
            amount: moneyOf(capture.amount),
            capturedAt: capture.create_time ?? new Date(),
            cardBrand: null,
            cardLast4: null,
          }
        : null,
    failure: failed
      ? { code: 'PAYPAL_DECLINED', message: 'PayPal declined the payment; try again or pay by card.', retryable: true }
      : null,
    refunds: (unit?.payments?.refunds ?? []).map(refundOf),
    disputes,
  }
}
