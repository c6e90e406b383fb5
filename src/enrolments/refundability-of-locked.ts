/** Tells whether a locked enrolment's money can be asked back. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { CourseRun } from '../courses/course-run.ts'
import type { CompleteRun } from '../courses/loaders.ts'
import { balanceOf, refundsOf } from '../payments/balance.ts'
import type { Payment } from '../payments/payment.ts'
import { type RefundAnswer, refundability } from '../payments/refund-window.rules.ts'
import { isMoved } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentWindow } from './enrolment-window.rules.ts'

/** Of what paid for it; with the currency in which it was paid. */
export async function refundabilityOfLocked(
  tx: EntityManager,
  { enrolment, payments }: { enrolment: Enrolment; payments: readonly Payment[] },
  now: Date,
): Promise<RefundAnswer & { currency: string }> {
  const run = (await tx.findOneOrFail(CourseRun, enrolment.runId)) as CompleteRun
  const payment = payments.find(({ id }) => id === enrolment.paymentId) ?? null
  const answer = refundability({
    paymentStatus: payment?.status ?? null,
    balance: payment && (await balanceOf(tx, payment)),
    window: enrolmentWindow(enrolment, run, now, await refundsOf(tx, payment)),
    bounced: enrolment.stuckReason === 'REFUND_BOUNCED',
    moved: isMoved(enrolment),
    timeZone: run.timeZone,
    now,
  })
  return { ...answer, currency: payment?.capturedCurrency ?? run.currency }
}
