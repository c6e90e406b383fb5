/** Gives a STUCK enrolment its place back: the place it is, and not the money. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Payment } from '../payments/payment.ts'
import { writeOffWishes } from '../payments/write-off-wishes.ts'
import type { MoveCause } from '../store/history.ts'
import { moveEnrolment } from './change-enrolment.ts'
import type { EnrolmentCause } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'

/**
 * COMPLETED at once where there is a result, for it stands without a registration; else REGISTERING. Payments and
 * enrolment are locked, and no refund is with its provider.
 */
export async function restorePlace(
  tx: EntityManager,
  enrolment: Enrolment,
  payments: readonly Payment[],
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  for (const payment of payments) await writeOffWishes(tx, payment, why)
  enrolment.holdExpiresAt = null
  const { id: enrolmentId, resultOutcome } = enrolment
  if (resultOutcome !== null) await moveEnrolment(tx, enrolment, 'COMPLETED', why)
  else {
    await moveEnrolment(tx, enrolment, 'REGISTERING', why)
    await enrolmentJobs.register.add(tx, { enrolmentId })
  }
  await enrolmentJobs.reviewCredit.add(tx, { enrolmentId })
}
