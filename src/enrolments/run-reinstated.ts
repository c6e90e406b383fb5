/** Looks again at places that ended while their run was cancelled. */
import type { Context } from '../context.ts'
import { courseJobs } from '../courses/course-jobs.ts'
import { inTransaction } from '../store/transaction.ts'
import { leaveOutWaiting } from './advance-refund-run.ts'
import { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { reviewRunCase } from './run-case.ts'

/** What was closed stays closed. Places that ended meanwhile are looked at as if it had never been cancelled. */
export const runReinstatedJob = courseJobs.runReinstated.runs((context: Context, { runId }) =>
  inTransaction(context.em, async (tx) => {
    const ended = { runId, status: 'REGISTERED' as const, registrationEndSeenAt: { $ne: null } }
    for (const { registrationUuid } of await tx.find(Enrolment, ended)) {
      if (registrationUuid !== null) await enrolmentJobs.fetchRegistration.add(tx, { registrationUuid })
    }
    await leaveOutWaiting(tx, runId)
    await reviewRunCase(tx, runId, context.now())
  }),
)
