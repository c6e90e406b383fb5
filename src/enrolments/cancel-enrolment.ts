/** Cancels an enrolment that is not paid and closes its open payments. */
import { isOwner, requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { IllegalTransition, NotFound, refusal } from '../graph/contract/user-error.ts'
import { inTransaction } from '../store/transaction.ts'
import { findEnrolment, lockEnrolment, moveEnrolment } from './change-enrolment.ts'
import type { EnrolmentStatus } from './enrolment.ts'
import { closeOpenPayments } from './expire.ts'
import { isUnderWay, notCompleted } from './pay.ts'

const field = ['input', 'enrolmentId']

/**
 * The learner's own enrolment, CANCELLED; cancelling a cancelled one is no error. A provider that does not answer holds
 * nobody up: should money come after all, it goes back. Throws UNAUTHENTICATED or FORBIDDEN for those who are no learners.
 */
export async function cancelEnrolment(context: Context, globalEnrolmentId: string) {
  requireLearner(context.viewer)
  const id = uuidOf('Enrolment', globalEnrolmentId)
  const enrolment = id === null ? null : await findEnrolment(context.em, id)
  if (enrolment === null || !isOwner(context.viewer, enrolment.learnerId)) {
    const sentence = 'You have no such enrolment; take enrolmentId from your enrolments.'
    const message = noSuch('Enrolment', globalEnrolmentId, sentence)
    return { enrolmentId: null, refusals: [refusal(NotFound, {}, message, field)] }
  }
  const payments =
    enrolment.status === 'PENDING_PAYMENT'
      ? await closeOpenPayments(context, enrolment.id, 'CANCELLED', 'CANCELLED_BY_LEARNER')
      : []
  const underWay = payments.find((status) => isUnderWay({ status }))
  if (underWay !== undefined) {
    const refusals = [notCompleted({ status: underWay, failureMessage: null }, field)]
    return { enrolmentId: enrolment.id, refusals }
  }
  const status = await cancel(context, enrolment.id)
  if (status === 'CANCELLED') return { enrolmentId: enrolment.id, refusals: [] }
  const message = 'Only an enrolment that waits for its payment can be cancelled; ask for a refund instead.'
  return { enrolmentId: enrolment.id, refusals: [illegal(message, status)] }
}

const illegal = (message: string, from: EnrolmentStatus) =>
  refusal(IllegalTransition, { from, to: 'CANCELLED' }, message, field)

/** Under the lock: it may have been paid meanwhile. Answers the status it has then. */
function cancel(context: Context, enrolmentId: string): Promise<EnrolmentStatus> {
  const { viewer, now } = context
  return inTransaction(context.em, async (tx) => {
    const enrolment = await lockEnrolment(tx, enrolmentId)
    if (enrolment.status === 'PENDING_PAYMENT') {
      const why = { cause: 'CANCELLED_BY_LEARNER', actor: viewer.key, at: now() } as const
      await moveEnrolment(tx, enrolment, 'CANCELLED', why)
    }
    return enrolment.status
  })
}
