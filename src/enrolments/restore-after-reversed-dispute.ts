/** Follows a dispute that took the place and was then decided for the seller. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { closeCase, openCase } from '../cases/open-case.ts'
import { balanceOf } from '../payments/balance.ts'
import { Dispute } from '../payments/dispute.ts'
import type { Payment } from '../payments/payment.ts'
import type { MoveCause } from '../store/history.ts'
import { hasSuccessor, strandEnrolment } from './change-enrolment.ts'
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
  const { learnerId, runId: courseRunId } = enrolment
  const facts = {
    message:
      'A lost dispute was decided the other way; the learner has enrolled anew, so the money belongs to nothing.',
    amount: { amountMinor: leftMinor, currency: payment.capturedCurrency ?? payment.currency },
    learnerId,
    courseRunId,
    providerReference: dispute.reference,
  }
  await openCase(tx, { kind: 'DISPUTE_REVERSED', subject: about(dispute.id), ...facts }, at)
}

const about = (id: string) => ({ type: 'Dispute', id }) as const

/** Closes what was left to a person once none of the money is here any more. The payment is locked. */
export async function closeReversedDisputes(tx: EntityManager, payment: Payment, at: Date): Promise<void> {
  const { leftMinor } = await balanceOf(tx, payment)
  if (leftMinor > 0) return
  const disputes = await tx.find(Dispute, { paymentId: payment.id }, { fields: ['id'] })
  for (const { id } of disputes) await closeCase(tx, 'DISPUTE_REVERSED', about(id), at)
}
