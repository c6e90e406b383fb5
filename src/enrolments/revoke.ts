/** Withdraws a registration at the partner, only after the money went back. */
import { LockMode } from '@mikro-orm/postgresql'
import type { Job } from '../context.ts'
import { move } from '../store/history.ts'
import { addJob, announce, inTransaction } from '../store/transaction.ts'
import { enrolmentStates } from './enrolment.states.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'

/** Ends the registration at the partner, then here; the credit that rests on it is looked at in the same step. */
export const revokeEnrolmentJob: Job = {
  task: 'revoke_enrolment',
  async run(context, payload) {
    const enrolmentId = payload.enrolmentId as string
    const em = context.em.fork()
    const enrolment = await em.findOneOrFail(Enrolment, enrolmentId)
    if (enrolment.status !== 'REVOKING') return
    const { learnerId, runId, registrationUuid } = enrolment
    const others = { id: { $ne: enrolmentId }, learnerId, runId, status: { $nin: [...endedStatuses] } }
    // Another paid enrolment may cover the same learner and run: then the registration is its.
    if (registrationUuid && (await em.count(Enrolment, others)) === 0) {
      await context.partner.deactivate(registrationUuid, 'The payment was refunded.')
    }
    await inTransaction(context.em, async (tx) => {
      const row = await tx.findOneOrFail(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
      if (row.status !== 'REVOKING') return
      row.studyUrl = null
      move(tx, enrolmentStates, row, 'REVOKED', { cause: 'REGISTRATION_WITHDRAWN', at: context.now() })
      await addJob(tx, 'review_credit', { enrolmentId })
      await announce(tx, 'enrolment', enrolmentId)
    })
  },
}
