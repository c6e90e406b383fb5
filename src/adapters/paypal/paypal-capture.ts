/** Captures an approved PayPal order and interprets each refusal. */
import type { ProviderPayment } from '../../payments/payment-provider.ts'
import { isUpstreamFailure, type UpstreamFailure } from '../../values/upstream-failure.ts'
import type { PayPalExchange } from './paypal-exchange.ts'
import { approvalUrl, paymentOf } from './paypal-payment.ts'

export interface Capturing {
  payPal: PayPalExchange
  webUrl: string
  look(reference: string): Promise<ProviderPayment | null>
  findByPaymentId(paymentId: string, since: Date): Promise<ProviderPayment | null>
}

/** 422: it was captured, or is being captured right now. */
const capturedAlready = new Set(['ORDER_ALREADY_CAPTURED', 'ORDER_COMPLETION_IN_PROGRESS'])
/** 422: the buyer has to go to PayPal's page, again or for the first time. */
const awaitsBuyer = new Set(['ORDER_NOT_APPROVED', 'PAYER_ACTION_REQUIRED', 'INSTRUMENT_DECLINED'])

/** An order can be made this long before the one that paid for the same payment, and no longer: it is forgotten then. */
const OTHER_ORDER_WITHIN_MS = 24 * 3_600_000

/** How the payment stands after the capture. Throws UpstreamFailure; REFUSED when the order cannot be captured at all. */
export async function captureOrder(at: Capturing, reference: string, key: string): Promise<ProviderPayment> {
  try {
    return paymentOf(await at.payPal.captureOrder(reference, key), [], at.webUrl)
  } catch (error) {
    if (!isUpstreamFailure(error, 'REFUSED')) throw error
    const meant = await readRefusal(at, reference, error)
    if (meant === null) throw error
    return meant
  }
}

async function readRefusal(
  at: Capturing,
  reference: string,
  refusal: UpstreamFailure,
): Promise<ProviderPayment | null> {
  if (capturedAlready.has(refusal.code)) {
    const seen = await at.look(reference)
    // PayPal is at it: asking for the capture again would be refused again.
    return seen?.state === 'APPROVED' ? { ...seen, state: 'PROCESSING' } : seen
  }
  if (awaitsBuyer.has(refusal.code)) return buyersTurn(at, reference, refusal)
  if (refusal.code === 'DUPLICATE_INVOICE_ID') return paidByAnother(at, reference)
  return null
}

async function buyersTurn(at: Capturing, reference: string, refusal: UpstreamFailure): Promise<ProviderPayment | null> {
  const order = await at.payPal.order(reference)
  if (order === null) return null
  const seen = paymentOf(order, [], at.webUrl)
  if (seen.capture !== null) return seen
  const redirectUrl = approvalUrl(order, at.webUrl)
  const failure = refusal.code === 'INSTRUMENT_DECLINED' ? declined(refusal) : seen.failure
  return { ...seen, state: 'REQUIRES_ACTION', redirectUrl, failure }
}

function declined({ code }: UpstreamFailure): NonNullable<ProviderPayment['failure']> {
  const message = 'PayPal could not take the payment from the chosen card or account. Choose another one and try again.'
  return { code, message, retryable: true }
}

/** The invoice is our payment's id: another order of the same payment was captured. */
async function paidByAnother(at: Capturing, reference: string): Promise<ProviderPayment | null> {
  const order = await at.payPal.order(reference)
  const paymentId = order?.purchase_units[0].custom_id
  if (!order || paymentId === undefined) return null
  const other = await at.findByPaymentId(paymentId, new Date(order.create_time.getTime() - OTHER_ORDER_WITHIN_MS))
  return other?.capture ? other : null
}
