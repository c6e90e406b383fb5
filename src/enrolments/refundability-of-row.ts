/** Reads what an enrolment was paid with, and whether it can be asked back. */
import { zoneOf } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import { type CompleteRun, runById } from '../courses/loaders.ts'
import { disputesOf } from '../payments/dispute.loaders.ts'
import { type PaymentRow, paymentsOfEnrolment, refundsOfPayment } from '../payments/loaders.ts'
import type { Loaded } from '../reading/loader.ts'
import type { EnrolmentRow } from './loaders.ts'
import { type Refundability, refundabilityOf } from './refundability.ts'

/** The payment that paid for it; before that, the last one. */
export function paymentOf(context: Context, enrolment: EnrolmentRow): Loaded<PaymentRow | null> {
  return enrolment.payment === undefined ? loadPayment(context, enrolment) : enrolment.payment
}

async function loadPayment(context: Context, { id, paymentId }: EnrolmentRow): Promise<PaymentRow | null> {
  const payments = await paymentsOfEnrolment(context, id)
  return payments.find((payment) => payment.id === paymentId) ?? payments.at(-1) ?? null
}

export async function refundabilityOfRow(context: Context, enrolment: EnrolmentRow): Promise<Refundability> {
  const [run, payment] = await Promise.all([
    enrolment.run ?? runById(context, enrolment.runId),
    paymentOf(context, enrolment),
  ])
  const [refunds, disputes] = payment
    ? await Promise.all([refundsOfPayment(context, payment), disputesOf(context, payment.id)])
    : [[], []]
  return refundabilityOf(
    enrolment,
    run as CompleteRun,
    { payment, refunds, disputes },
    context.now(),
    zoneOf(context.viewer),
  )
}
