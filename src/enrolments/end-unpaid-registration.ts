/** Ends a registration at the partner for which nobody pays. */
import { type Context, TryAgainLater } from '../context.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { patience } from './change-enrolment.ts'
import { isOnTheRun, isUnderWay } from './enrolment.states.ts'
import { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { deactivate } from './withdraw-registration.ts'

const reason = 'Nobody pays for this registration.'

/** Unless it is paid for meanwhile; the news of its end closes the case and follows by a look. */
async function endUnpaidRegistration(context: Context, enrolmentId: string, registrationUuid: string): Promise<void> {
  const { status } = await context.em.fork({ clear: true }).findOneOrFail(Enrolment, enrolmentId)
  if (isOnTheRun(status) || isUnderWay(status)) return
  await deactivate(context, registrationUuid, reason)
  await inTransaction(context.em, (tx) => enrolmentJobs.fetchRegistration.add(tx, { registrationUuid }))
}

export const endUnpaidRegistrationJob = enrolmentJobs.endUnpaidRegistration.runs(
  async (context: Context, { enrolmentId, registrationUuid }, attempt) => {
    try {
      await endUnpaidRegistration(context, enrolmentId, registrationUuid)
    } catch (failure) {
      if (!isUpstreamFailure(failure)) throw failure
      throw new TryAgainLater(failure.message, patience(attempt.number, failure.retryAfterSeconds))
    }
  },
)
