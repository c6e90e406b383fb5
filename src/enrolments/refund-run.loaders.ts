/** Reads refunds of whole runs, how far they have come, and their items. */
import { isOperator } from '../auth/permissions.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { definePages, type List } from '../reading/list.ts'
import { defineLoader, inOrder, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import type { RefundRun, RefundRunItemStatus } from './refund-run.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
  viewer: Viewer
}

const columns = 'b.id, b.run_id, b.started_at, b.finished_at, b.started_by, b.total'

const runsById = statement<RefundRun>(
  'refund-runs-by-id',
  `select ${columns} from refund_run b where b.id = any($1::uuid[])`,
)

export const refundRunById = defineLoader<string, RefundRun | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(runsById, [ids]), (row) => row.id),
)

/** A refund of a whole run by id: for operators. */
export async function refundRunNode(context: Reading, uuid: string): Promise<RefundRun | null> {
  return isOperator(context.viewer) ? refundRunById(context, uuid) : null
}

/** Newest first. */
export const refundRunList: List = {
  name: 'refund-runs',
  columns,
  from: 'refund_run b',
  order: [{ sql: 'b.id', as: 'id', type: 'uuid', descending: true }],
}

/** Each item with the last row of its wish, and how it stands by that. */
const standing = `refund_run_item i
  left join refund f on f.id = i.refund_id
  left join lateral (
    select w.* from refund w where w.wish_id = f.wish_id order by w.id desc limit 1) l on true
  cross join lateral (select case
    when i.skipped is not null then 'SKIPPED'
    when l.id is null then 'WAITING'
    when l.status in ('SUCCEEDED', 'SETTLED_OUTSIDE') then 'DONE'
    when l.status in ('FAILED', 'CANCELLED') then 'FAILED'
    else 'UNDER_WAY' end as status) s`

export interface RefundRunItemRow {
  id: string
  enrolmentId: string
  refundId: string | null
  status: RefundRunItemStatus
  reason: string | null
}

/** In the order in which they are taken up. */
export const refundRunItems = definePages<RefundRunItemRow>({
  name: 'refund-run-items',
  columns: 'i.id, i.enrolment_id, l.id as refund_id, s.status, coalesce(i.skipped, l.failure_reason) as reason',
  from: standing,
  parent: 'i.refund_run_id',
  order: [{ sql: 'i.id', as: 'id', type: 'uuid' }],
})

export interface Counted {
  refundRunId: string
  status: RefundRunItemStatus
  count: number
  amountMinor: number
  currency: string | null
}

/** `runs` is the statement's one array of uuids. */
export const countItems = (runs: string): string => `
  select i.refund_run_id as "refundRunId", s.status, l.currency, count(*)::int as count,
    coalesce(sum(l.amount_minor), 0)::float8 as "amountMinor"
  from ${standing} where i.refund_run_id = any(${runs}::uuid[]) group by 1, 2, 3`

const counts = statement<Counted>('refund-run-counts', countItems('$1'))

/** How many items stand how, and how much that is. */
export const countedItems = defineLoader<string, Counted[], Reading>(async ({ read }, ids) => {
  const rows = await read.rows(counts, [ids])
  return ids.map((id) => rows.filter(({ refundRunId }) => refundRunId === id))
})
