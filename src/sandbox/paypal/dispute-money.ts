/** Takes back at PayPal what a dispute was lost for, and gives it back again. */
import { refundedMinor, setStatus, tellCapture } from './captures.ts'
import { minorOf, moneyOf, shown } from './decimal-money.ts'
import { type Capture, type Dispute, type PaypalMerchant, type Refund, wholeSeconds } from './merchant.ts'
import { newId } from './new-id.ts'
import { refundView } from './payment-view.ts'

/**
 * What goes back besides the refunds since it was opened. Listed, as one more refund; else all of it reverses the capture,
 * and a part leaves it as it is.
 */
export function takeBack(merchant: PaypalMerchant, capture: Capture, dispute: Dispute, listed: boolean): void {
  const refunded = minorOf(dispute.refunded ?? dispute.amount)
  const since = refundsSince(merchant, dispute)
  const rest = Math.max(0, refunded - since.reduce((sum, { amount }) => sum + minorOf(amount), 0))
  if (rest === 0) return
  if (listed) {
    addListed(merchant, capture, rest)
    return
  }
  dispute.takenMinor = rest
  const back = refundedMinor(merchant, capture, ['COMPLETED', 'PENDING'])
  if (back + rest < minorOf(capture.amount)) return
  setStatus(merchant, capture, 'REFUNDED', 'CHARGEBACK')
  tellCapture(merchant, capture, 'REVERSED')
}

/** The money is here again, but for what refunds have sent back. */
export function giveBack(merchant: PaypalMerchant, capture: Capture, dispute: Dispute): void {
  delete dispute.refunded
  if (dispute.takenMinor === undefined) return
  delete dispute.takenMinor
  const back = refundedMinor(merchant, capture, ['COMPLETED'])
  const whole = back === minorOf(capture.amount)
  setStatus(merchant, capture, whole ? 'REFUNDED' : back > 0 ? 'PARTIALLY_REFUNDED' : 'COMPLETED')
}

const refundsSince = ({ state }: PaypalMerchant, dispute: Dispute): Refund[] =>
  Object.values(state.refunds).filter(
    ({ captureId, status, createdAt }) =>
      captureId === dispute.captureId && status === 'COMPLETED' && createdAt >= dispute.createdAt,
  )

function addListed(merchant: PaypalMerchant, capture: Capture, minor: number): void {
  const { currency_code } = capture.amount
  const at = wholeSeconds(merchant.now())
  const back = refundedMinor(merchant, capture, ['COMPLETED', 'PENDING']) + minor
  const refund: Refund = {
    id: newId(),
    captureId: capture.id,
    status: 'COMPLETED',
    amount: moneyOf(minor, currency_code),
    customId: capture.customId,
    invoiceId: capture.invoiceId,
    noteToPayer: null,
    totalRefunded: moneyOf(back, currency_code),
    createdAt: at,
    updatedAt: at,
  }
  merchant.state.refunds[refund.id] = refund
  setStatus(merchant, capture, back >= minorOf(capture.amount) ? 'REFUNDED' : 'PARTIALLY_REFUNDED')
  merchant.emit({
    type: 'PAYMENT.CAPTURE.REFUNDED',
    resourceType: 'refund',
    summary: `A ${shown(refund.amount)} capture payment was refunded`,
    resource: refundView(merchant, refund),
  })
}
