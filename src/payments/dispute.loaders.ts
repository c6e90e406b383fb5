/** Reads disputes, batched and paged. */
import type { Viewer } from '../auth/viewer.ts'
import { allColumns, defineColumns } from '../reading/columns.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import type { List } from '../reading/list.ts'
import { defineLoader, grouped, inOrder, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import type { Dispute } from './dispute.ts'
import { type PaymentRow, paymentNode } from './loaders.ts'
import type { ProviderName } from './payment-provider.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

/** A dispute as the graph reads it. */
export interface DisputeRow extends Dispute {
  provider: ProviderName
  /** In which it was lost. */
  paidCurrency: string
  /** The payment's row, when the way here led through it. */
  loaded?: PaymentRow
}

const own = allColumns(
  defineColumns('d', {
    always: 'id',
    plain: 'status stage refundable opened_at closed_at reason reason_code evidence_due_by evidence_submitted',
    of: {},
    rest: 'payment_id reference amount_minor currency lost_minor counts_refunds fee_minor fee_currency',
  }),
)
const columns = `${own}, p.provider, coalesce(p.captured_currency, p.currency) as paid_currency`
const disputesWithPayment = 'dispute d join payment p on p.id = d.payment_id'

const disputesById = statement<DisputeRow>(
  'disputes-by-id',
  `select ${columns} from ${disputesWithPayment} where d.id = any($1::uuid[])`,
)
const disputeById = defineLoader<string, DisputeRow | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(disputesById, [ids]), (row) => row.id),
)

const disputesByPayment = statement<DisputeRow>(
  'disputes-by-payment',
  `select ${columns} from ${disputesWithPayment} where d.payment_id = any($1::uuid[]) order by d.id`,
)

/** The disputes of a payment, the oldest first. */
export const disputesOf = defineLoader<string, DisputeRow[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(disputesByPayment, [ids]), (row) => row.paymentId),
)

/** For operators: what is open by when evidence is due, then what has ended, the newest first. */
export const disputeList: List = {
  name: 'disputes',
  columns,
  further: `, (d.closed_at is not null)::int as has_ended, coalesce(d.evidence_due_by, 'infinity')::text as due_first`,
  from: disputesWithPayment,
  order: [
    { sql: '(d.closed_at is not null)::int', as: 'hasEnded', type: 'int' },
    { sql: `coalesce(d.evidence_due_by, 'infinity')`, as: 'dueFirst', type: 'timestamptz' },
    { sql: 'd.id', as: 'id', type: 'uuid', descending: true },
  ],
}

/** A dispute by id: for whoever may see its payment. */
export async function disputeNode(context: Reading & { viewer: Viewer }, uuid: string): Promise<DisputeRow | null> {
  const dispute = await disputeById(context, uuid)
  return dispute && (await paymentNode(context, dispute.paymentId)) ? dispute : null
}
