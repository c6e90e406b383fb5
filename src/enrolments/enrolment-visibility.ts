/** Who may see an enrolment and what hangs on it: its learner and operators; anyone else finds nothing there. */
import type { Context } from '../context.ts'
import { paymentById, refundById } from '../payments/loaders.ts'
import { enrolmentById } from './loaders.ts'

const sees = ({ viewer }: Context, learnerId: string) => viewer.operator !== null || viewer.learner?.id === learnerId

/** The enrolment, or null when there is none or the caller may not see it. */
export async function visibleEnrolment(context: Context, uuid: string) {
  const enrolment = await enrolmentById(context, uuid)
  return enrolment && sees(context, enrolment.learnerId) ? enrolment : null
}

/** The payment, by the same rule. */
export async function visiblePayment(context: Context, uuid: string) {
  const payment = await paymentById(context, uuid)
  return payment && (await visibleEnrolment(context, payment.enrolmentId)) ? payment : null
}

/** The refund, by the same rule. */
export async function visibleRefund(context: Context, uuid: string) {
  const refund = await refundById(context, uuid)
  return refund && (await visiblePayment(context, refund.paymentId)) ? refund : null
}
