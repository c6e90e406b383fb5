/** Follows a dispute that took the place and was then decided for the seller. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { balanceOf } from '../payments/balance.ts'
import type { Dispute } from '../payments/dispute.ts'
import type { Payment } from '../payments/payment.ts'
import type { MoveCause } from '../store/history.ts'
import { hasSuccessor, strandEnrolment } from './change-enrolment.ts'
import { openReversed } from './dispute-cases.ts'
import { undoRevoking } from './end-enrolment.ts'
import type { EnrolmentCause } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'

/**
 * The money is here again. A place that was only about to end stays; one that has ended waits for an operator, or, when the
 * learner has enrolled anew meanwhile, only the money does. Payment and enrolment are locked.
 */
export async function restoreAfterReversedDispute(
  tx: EntityManager,
  enrolment: Enrolment,
  payment: Payment,
  dispute: Dispute,
  at: Date,
): Promise<void> {
  const { leftMinor } = await balanceOf(tx, payment)
  if (leftMinor === 0) return
  const why: MoveCause<EnrolmentCause> = { cause: 'DISPUTE_REVERSED', at }
  if (enrolment.status === 'REVOKING') return undoRevoking(tx, enrolment, why)
  if (enrolment.status !== 'REVOKED' && enrolment.status !== 'COMPENSATED') return
  if (!(await hasSuccessor(tx, enrolment))) return strandEnrolment(tx, enrolment, 'DISPUTE_REVERSED', why)
  await openReversed(tx, enrolment, payment, dispute, at)
}
