/** Restores what was ended for a refund when that refund has failed. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { balanceOf } from '../payments/balance.ts'
import { hasBounced } from '../payments/has-bounced.ts'
import type { Payment } from '../payments/payment.ts'
import type { MoveCause } from '../store/history.ts'
import { hasSuccessor, moveEnrolment, strandEnrolment } from './change-enrolment.ts'
import { undoRevoking } from './end-enrolment.ts'
import type { EnrolmentCause } from './enrolment.states.ts'
import type { Enrolment, StuckReason } from './enrolment.ts'

/**
 * What follows for the enrolment: a registration that was to end goes on; where there is none any more it is STUCK, for
 * an operator: nobody is registered against their will. Payment and enrolment are locked.
 */
export async function restoreAfterFailedRefund(
  tx: EntityManager,
  enrolment: Enrolment,
  payment: Payment,
  at: Date,
): Promise<void> {
  const { leftMinor } = await balanceOf(tx, payment)
  if (leftMinor === 0) return
  const why: MoveCause<EnrolmentCause> = { cause: 'REFUND_FAILED', at }
  const paysForIt = enrolment.paymentId === payment.id
  switch (enrolment.status) {
    case 'REVOKING':
      return paysForIt ? undoRevoking(tx, enrolment, why) : undefined
    case 'REVOKED':
      return paysForIt ? strand(tx, enrolment, 'REFUND_BOUNCED', why) : undefined
    case 'COMPENSATING':
      return strandEnrolment(tx, enrolment, await stuckReason(tx, payment), why)
    case 'COMPENSATED':
    case 'CANCELLED':
    case 'EXPIRED':
      return strand(tx, enrolment, await stuckReason(tx, payment), why)
  }
}

const stuckReason = async (tx: EntityManager, { id }: Payment): Promise<StuckReason> =>
  (await hasBounced(tx, id)) ? 'REFUND_BOUNCED' : 'COMPENSATION_FAILED'

/** Unless the learner has enrolled anew: then the money is for the reconciliation to report. */
async function strand(
  tx: EntityManager,
  enrolment: Enrolment,
  reason: StuckReason,
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  if (await hasSuccessor(tx, enrolment)) return
  const ended = enrolment.status === 'COMPENSATED' || enrolment.status === 'REVOKED'
  if (!ended) await moveEnrolment(tx, enrolment, 'COMPENSATING', why)
  await strandEnrolment(tx, enrolment, reason, why)
}
