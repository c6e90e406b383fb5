/** The buyer is back from the provider's page: asks how the payment stands, as the webhook does. */
import { requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/node.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'
import { advancePayment } from '../payments/advance-payment.ts'
import { openPayment } from '../payments/open-payment.ts'
import { Payment } from '../payments/payment.ts'
import { isOutsideFailure } from '../values/outside-failure.ts'
import { unavailable } from './enrol.ts'
import { Enrolment } from './enrolment.ts'

export interface CompleteResult {
  paymentId: string | null
  enrolmentId: string | null
  refusals: Refusal[]
}

/** Idempotent. The viewer's own payments only: any other reads like one that does not exist. */
export async function completePayment(context: Context, paymentGlobalId: string): Promise<CompleteResult> {
  const learner = requireLearner(context.viewer)
  const id = uuidOf('Payment', paymentGlobalId)
  const payment = id && (await own(context, id, learner.id))
  if (!payment) {
    const error = refusal('NotFound', 'There is no such payment of yours.', ['input', 'paymentId'])
    return { paymentId: null, enrolmentId: null, refusals: [error] }
  }
  const ids = { paymentId: payment.id, enrolmentId: payment.enrolmentId }
  if (payment.status !== 'SUCCEEDED' && payment.status !== 'CONFLICTED') {
    try {
      if (payment.status === 'CREATED' || payment.status === 'UNKNOWN') await openPayment(context, payment.id)
      await advancePayment(context, payment.id, 'BUYER_RETURNED')
    } catch (error) {
      if (!isOutsideFailure(error)) throw error
      return { ...ids, refusals: [unavailable(error, payment.provider)] }
    }
  }
  const now = await context.em.fork().findOneOrFail(Payment, payment.id)
  return { ...ids, refusals: refusalsOf(now) }
}

async function own(context: Context, paymentId: string, learnerId: string): Promise<Payment | null> {
  const em = context.em.fork()
  const payment = await em.findOne(Payment, paymentId)
  const enrolment = payment && (await em.findOne(Enrolment, payment.enrolmentId))
  return enrolment?.learnerId === learnerId ? payment : null
}

function refusalsOf({ status, failureCode, failureMessage, cardBrand }: Payment): Refusal[] {
  if (status === 'SUCCEEDED') return []
  if (status === 'CONFLICTED' && failureCode === 'CARD_BRAND_NOT_ACCEPTED') {
    const message = 'Only Visa, Mastercard and American Express are taken; what was paid is on its way back.'
    return [refusal('UnsupportedCardBrand', message, [], { brand: cardBrand ?? 'OTHER' })]
  }
  const message = failureMessage ?? 'The payment is not completed yet; finish it on the page of the provider.'
  return [refusal('PaymentNotCompleted', message, ['input', 'paymentId'], { status })]
}
