/** Keeps the case of a cancelled run as its money stands. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { CourseRun } from '../courses/course-run.ts'
import { formatted } from '../values/money.ts'
import { heldOnRun, totalOf } from './held-money.ts'
import { closeRunCancelled, openRunCancelled } from './news-cases.ts'
import { RefundRun } from './refund-run.ts'

/** Open while money that was not asked for is here; it closes by itself when none is, or the run takes place after all. */
export async function reviewRunCase(tx: EntityManager, runId: string, now: Date): Promise<void> {
  const run = await tx.findOneOrFail(CourseRun, runId)
  const { enrolments, sums, skipped } = totalOf(await heldOnRun(tx, runId, now))
  const isUnfinished = (await tx.count(RefundRun, { runId, finishedAt: null })) > 0
  if (!run.cancelled || (enrolments === 0 && !isUnfinished)) return closeRunCancelled(tx, runId, now)
  const money = sums.map(({ amountMinor, currency }) => formatted({ amountMinor, currency }, 'en-GB')).join(', ')
  const left = skipped === 0 ? '' : ` ${skipped} more with money here are left out.`
  const message = `The partner called the run off while ${enrolments} enrolments hold ${money}.${left}`
  await openRunCancelled(tx, runId, { message, amount: sums.length === 1 ? (sums[0] ?? null) : null }, now)
}
