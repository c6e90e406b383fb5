/** Cancels an enrolment before anything is paid, closing the provider's page first. */
import { requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/node.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'
import { isOutsideFailure } from '../values/outside-failure.ts'
import { Enrolment } from './enrolment.ts'
import { closePayments, endUnpaid } from './expire.ts'

/** The learner's own enrolment, CANCELLED; cancelling a cancelled one is no error. */
export async function cancelEnrolment(
  context: Context,
  globalEnrolmentId: string,
): Promise<{ enrolmentId: string | null; refusals: Refusal[] }> {
  const learner = requireLearner(context.viewer)
  const id = uuidOf('Enrolment', globalEnrolmentId)
  const enrolment = id && (await context.em.fork().findOne(Enrolment, id))
  if (!enrolment || enrolment.learnerId !== learner.id) {
    const error = refusal('NotFound', 'There is no such enrolment of yours.', ['input', 'enrolmentId'])
    return { enrolmentId: null, refusals: [error] }
  }
  if (enrolment.status === 'PENDING_PAYMENT') {
    try {
      await closePayments(context, enrolment.id, 'CANCELLED', 'LEARNER_CANCELLED')
    } catch (error) {
      if (!isOutsideFailure(error)) throw error
      const message = 'The payment provider does not answer right now; the enrolment stands, try again in a moment.'
      const { retryAfterSeconds } = error
      const data = { provider: error.upstream.toUpperCase(), retryAfterSeconds }
      return { enrolmentId: enrolment.id, refusals: [refusal('ProviderUnavailable', message, [], data)] }
    }
    const why = { cause: 'LEARNER_CANCELLED', actor: context.viewer.key }
    if (await endUnpaid(context, enrolment.id, 'CANCELLED', why)) return { enrolmentId: enrolment.id, refusals: [] }
  }
  const { status } = await context.em.fork().findOneOrFail(Enrolment, enrolment.id)
  if (status === 'CANCELLED') return { enrolmentId: enrolment.id, refusals: [] }
  const message = 'Only an enrolment that waits for its payment can be cancelled; ask for a refund instead.'
  const states = { from: status, to: 'CANCELLED' }
  return {
    enrolmentId: enrolment.id,
    refusals: [refusal('IllegalTransition', message, ['input', 'enrolmentId'], states)],
  }
}
