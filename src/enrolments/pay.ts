/** Opens the page of an enrolment's payment, or returns the provider's refusal. */
import type { Context } from '../context.ts'
import { ProviderUnavailable, type Refusal, refusal } from '../graph/contract/user-error.ts'
import { type Opened, openPayment } from '../payments/open-payment.ts'
import type { PaymentStatus } from '../payments/payment.ts'
import type { UpstreamFailure } from '../values/upstream-failure.ts'
import { PaymentNotCompleted } from './enrolment-errors.ts'

/** Ids of what there is now, and why not everything was done. */
export interface PaymentResult<Name extends string = string> {
  enrolmentId: string | null
  paymentId: string | null
  refusals: Refusal<Name>[]
}

/** Nothing was written. */
export const refused = <Name extends string>(refusal: Refusal<Name>): PaymentResult<Name> => ({
  enrolmentId: null,
  paymentId: null,
  refusals: [refusal],
})

/** Repeats that come while the first call is on its way wait for its answer; the provider would tell them to try later. */
const opening = new Map<string, Promise<Opened>>()

function openOnce(context: Context, paymentId: string): Promise<Opened> {
  const underWay = opening.get(paymentId)
  if (underWay) return underWay
  const opened = openPayment(context, paymentId).finally(() => opening.delete(paymentId))
  opening.set(paymentId, opened)
  return opened
}

/** Opens the page; when the provider does not answer, place and payment stay and the same key tries again. */
export async function pay(context: Context, enrolmentId: string, paymentId: string) {
  const { payment, failure } = await openOnce(context, paymentId)
  // Another replica may have been told the page meanwhile.
  const waits = payment.status === 'CREATED' || payment.status === 'UNKNOWN'
  if (failure !== null && waits) {
    return { enrolmentId, paymentId, refusals: [unavailable(failure, 'use the same idempotencyKey')] }
  }
  const nothingLeft =
    payment.status !== 'REQUIRES_ACTION' && payment.status !== 'CREATED' && payment.status !== 'SUCCEEDED'
  const refusals = nothingLeft ? [notCompleted(payment)] : []
  return { enrolmentId, paymentId, refusals }
}

const names: Readonly<Record<string, string>> = {
  stripe: 'The card payment provider',
  paypal: 'PayPal',
  partner: 'The registration partner',
}

/** An upstream that did not answer; `hint` says how to try again. */
export function unavailable({ upstream, retryAfterSeconds }: UpstreamFailure, hint = 'nothing is lost') {
  const message = `${names[upstream]} does not answer right now; try again in a moment, ${hint}.`
  return refusal(ProviderUnavailable, { provider: upstream.toUpperCase(), retryAfterSeconds }, message)
}

/** Whether the buyer has done their part, or nobody can say: nothing is left to pay on. */
export const isUnderWay = ({ status }: { status: PaymentStatus }): boolean =>
  status === 'PROCESSING' || status === 'UNKNOWN'

/** A payment that has not brought the money, with what the provider said of it. */
export function notCompleted(
  { status, failureMessage }: { status: PaymentStatus; failureMessage: string | null },
  field: string[] = [],
) {
  const message = failureMessage ?? unfinished[status] ?? 'The payment is not finished yet; finish it on its page.'
  return refusal(PaymentNotCompleted, { status }, message, field)
}

const unfinished: Readonly<Record<string, string>> = {
  PROCESSING: 'The payment is being processed; its outcome will be here soon.',
  UNKNOWN: 'The provider has not said yet how the payment stands; its outcome will be here soon.',
  CANCELLED: 'The payment was cancelled; open another with retryPayment.',
  EXPIRED: 'The payment was not made in time; open another with retryPayment.',
  FAILED: 'The payment failed; open another with retryPayment.',
  CONFLICTED: 'What was paid differs from what was asked; it is on its way back.',
}
