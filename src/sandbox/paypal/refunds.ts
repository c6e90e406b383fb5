/** Refunds PayPal captures by call or dashboard, never above the captured amount. */
import type { Answer } from '../faults.ts'
import { payableAmount } from './amounts.ts'
import { findCapture, refundedMinor, setStatus } from './captures.ts'
import { type Money, minorOf, moneyOf, shown } from './decimal-money.ts'
import { disputeOf } from './disputes.ts'
import { type Capture, type Dispute, type PaypalMerchant, type Refund, wholeSeconds } from './merchant.ts'
import { newId } from './new-id.ts'
import { minimalRefund, refundView } from './payment-view.ts'
import { noSuch, PaypalRefusal, refused } from './refusal.ts'
import { checked, refundRequest } from './request-shapes.ts'
import { type Call, type Route, refundRepeats } from './route.ts'

/** PayPal refunds up to 180 days after the payment. */
const REFUNDABLE_FOR_MS = 180 * 24 * 3_600_000
const onItsWay = ['COMPLETED', 'PENDING']

interface RefundRequest {
  /** Without it, all that is left. */
  amount?: Money | undefined
  custom_id?: string | undefined
  invoice_id?: string | undefined
  note_to_payer?: string | undefined
}

/** Refunds a capture. Throws PaypalRefusal (422) with PayPal's issue where it cannot be. */
export function refundCapture(merchant: PaypalMerchant, capture: Capture, request: RefundRequest): Refund {
  const back = refundedMinor(merchant, capture, onItsWay)
  const { currency_code } = capture.amount
  const left = minorOf(capture.amount) - back - (disputeOf(merchant, capture)?.takenMinor ?? 0)
  const amount = request.amount ? payableAmount(request.amount, '/amount') : moneyOf(left, currency_code)
  checkRefundable(merchant, capture, amount, left)
  checkInvoice(merchant, request.invoice_id)
  const at = wholeSeconds(merchant.now())
  const refund: Refund = {
    id: newId(),
    captureId: capture.id,
    status: capture.instrument === 'echeck' ? 'PENDING' : 'COMPLETED',
    amount,
    customId: request.custom_id ?? capture.customId,
    invoiceId: request.invoice_id ?? capture.invoiceId,
    noteToPayer: request.note_to_payer ?? null,
    totalRefunded: moneyOf(back + minorOf(amount), currency_code),
    createdAt: at,
    updatedAt: at,
  }
  merchant.state.refunds[refund.id] = refund
  merchant.changed()
  if (refund.status === 'COMPLETED') complete(merchant, capture, refund)
  return refund
}

/** Ends a refund that is PENDING; one that is COMPLETED can still fail at the bank. Throws PaypalRefusal otherwise. */
export function settleRefund(
  merchant: PaypalMerchant,
  id: string,
  status: 'COMPLETED' | 'FAILED' | 'CANCELLED',
): Refund {
  const refund = findRefund(merchant, id)
  const bounced = refund.status === 'COMPLETED' && status === 'FAILED'
  if (refund.status !== 'PENDING' && !bounced) {
    throw new PaypalRefusal(409, [{ issue: 'REFUND_NOT_PENDING', description: `The refund is ${refund.status}.` }])
  }
  refund.status = status
  refund.updatedAt = wholeSeconds(merchant.now())
  merchant.changed()
  const capture = findCapture(merchant, refund.captureId)
  if (status === 'COMPLETED') complete(merchant, capture, refund)
  if (bounced) {
    const rest = refundedMinor(merchant, capture, ['COMPLETED'])
    setStatus(merchant, capture, rest === 0 ? 'COMPLETED' : 'PARTIALLY_REFUNDED')
  }
  if (status === 'FAILED') tellFailed(merchant, refund)
  return refund
}

function tellFailed(merchant: PaypalMerchant, refund: Refund): void {
  merchant.emit({
    type: 'PAYMENT.REFUND.FAILED',
    resourceType: 'refund',
    summary: `A ${shown(refund.amount)} capture payment refund failed`,
    resource: refundView(merchant, refund),
  })
}

function complete(merchant: PaypalMerchant, capture: Capture, refund: Refund): void {
  const whole = refundedMinor(merchant, capture, ['COMPLETED']) === minorOf(capture.amount)
  setStatus(merchant, capture, whole ? 'REFUNDED' : 'PARTIALLY_REFUNDED', whole ? 'REFUNDED' : null)
  merchant.emit({
    type: 'PAYMENT.CAPTURE.REFUNDED',
    resourceType: 'refund',
    summary: `A ${shown(refund.amount)} capture payment was refunded`,
    resource: refundView(merchant, refund),
  })
}

function checkRefundable(merchant: PaypalMerchant, capture: Capture, amount: Money, left: number): void {
  if (capture.status === 'PENDING') throw refused('PENDING_CAPTURE')
  if (capture.status === 'DECLINED') throw refused('REFUND_NOT_ALLOWED')
  if (capture.status === 'REFUNDED' || left === 0) throw refused('CAPTURE_FULLY_REFUNDED')
  if (merchant.now().getTime() - Date.parse(capture.createdAt) > REFUNDABLE_FOR_MS) {
    throw refused('REFUND_TIME_LIMIT_EXCEEDED')
  }
  if (amount.currency_code !== capture.amount.currency_code) throw refused('REFUND_CAPTURE_CURRENCY_MISMATCH')
  const minor = minorOf(amount)
  if (minor > left) throw refused('REFUND_AMOUNT_EXCEEDED', { field: '/amount/value', value: amount.value })
  if (merchant.state.refundBalance === 'refused') throw refused('REFUND_FAILED_INSUFFICIENT_FUNDS')
  const dispute = disputeOf(merchant, capture)
  if (dispute && dispute.status !== 'RESOLVED' && !isAllowed(dispute, minor, left))
    throw refused('TRANSACTION_DISPUTED')
}

/** The whole, or up to what PayPal allows meanwhile. */
function isAllowed({ allowedRefund }: Dispute, minor: number, left: number): boolean {
  return allowedRefund === undefined ? minor === left : minor <= minorOf(allowedRefund)
}

function checkInvoice({ state }: PaypalMerchant, invoiceId: string | undefined): void {
  const used = Object.values(state.refunds).some(
    (refund) => invoiceId !== undefined && refund.invoiceId === invoiceId && onItsWay.includes(refund.status),
  )
  if (!used) return
  const description = 'Invoice ID was previously used to refund a capture.'
  throw new PaypalRefusal(422, [{ issue: 'DUPLICATE_INVOICE_ID', field: '/invoice_id', description }])
}

function findRefund({ state }: PaypalMerchant, id: string): Refund {
  const refund = state.refunds[id]
  if (!refund) throw noSuch(id, 'refund_id')
  return refund
}

function createRefund(merchant: PaypalMerchant, call: Call): Answer {
  const capture = findCapture(merchant, call.id)
  const refund = refundCapture(merchant, capture, checked(refundRequest, call.body))
  return { status: 201, body: call.whole ? refundView(merchant, refund) : minimalRefund(merchant, refund) }
}

export function refundRoutes(merchant: PaypalMerchant): Route[] {
  return [
    {
      method: 'POST',
      path: '/v2/payments/captures/:id/refund',
      operation: 'captures.refund',
      repeats: refundRepeats,
      handle: (call) => createRefund(merchant, call),
    },
    {
      method: 'GET',
      path: '/v2/payments/refunds/:id',
      operation: 'refunds.get',
      handle: ({ id }) => ({ status: 200, body: refundView(merchant, findRefund(merchant, id)) }),
    },
  ]
}
