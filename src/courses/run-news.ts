/** Adds the jobs that follow what has changed of a run, whoever brought the news. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { courseJobs } from './course-jobs.ts'
import type { CourseRun } from './course-run.ts'

/** What of a run others rest on. */
export type RunBefore = Pick<CourseRun, 'cancelled' | 'startsAt' | 'missedAt'>

export const runBefore = ({ cancelled, startsAt, missedAt }: CourseRun): RunBefore => ({
  cancelled,
  startsAt,
  missedAt,
})

/** In the transaction that keeps it. Nobody rests on a run that is new. */
export async function followRunNews(tx: EntityManager, run: CourseRun, before: RunBefore): Promise<void> {
  const { id: runId, cancelled, startsAt } = run
  if (cancelled !== before.cancelled) {
    await (cancelled ? courseJobs.runCancelled : courseJobs.runReinstated).add(tx, { runId })
  }
  if (before.missedAt !== null) await courseJobs.runFound.add(tx, { runId })
  if (startsAt === null || before.startsAt === null || startsAt.getTime() === before.startsAt.getTime()) return
  await courseJobs.runMoved.add(tx, { runId, from: before.startsAt.toISOString(), to: startsAt.toISOString() })
}
