/** Tells a person of a run with money that the partner no longer knows. */
import type { Context } from '../context.ts'
import { courseJobs } from '../courses/course-jobs.ts'
import { CourseRun } from '../courses/course-run.ts'
import { inTransaction } from '../store/transaction.ts'
import { heldOnRun } from './held-money.ts'
import { closeDiffers, openDiffers } from './news-cases.ts'

const keyOf = (run: CourseRun): string => `run:${run.partnerUuid}`

/** It is not cancelled by itself: whoever holds money of it is for a person to ask the partner about. */
export const runGoneJob = courseJobs.runGone.runs((context: Context, { runId }) =>
  inTransaction(context.em, async (tx) => {
    const run = await tx.findOneOrFail(CourseRun, runId)
    const now = context.now()
    if (run.missedAt === null || (await heldOnRun(tx, runId, now)).length === 0) return
    const message = `The partner no longer knows the run ${run.code}, of which money is here.`
    await openDiffers(tx, keyOf(run), message, now)
  }),
)

export const runFoundJob = courseJobs.runFound.runs((context: Context, { runId }) =>
  inTransaction(context.em, async (tx) => {
    const run = await tx.findOneOrFail(CourseRun, runId)
    await closeDiffers(tx, keyOf(run), context.now())
  }),
)
