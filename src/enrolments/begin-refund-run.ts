/** Begins to refund a whole run as it was shown to an operator. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import type { CompleteRun } from '../courses/loaders.ts'
import { runStatus } from '../courses/run-status.rules.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import type { Money } from '../graph/contract/money.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { IllegalTransition, NotFound, type Refusal, refusal } from '../graph/contract/user-error.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { lockRun } from './change-enrolment.ts'
import { RunMoneyChanged } from './enrolment-errors.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { type HeldMoney, heldOnRun, type Sum, sumsOf, totalOf } from './held-money.ts'
import { reasonRefusal } from './reason-refusal.ts'
import { RefundRun, RefundRunItem } from './refund-run.ts'

export interface RefundRunRequest {
  courseRunId: string
  reason: string
  expected: { enrolments: number; sums: readonly Sum[] }
  evenIfNotCancelled: boolean
  idempotencyKey: string
}

const refused = <Name extends string>(refusal: Refusal<Name>) => ({ refundRunId: null, refusals: [refusal] })
const field = ['input', 'courseRunId']

/**
 * Stores it with an item for everybody whose money is here, and the job that takes them up one by one. Throws
 * UNAUTHENTICATED or FORBIDDEN for those who are no operators.
 */
export async function beginRefundRun(context: Context, input: RefundRunRequest) {
  requireOperator(context.viewer)
  const bad = keyRefusal(input.idempotencyKey) ?? reasonRefusal(input.reason)
  if (bad) return refused(bad)
  const reason = input.reason.trim()
  const id = uuidOf('CourseRun', input.courseRunId)
  const known = id === null ? null : await context.em.fork({ clear: true }).findOne(CourseRun, id)
  if (!known?.complete) {
    const message = noSuch('CourseRun', input.courseRunId, 'There is no such run.')
    return refused(refusal(NotFound, {}, message, field))
  }
  return inTransaction(context.em, (tx) => begin(context, tx, known.id, { ...input, reason }))
}

async function begin(
  { viewer, now, log }: Context,
  tx: EntityManager,
  runId: string,
  { idempotencyKey: key, ...request }: RefundRunRequest,
) {
  const at = now()
  const taken = await takeKey(tx, { caller: viewer.key, operation: 'refundRun', key, request, now: at })
  if (taken.kind === 'conflict') return refused(taken.refusal)
  if (taken.kind === 'repeat') return { refundRunId: taken.result.refundRunId ?? null, refusals: [] }
  const run = (await lockRun(tx, runId)) as CompleteRun
  const held = await heldOnRun(tx, runId, at)
  const firstRefusal = await refusalOf(tx, run, held, { request, at })
  if (firstRefusal) return refused(firstRefusal)
  const begun = tx.create(RefundRun, {
    id: newId(),
    runId,
    reason: request.reason,
    evenIfNotCancelled: request.evenIfNotCancelled,
    startedAt: at,
    finishedAt: null,
    startedBy: viewer.key,
    total: held.length,
  })
  await tx.flush()
  for (const { enrolmentId, skipped } of held) {
    tx.create(RefundRunItem, { id: newId(), refundRunId: begun.id, enrolmentId, refundId: null, skipped })
  }
  taken.keep({ refundRunId: begun.id })
  await tx.flush()
  await enrolmentJobs.refundRun.add(tx, { refundRunId: begun.id })
  log.info({ runId, refundRunId: begun.id, total: held.length, reason: request.reason }, 'a whole run is refunded')
  return { refundRunId: begun.id, refusals: [] }
}

async function refusalOf(
  tx: EntityManager,
  run: CompleteRun,
  held: readonly HeldMoney[],
  { request, at }: { request: Omit<RefundRunRequest, 'idempotencyKey'>; at: Date },
) {
  const from = runStatus(run, at)
  if (!run.cancelled && !request.evenIfNotCancelled) {
    const message = 'This run takes place; say evenIfNotCancelled if everybody is to have the money back all the same.'
    return refusal(IllegalTransition, { from, to: 'REFUNDED' }, message, field)
  }
  if ((await tx.count(RefundRun, { runId: run.id, finishedAt: null })) > 0) {
    const message = 'This run is being refunded already; wait until that is finished.'
    return refusal(IllegalTransition, { from, to: 'REFUNDED' }, message, field)
  }
  const { enrolments, sums } = totalOf(held)
  const isSame = request.expected.enrolments === enrolments && isSameMoney(request.expected.sums, sums)
  if (isSame) return null
  const message = 'The money of this run is another than what was shown; look again. Nothing was done.'
  return refusal(RunMoneyChanged, { enrolments, sums: sums as Money[] }, message, ['input', 'expected'])
}

/** Zero of a currency is none of it. */
function isSameMoney(expected: readonly Sum[], sums: readonly Sum[]): boolean {
  const shown = sumsOf(expected).filter(({ amountMinor }) => amountMinor !== 0)
  return JSON.stringify(shown) === JSON.stringify(sums.map(({ currency, amountMinor }) => ({ currency, amountMinor })))
}
