/** Decides on which ground an enrolment's money can be asked back, and until when. */
import type { CompleteRun } from '../courses/loaders.ts'
import type { Refund } from '../payments/refund.ts'
import { purchaseWindow, type RefundWindow } from '../payments/refund-window.rules.ts'
import { failedWish, wasInTime } from '../payments/unfulfilled-wish.rules.ts'
import { type Enrolment, endedStatuses } from './enrolment.ts'

export type Standing = Pick<Enrolment, 'status' | 'stuckReason' | 'registrationEndedAt' | 'refundUntil' | 'refundBasis'>
type RunFacts = Pick<CompleteRun, 'cancelled' | 'cancelledAt' | 'startsAt' | 'timeZone'>

type WishFacts = Pick<Refund, 'id' | 'wishId' | 'status' | 'writtenOffAt' | 'origin' | 'askedAt'>

/** Without a limit for what is not the learner's doing; else what was kept when it was paid, or what one has who pays now. The refunds are those of what paid for it, oldest first. */
export function enrolmentWindow(
  enrolment: Standing,
  run: RunFacts,
  now: Date,
  refunds: readonly WishFacts[],
): RefundWindow {
  const { status, stuckReason, refundUntil, refundBasis } = enrolment
  if (status === 'STUCK') {
    const ended = stuckReason === 'REGISTRATION_ENDED' || stuckReason === 'DISPUTE_REVERSED'
    return { basis: ended ? 'REGISTRATION_ENDED' : 'ASKED_IN_TIME', until: null }
  }
  const failed = failedWish(refunds)
  if (failed && wasInTime(rowsOf(refunds, failed), refundUntil)) return { basis: 'ASKED_IN_TIME', until: null }
  if (run.cancelled && heldPlace(enrolment, run)) return { basis: 'RUN_CANCELLED', until: null }
  if (refundUntil === null || refundBasis === null) return purchaseWindow(run.startsAt, now, run.timeZone)
  return { basis: refundBasis, until: refundUntil }
}

const rowsOf = (refunds: readonly WishFacts[], { wishId }: WishFacts) => refunds.filter((one) => one.wishId === wishId)

/** When the run was cancelled: those who had left before are not told so. */
function heldPlace({ status, registrationEndedAt }: Standing, { cancelledAt }: RunFacts): boolean {
  if (!(endedStatuses as readonly string[]).includes(status)) return true
  return registrationEndedAt !== null && cancelledAt !== null && registrationEndedAt >= cancelledAt
}
