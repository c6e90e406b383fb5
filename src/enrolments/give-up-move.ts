/** Gives up a move that the partner has not decided in time. */
import type { Context } from '../context.ts'
import { inTransaction } from '../store/transaction.ts'
import { lockAfterOrigin } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import { endLateRegistration } from './end-enrolment.ts'
import { isMoveTarget } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { undoMove } from './finish-move.ts'

/** A learner who waits longer does not know which of two runs to go to. */
const DECIDED_WITHIN_MS = 15 * 60_000

/** When a move that began then is given up. */
export const moveEndsAt = (begun: Date): Date => new Date(begun.getTime() + DECIDED_WITHIN_MS)

export const isOverdue = (enrolment: Enrolment, now: Date): boolean =>
  isMoveTarget(enrolment) && now >= moveEndsAt(enrolment.createdAt)

/** The old place stays. What an unanswered call makes after all is ended by itself. */
export function giveUpMove(context: Context, targetId: string): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payments = await lockPayments(tx, targetId)
    const target = await lockAfterOrigin(tx, targetId)
    if (!isMoveTarget(target)) return
    if (target.status === 'REGISTERING') await endLateRegistration(tx, target)
    await undoMove(tx, target, payments, { cause: 'NOT_DECIDED_IN_TIME', at })
  })
}

export const giveUpMoveJob = enrolmentJobs.giveUpMove.runs((context: Context, { enrolmentId }) =>
  giveUpMove(context, enrolmentId),
)
