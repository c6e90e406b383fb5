/** Takes up the items of a refunded run, each in a transaction of its own. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { addRefund } from '../payments/add-refund.ts'
import { inTransaction } from '../store/transaction.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { lockEnrolment } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import { beginEnding } from './end-enrolment.ts'
import { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { heldOnRun } from './held-money.ts'
import { type Counted, countItems } from './refund-run.loaders.ts'
import { RefundRun, RefundRunItem } from './refund-run.ts'
import { reviewRunCase } from './run-case.ts'

/** Each refund is a call: so many a second, and no more, for the provider has other things to do. */
const REFUNDS_A_SECOND_TIMES = 20
const NEXT_AFTER_MS = 1_000
/** Refunds tell when they are back; whoever does not is looked after. */
const LOOK_AGAIN_AFTER_MS = 10 * 60_000

export const advanceRefundRunJob = enrolmentJobs.refundRun.runs(async (context: Context, { refundRunId }) => {
  const em = context.em.fork({ clear: true })
  const begun = await em.findOneOrFail(RefundRun, refundRunId)
  if (begun.finishedAt !== null) return
  const waiting = { refundRunId, refundId: null, skipped: null }
  const limit = REFUNDS_A_SECOND_TIMES
  const items = await em.find(RefundRunItem, waiting, { orderBy: { id: 'asc' }, limit })
  for (const { id } of items) await inTransaction(context.em, (tx) => takeUp(context, tx, id))
  await inTransaction(context.em, (tx) => finish(context, tx, refundRunId))
})

/** Under the locks: what was true when it began may not be any more. */
async function takeUp(context: Context, tx: EntityManager, itemId: string): Promise<void> {
  const at = context.now()
  const item = await tx.findOneOrFail(RefundRunItem, itemId)
  const begun = await tx.findOneOrFail(RefundRun, item.refundRunId)
  const payments = await lockPayments(tx, item.enrolmentId)
  const enrolment = await lockEnrolment(tx, item.enrolmentId)
  await tx.refresh(item)
  if (item.refundId !== null || item.skipped !== null) return
  const run = await tx.findOneOrFail(CourseRun, begun.runId)
  const held = await heldOnRun(tx, begun.runId, at, enrolment.id)
  const payment = payments.find(({ id }) => id === enrolment.paymentId)
  if (!run.cancelled && !begun.evenIfNotCancelled) item.skipped = 'RUN_REINSTATED'
  else if (held[0] === undefined || payment === undefined) item.skipped = 'ALREADY_REFUNDED'
  else item.skipped = held[0].skipped
  if (item.skipped !== null || payment === undefined || held[0] === undefined) return
  const { reason, startedBy: requestedBy } = begun
  const made = { amountMinor: held[0].amountMinor, origin: 'RUN_CANCELLED', reason, keepRegistration: false } as const
  const refund = await addRefund(tx, payment, { ...made, requestedBy, now: at })
  item.refundId = refund.id
  await beginEnding(tx, enrolment, { cause: 'REFUND_BY_OPERATOR', actor: requestedBy, at })
  await enrolmentJobs.reviewCredit.add(tx, { enrolmentId: enrolment.id })
  await announceEnrolment(tx, enrolment)
}

/** Finished when none waits or is under way; until then it goes on, and looks again. */
async function finish(context: Context, tx: EntityManager, refundRunId: string): Promise<void> {
  const counted = await tx.execute<Counted[]>(countItems('?'), [`{${refundRunId}}`])
  const isAny = (status: Counted['status']) => counted.some((one) => one.status === status)
  if (isAny('WAITING')) return enrolmentJobs.refundRun.add(tx, { refundRunId }, { afterMs: NEXT_AFTER_MS })
  if (isAny('UNDER_WAY')) return enrolmentJobs.refundRun.add(tx, { refundRunId }, { afterMs: LOOK_AGAIN_AFTER_MS })
  const begun = await tx.findOneOrFail(RefundRun, refundRunId)
  begun.finishedAt = context.now()
  await tx.flush()
  await reviewRunCase(tx, begun.runId, begun.finishedAt)
}

/** A refund of the run has come to its end: whoever refunds it, or has it open as a case, looks again. */
export async function reviewRun(tx: EntityManager, { runId }: Enrolment, now: Date): Promise<void> {
  const unfinished = await tx.findOne(RefundRun, { runId, finishedAt: null })
  if (unfinished) return enrolmentJobs.refundRun.add(tx, { refundRunId: unfinished.id })
  const { cancelled } = await tx.findOneOrFail(CourseRun, runId)
  if (cancelled) await reviewRunCase(tx, runId, now)
}

/** The run takes place after all: what was not begun is left out. */
export async function leaveOutWaiting(tx: EntityManager, runId: string): Promise<void> {
  const unfinished = await tx.findOne(RefundRun, { runId, finishedAt: null, evenIfNotCancelled: false })
  if (unfinished === null) return
  const waiting = { refundRunId: unfinished.id, refundId: null, skipped: null }
  await tx.nativeUpdate(RefundRunItem, waiting, { skipped: 'RUN_REINSTATED' })
  await enrolmentJobs.refundRun.add(tx, { refundRunId: unfinished.id })
}
