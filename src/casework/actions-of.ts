/** Reads how what cases are about stands, for what can be done about them. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { CaseAction } from '../cases/case-action.ts'
import { balanceJoin } from '../payments/balance.ts'
import { openRefundStatuses } from '../payments/refund.states.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { defineLoader, inOrder, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import { type CaseStanding, possibleActions } from './possible-actions.rules.ts'

type StandingRow = { [Name in keyof CaseStanding]: CaseStanding[Name] extends number ? string : CaseStanding[Name] } & {
  id: string
}

const open = openRefundStatuses.map((status) => `'${status}'`).join(', ')
/** `isWithProvider` in SQL, of a refund that is seen as `f`. */
const withProvider = `(f.status in ('UNKNOWN', 'PENDING')
  or f.status = 'SUBMITTED' and (f.waiting_for is distinct from 'PROVIDER_PERMISSION' or f.sending_since is not null))`

// The payment that it is about; of an enrolment all of its payments.
const standingsOf = (ids: string) => `
  select c.id, c.kind, c.status = 'CLOSED' as "isClosed", e.status as "enrolmentStatus",
    coalesce(m.left_minor, 0) as "leftMinor", coalesce(m.paying_left, 0) as "payingLeftMinor",
    coalesce(m.paying_on_its_way, 0) as "payingOnItsWayMinor", coalesce(m.refundable, false) as "isRefundable",
    coalesce(w.waiting, false) as "hasWaiting", coalesce(w.with_provider, false) as "isWithProvider"
  from operator_case c
  left join refund r on c.subject_type = 'Refund' and r.id = c.subject_id
  left join dispute d on c.subject_type = 'Dispute' and d.id = c.subject_id
  left join payment s on s.id = case c.subject_type when 'Payment' then c.subject_id
    when 'Refund' then r.payment_id when 'Dispute' then d.payment_id end
  left join enrolment e on e.id = case c.subject_type when 'Enrolment' then c.subject_id else s.enrolment_id end
  left join lateral (
    select sum(balance.left_minor) as left_minor, bool_and(balance.refundable <> 'NOTHING') as refundable,
      sum(balance.left_minor) filter (where p.id = e.payment_id) as paying_left,
      sum(balance.on_its_way_minor) filter (where p.id = e.payment_id) as paying_on_its_way
    from payment p ${balanceJoin}
    where p.id = s.id or (s.id is null and p.enrolment_id = e.id)) m on true
  left join lateral (
    select bool_or(f.status in (${open}) and not ${withProvider}) as waiting, bool_or(${withProvider}) as with_provider
    from refund f join payment p on p.id = f.payment_id
    where p.id = s.id or (s.id is null and p.enrolment_id = e.id)) w on true
  where c.id = ${ids}`

const standings = statement<StandingRow>('case-standings', standingsOf('any($1::uuid[])'))

const standingFrom = (row: StandingRow): CaseStanding => ({
  ...row,
  leftMinor: Number(row.leftMinor),
  payingLeftMinor: Number(row.payingLeftMinor),
  payingOnItsWayMinor: Number(row.payingOnItsWayMinor),
})

interface Reading {
  read: ReadConnection
  loads: Loads
}

const standingOf = defineLoader<string, StandingRow | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(standings, [ids]), (row) => row.id),
)

/** What can be done about it, as it stands. */
export async function actionsOf(context: Reading, caseId: string): Promise<CaseAction[]> {
  const row = await standingOf(context, caseId)
  return row ? possibleActions(standingFrom(row)) : []
}

/** The same within the caller's transaction, which holds the locks. */
export async function actionsWithin(tx: EntityManager, caseId: string): Promise<CaseAction[]> {
  await tx.flush()
  const [row] = await tx.execute<StandingRow[]>(standingsOf('?::uuid'), [caseId])
  return row ? possibleActions(standingFrom(row)) : []
}
