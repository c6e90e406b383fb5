/** Opens and closes the cases of refunds that failed, or that wait too long. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { CaseKind } from '../cases/case-kind.ts'
import { type CaseFacts, closeCase, followSubject, openCase } from '../cases/open-case.ts'
import { balanceJoin } from './balance.ts'
import { openRefundStatuses, voidRefundStatuses } from './refund.states.ts'

const WAITED_TOO_LONG_MS = 24 * 60 * 60_000

interface WishRow {
  kind: CaseKind
  id: string
  provider: string
  reason: string | null
  waiting_for: string | null
  said: string | null
  asked_at: Date
  amount_minor: string
  currency: string
  learner_id: string
  run_id: string
}

const listed = (statuses: readonly string[]) => statuses.map((status) => `'${status}'`).join(', ')

// The last row of each wish says how it stands. One that waits does so since the try that nobody's end began.
const unfulfilled = `
  select case when l.status in (${listed(voidRefundStatuses)}) then 'REFUND_FAILED' else 'REFUND_WAITING' end as kind,
    l.id, p.provider, l.failure_reason as reason, l.waiting_for, l.provider_message as said, l.asked_at,
    case when l.status in (${listed(voidRefundStatuses)}) then least(l.amount_minor, balance.left_minor) else l.amount_minor end as amount_minor,
    l.currency, e.learner_id, e.run_id
  from refund l join payment p on p.id = l.payment_id join enrolment e on e.id = p.enrolment_id ${balanceJoin}
  where (?::uuid is null or l.payment_id = ?::uuid)
    and not exists (select 1 from refund n where n.wish_id = l.wish_id and n.id > l.id)
    and (
      l.status in (${listed(voidRefundStatuses)}) and l.written_off_at is null and balance.left_minor > 0
        and e.status <> 'STUCK'
      or l.status in (${listed(openRefundStatuses)}) and l.waiting_for is not null and ?::timestamptz >= (
        select max(f.requested_at) from refund f where f.wish_id = l.wish_id
          and not exists (select 1 from refund o where o.wish_id = f.wish_id and o.settled_at = f.requested_at)))
  order by l.id`

/** Those of one payment, whose row is locked, or of all. */
export async function settleRefundCases(tx: EntityManager, now: Date, paymentId: string | null = null): Promise<void> {
  await tx.flush()
  await followWishes(tx, paymentId)
  const since = new Date(now.getTime() - WAITED_TOO_LONG_MS)
  const found = await tx.execute<WishRow[]>(unfulfilled, [paymentId, paymentId, since])
  for (const row of found) await openCase(tx, factsOf(row), now)
  for (const { kind, id } of await heldCases(tx, paymentId)) {
    if (!found.some((row) => row.kind === kind && row.id === id)) await closeCase(tx, kind, { type: 'Refund', id }, now)
  }
}

interface HeldCase {
  kind: CaseKind
  id: string
}

const refundKinds = `'REFUND_FAILED', 'REFUND_WAITING'`

function heldCases(tx: EntityManager, paymentId: string | null): Promise<HeldCase[]> {
  return tx.execute<HeldCase[]>(
    `select c.kind, c.subject_id as id from operator_case c join refund r on r.id = c.subject_id
     where c.holds and c.kind in (${refundKinds}) and (?::uuid is null or r.payment_id = ?::uuid) order by c.id`,
    [paymentId, paymentId],
  )
}

/** A wish that waits goes on as its next row: it is one case, however many rows. */
async function followWishes(tx: EntityManager, paymentId: string | null): Promise<void> {
  const moved = await tx.execute<{ from: string; to: string }[]>(
    `select c.subject_id as "from", l.id as "to" from operator_case c join refund r on r.id = c.subject_id
     join lateral (select n.id from refund n where n.wish_id = r.wish_id order by n.id desc limit 1) l on l.id <> r.id
     where c.holds and c.kind = 'REFUND_WAITING' and (?::uuid is null or r.payment_id = ?::uuid)`,
    [paymentId, paymentId],
  )
  for (const { from, to } of moved) {
    await followSubject(tx, 'REFUND_WAITING', { type: 'Refund', id: from }, { type: 'Refund', id: to })
  }
}

function factsOf({ kind, id, provider, reason, waiting_for, said, asked_at, ...row }: WishRow): CaseFacts {
  const asked = `Asked for at ${new Date(asked_at).toISOString()}.`
  return {
    kind,
    subject: { type: 'Refund', id },
    message: kind === 'REFUND_FAILED' ? failed(provider, reason, waiting_for) : (waits[waiting_for as string] ?? ''),
    detail: said === null ? asked : `${asked} ${provider} says: ${said}`,
    amount: { amountMinor: Number(row.amount_minor), currency: row.currency },
    learnerId: row.learner_id,
    courseRunId: row.run_id,
  }
}

function failed(provider: string, reason: string | null, waitingFor: string | null): string {
  if (waitingFor !== 'OPERATOR') return `The refund failed: ${reason}.`
  return `${provider} can never make the refund: ${reason}. It has to be paid back some other way.`
}

const waits: Readonly<Record<string, string>> = {
  PROVIDER_BALANCE: 'The refund waits for a day: the balance at the provider is too low.',
  PAYMENT_SETTLEMENT: 'The refund waits for a day: the payment itself is not settled.',
  PROVIDER_PERMISSION: 'The refund waits for a day: the provider refuses our keys.',
  PROVIDER_SILENT: 'The refund waits for a day: the provider does not say whether it was made.',
}
