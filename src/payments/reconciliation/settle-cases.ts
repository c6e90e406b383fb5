/** Opens and closes the cases that only the clock or a pass can tell of. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { CaseKind } from '../../cases/case-kind.ts'
import { type CaseFacts, closeCase, openCase } from '../../cases/open-case.ts'
import type { Context } from '../../context.ts'
import { inTransaction } from '../../store/transaction.ts'
import { settleRefundCases } from '../refund-cases.ts'
import { unsettledPayments } from '../unsettled-payments.ts'

/** Five passes have failed by then. */
const UNREAD_FOR_MS = 60 * 60_000

/** Each in its own transaction: one that fails takes none of the others with it. */
export async function settleCases(context: Context): Promise<void> {
  const now = context.now()
  const em = context.em.fork({ clear: true })
  await settleKind(context, 'PAYMENT_UNSETTLED', await unsettledPayments(em, now), now)
  await inTransaction(context.em, (tx) => settleRefundCases(tx, now))
  await settleKind(context, 'LIST_NOT_READ', await unreadLists(em, now), now)
  await settleKind(context, 'JOB_GIVEN_UP', await givenUpJobs(em), now)
  await inTransaction(em, seeOpenDisputes)
}

/** Every pass looks at them; what has changed of one is told when it is recorded. */
async function seeOpenDisputes(tx: EntityManager): Promise<void> {
  await tx.execute(
    `update operator_case c set last_seen_at = d.looked_at from dispute d
     where c.kind = 'DISPUTE_OPEN' and c.status <> 'CLOSED' and c.subject_id = d.id and c.last_seen_at < d.looked_at`,
  )
}

type Found = Omit<CaseFacts, 'kind'>

async function settleKind(context: Context, kind: CaseKind, found: readonly Found[], now: Date): Promise<void> {
  await inTransaction(context.em, async (tx) => {
    for (const facts of found) await openCase(tx, { ...facts, kind }, now)
    // What was seen now was seen at this instant: the rest has ceased to hold.
    const over = await tx.execute<{ subject_key: string }[]>(
      'select subject_key from operator_case where kind = ? and holds and last_seen_at < ? order by subject_key',
      [kind, now],
    )
    for (const { subject_key: key } of over) await closeCase(tx, kind, { key }, now)
  })
}

async function unreadLists(em: EntityManager, now: Date): Promise<Found[]> {
  const rows = await em.execute<{ source: string; list: string; problem: string | null }[]>(
    'select source, list, problem from list_mark where failing_since <= ? order by source, list',
    [new Date(now.getTime() - UNREAD_FOR_MS)],
  )
  return rows.map(({ source, list, problem }) => ({
    subject: { key: `${source} ${list}` },
    message: `No try has read the ${list} of ${source} to the end for an hour.`,
    detail: problem,
  }))
}

async function givenUpJobs(em: EntityManager): Promise<Found[]> {
  const [made] = await em.execute<{ here: boolean }[]>(`select to_regclass('graphile_worker.jobs') is not null as here`)
  if (!made?.here) return []
  const rows = await em.execute<{ id: string; task: string; error: string | null }[]>(
    `select id::text as id, task_identifier as task, last_error as error from graphile_worker.jobs
     where attempts >= max_attempts and locked_at is null order by id`,
  )
  return rows.map(({ id, task, error }) => ({
    subject: { key: `job ${id}` },
    message: `The job ${task} failed as often as it may and has given up.`,
    detail: error,
  }))
}
