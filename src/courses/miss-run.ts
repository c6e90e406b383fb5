/** Notes a run that the partner no longer knows, and says so after two looks. */
import type { Context } from '../context.ts'
import { inTransaction } from '../store/transaction.ts'
import { courseJobs } from './course-jobs.ts'
import { CourseRun } from './course-run.ts'

/** As long as for a registration: a partner that restores its database does not know for a while what it will again. */
const MISSED_FOR_MS = 60 * 60_000

/** The run stays as it last was: it is not cancelled by itself. */
export function missRun({ em, now }: Pick<Context, 'em' | 'now'>, partnerUuid: string): Promise<void> {
  const at = now()
  return inTransaction(em, async (tx) => {
    const run = await tx.findOne(CourseRun, { partnerUuid })
    if (run === null) return
    if (run.missedAt !== null && at.getTime() - run.missedAt.getTime() >= MISSED_FOR_MS) {
      return courseJobs.runGone.add(tx, { runId: run.id })
    }
    run.missedAt ??= at
    await tx.flush()
    const runAt = new Date(run.missedAt.getTime() + MISSED_FOR_MS)
    await courseJobs.syncCatalogue.add(tx, { runUuid: partnerUuid }, { runAt })
  })
}
