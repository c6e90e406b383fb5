/** Closes what is open of a cancelled run and sends back what was not registered. */
import { type Context, TryAgainLater } from '../context.ts'
import { courseJobs } from '../courses/course-jobs.ts'
import { CourseRun } from '../courses/course-run.ts'
import { inTransaction } from '../store/transaction.ts'
import { lockAfterOrigin, lockEnrolment, moveEnrolment } from './change-enrolment.ts'
import { lockPayments, sendBack } from './compensate.ts'
import { endLateRegistration } from './end-enrolment.ts'
import { Enrolment, type EnrolmentStatus } from './enrolment.ts'
import { closeOpenPayments } from './expire.ts'
import { reviewRunCase } from './run-case.ts'
import { tellOfCancelledRun } from './tell-learner.ts'

/** Money that is on its way decides by itself. */
const LOOK_AGAIN_SECONDS = 60

/** PENDING_PAYMENT is CANCELLED once its page is closed; PAID and REGISTERING go back. Who is registered stays, and may ask. */
async function closeRun(context: Context, runId: string): Promise<void> {
  const run = await context.em.fork({ clear: true }).findOneOrFail(CourseRun, runId)
  // Reinstated meanwhile: whoever was not closed for it goes on.
  if (!run.cancelled) return
  let isProcessing = false
  for (const id of await standing(context, runId, ['PENDING_PAYMENT'])) {
    const statuses = await closeOpenPayments(context, id, 'CANCELLED', 'RUN_CANCELLED')
    if (statuses.includes('PROCESSING')) isProcessing = true
    else await cancelUnpaid(context, id)
  }
  for (const id of await standing(context, runId, ['PAID', 'REGISTERING'])) await compensateForRun(context, id)
  for (const id of await standing(context, runId, ['REGISTERED'])) await tellRegistered(context, id)
  await inTransaction(context.em, (tx) => reviewRunCase(tx, runId, context.now()))
  if (isProcessing) throw new TryAgainLater('a payment is being processed', LOOK_AGAIN_SECONDS)
}

async function standing({ em }: Context, runId: string, status: EnrolmentStatus[]): Promise<string[]> {
  const found = await em.fork({ clear: true }).find(Enrolment, { runId, status: { $in: status } }, { fields: ['id'] })
  return found.map(({ id }) => id)
}

/** Nothing goes back by itself: whoever stays may ask, or move. */
function tellRegistered(context: Context, enrolmentId: string): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const enrolment = await lockEnrolment(tx, enrolmentId)
    if (enrolment.status === 'REGISTERED') await tellOfCancelledRun(tx, enrolment, at)
  })
}

function cancelUnpaid(context: Context, enrolmentId: string): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const enrolment = await lockEnrolment(tx, enrolmentId)
    if (enrolment.status !== 'PENDING_PAYMENT') return
    await moveEnrolment(tx, enrolment, 'CANCELLED', { cause: 'RUN_CANCELLED', at })
  })
}

/** What a call that is under way makes after all is ended by itself. */
export function compensateForRun(context: Context, enrolmentId: string): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payments = await lockPayments(tx, enrolmentId)
    const enrolment = await lockAfterOrigin(tx, enrolmentId)
    if (enrolment.status !== 'PAID' && enrolment.status !== 'REGISTERING') return
    if (enrolment.status === 'REGISTERING') await endLateRegistration(tx, enrolment)
    await sendBack(tx, enrolment, payments, { reason: 'RUN_CANCELLED', why: { cause: 'RUN_CANCELLED', at } })
  })
}

export const runCancelledJob = courseJobs.runCancelled.runs((context: Context, { runId }) => closeRun(context, runId))
