/** Advances a payment when its buyer returns from the provider's page. */
import { isOwner, requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { NotFound, refusal } from '../graph/contract/user-error.ts'
import { advancePayment } from '../payments/advance-payment.ts'
import { findPayment } from '../payments/paying.ts'
import { Payment } from '../payments/payment.ts'
import { isUpstreamFailure, type UpstreamFailure } from '../values/upstream-failure.ts'
import { Enrolment } from './enrolment.ts'
import { UnsupportedCardBrand } from './enrolment-errors.ts'
import { notCompleted, refused, unavailable } from './pay.ts'

const field = ['input', 'paymentId']

/**
 * How the viewer's own payment stands; any other reads like one that does not exist. Idempotent.
 * Throws UNAUTHENTICATED or FORBIDDEN for those who are no learners.
 */
export async function completePayment(context: Context, globalPaymentId: string) {
  requireLearner(context.viewer)
  const id = uuidOf('Payment', globalPaymentId)
  const payment = id === null ? null : await findOwn(context, id)
  if (payment === null) {
    const message = 'You have no such payment; take paymentId from your enrolment.'
    return refused(refusal(NotFound, {}, noSuch('Payment', globalPaymentId, message), field))
  }
  const failure = isFinal(payment) ? null : await advance(context, payment.id)
  const now = await findPayment(context.em, payment.id)
  const refusals = isFinal(now) || failure === null ? refusalsOf(now) : [unavailable(failure)]
  return { enrolmentId: payment.enrolmentId, paymentId: payment.id, refusals }
}

async function findOwn({ em, viewer }: Context, paymentId: string): Promise<Payment | null> {
  const fork = em.fork({ clear: true })
  const payment = await fork.findOne(Payment, paymentId)
  const enrolment = payment && (await fork.findOne(Enrolment, payment.enrolmentId))
  return enrolment && isOwner(viewer, enrolment.learnerId) ? payment : null
}

/** The money came: the provider need not be asked again. */
const isFinal = ({ status }: Payment): boolean => status === 'SUCCEEDED' || status === 'CONFLICTED'

/** Why the outcome cannot be told now; null when it can. */
async function advance(context: Context, paymentId: string): Promise<UpstreamFailure | null> {
  try {
    await advancePayment(context, paymentId, 'BUYER_RETURNED', context.viewer.key)
    return null
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    return failure
  }
}

function refusalsOf({ status, failureCode, failureMessage, cardBrand }: Payment) {
  if (status === 'SUCCEEDED') return []
  if (status === 'CONFLICTED' && failureCode === 'CARD_BRAND_NOT_ACCEPTED') {
    const message = 'Only Visa, Mastercard and American Express are accepted; what was paid is on its way back.'
    return [refusal(UnsupportedCardBrand, { brand: cardBrand ?? 'OTHER' }, message, field)]
  }
  return [notCompleted({ status, failureMessage }, field)]
}
