/** Completes or denies captures that are pending at a bank or under review. */
import { findCapture, setStatus, tellCapture } from './captures.ts'
import type { Capture, PaypalMerchant, PendingReason } from './merchant.ts'
import { wholeCapture } from './payment-view.ts'
import { PaypalRefusal } from './refusal.ts'

export const pendingOutcomes = ['completed', 'denied', 'declined'] as const
type PendingOutcome = (typeof pendingOutcomes)[number]

/**
 * Without an outcome: makes a capture PENDING. `id` is a capture; an order, whose capture then is or will be PENDING; or
 * `next`, the next capture of any order. With an outcome: ends the pending capture (or that of the order).
 */
export function makePending(
  merchant: PaypalMerchant,
  id: string,
  outcome: PendingOutcome | undefined,
  reason: PendingReason = 'PENDING_REVIEW',
): object {
  if (id === 'next' && outcome === undefined) {
    merchant.state.nextCapturePending = reason
    merchant.changed()
    return { next: 'PENDING' }
  }
  const capture = Object.values(merchant.state.captures).find((one) => one.id === id || one.orderId === id)
  const order = merchant.state.orders[id]
  if (!capture && order && outcome === undefined) {
    order.captureWillPend = reason
    merchant.changed()
    return { order: order.id, capture: 'PENDING' }
  }
  return settle(merchant, capture ?? findCapture(merchant, id), outcome, reason)
}

function settle(
  merchant: PaypalMerchant,
  capture: Capture,
  outcome: PendingOutcome | undefined,
  reason: PendingReason,
): object {
  const expected = outcome === undefined ? ['COMPLETED', 'PENDING'] : ['PENDING']
  if (!expected.includes(capture.status)) {
    const description = `The capture is ${capture.status}; expected ${expected.join(' or ')}.`
    throw new PaypalRefusal(409, [{ issue: 'CAPTURE_STATUS', description }])
  }
  if (outcome === 'completed') {
    setStatus(merchant, capture, 'COMPLETED')
    tellCapture(merchant, capture, 'COMPLETED')
  } else if (outcome !== undefined) {
    setStatus(merchant, capture, 'DECLINED')
    tellCapture(merchant, capture, outcome === 'denied' ? 'DENIED' : 'DECLINED')
  } else if (capture.status === 'COMPLETED' || capture.reason !== reason) {
    setStatus(merchant, capture, 'PENDING', reason)
    tellCapture(merchant, capture, 'PENDING')
  }
  return wholeCapture(merchant, capture)
}
