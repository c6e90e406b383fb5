/** Keeps the later deadline for whoever has paid when a run is moved. */
import { LockMode } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { courseJobs } from '../courses/course-jobs.ts'
import { CourseRun } from '../courses/course-run.ts'
import { contractualWindow } from '../payments/refund-window.rules.ts'
import { HistoryEntry, noteInHistory } from '../store/history.ts'
import { inTransaction } from '../store/transaction.ts'
import { enrolmentStates } from './enrolment.states.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'
import { tellOfMovedRun } from './tell-learner.ts'

const DAY_MS = 86_400_000

/** Whoever has paid keeps the later deadline; a start that moves by more than a day is in their history. */
export const runMovedJob = courseJobs.runMoved.runs((context: Context, { runId, from, to }) => {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const { timeZone } = await tx.findOneOrFail(CourseRun, runId)
    const { basis, until } = contractualWindow(new Date(to), timeZone)
    const lockMode = LockMode.PESSIMISTIC_WRITE
    const held = { runId, $or: [{ paymentId: { $ne: null } }, { status: 'DEFERRING' as const }] }
    const paid = await tx.find(Enrolment, held, { orderBy: { id: 'asc' }, lockMode })
    const isFar = Math.abs(Date.parse(to) - Date.parse(from)) > DAY_MS
    for (const enrolment of paid) {
      // The terms give it from the start of the run that was bought.
      const bought = enrolment.deferredFromId === null
      if (bought && until !== null && enrolment.refundUntil !== null && until > enrolment.refundUntil) {
        enrolment.refundUntil = until
        enrolment.refundBasis = basis
      }
      const ended = (endedStatuses as readonly string[]).includes(enrolment.status)
      if (!isFar || ended || (await isNoted(enrolment.id))) continue
      noteInHistory(tx, enrolmentStates, enrolment, { from, to }, { cause: 'RUN_MOVED', at })
      await tellOfMovedRun(tx, enrolment, { from: new Date(from), to: new Date(to), at })
    }

    /** By the same job, which may run twice. */
    async function isNoted(subjectId: string): Promise<boolean> {
      const notes = { subjectKind: enrolmentStates.noun, subjectId, cause: 'RUN_MOVED' }
      const last = await tx.findOne(HistoryEntry, notes, { orderBy: { id: 'desc' } })
      return last?.from === from && last.to === to
    }
  })
})
