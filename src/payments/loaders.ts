/** Reads of payments, refunds and disputes, batched and paged. */
import { defineLoader, grouped, inOrder, type Loads } from '../graph/loader.ts'
import { definePages } from '../store/list.ts'
import { type ReadConnection, statement } from '../store/read-connection.ts'
import type { Dispute } from './dispute.ts'
import type { Payment } from './payment.ts'
import type { Correction } from './reconciliation.ts'
import type { Refund } from './refund.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

export const paymentColumns = `p.id, p.enrolment_id, p.provider, p.method, p.status, p.amount_minor, p.currency,
  p.reference, p.capture_reference, p.redirect_url, p.action_expires_at, p.card_brand, p.card_last4, p.failure_code,
  p.failure_message, p.failure_retryable, p.captured_minor, p.captured_currency, p.captured_at, p.created_at, p.updated_at`
const refundColumns = `f.id, f.payment_id, f.amount_minor, f.currency, f.status, f.origin, f.reason, f.failure_reason,
  f.requested_at, f.settled_at`

const paymentsById = statement<Payment>(
  'payments-by-id',
  `select ${paymentColumns} from payment p where p.id = any($1::uuid[])`,
)

/** A payment by uuid, whoever's it is; null when there is none. */
export const paymentById = defineLoader<string, Payment | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(paymentsById, [ids]), (row) => row.id),
)

const paymentsByEnrolment = statement<Payment>(
  'payments-by-enrolment',
  `select ${paymentColumns} from payment p where p.enrolment_id = any($1::uuid[]) order by p.id`,
)

/** The payments of an enrolment, oldest first. */
export const paymentsOf = defineLoader<string, Payment[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(paymentsByEnrolment, [ids]), (row) => row.enrolmentId),
)

const refundsByPayment = statement<Refund>(
  'refunds-by-payment',
  `select ${refundColumns} from refund f where f.payment_id = any($1::uuid[]) order by f.id`,
)

/** The refunds of a payment, oldest first. */
export const refundsOf = defineLoader<string, Refund[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(refundsByPayment, [ids]), (row) => row.paymentId),
)

const refundsById = statement<Refund>(
  'refunds-by-id',
  `select ${refundColumns} from refund f where f.id = any($1::uuid[])`,
)

/** A refund by uuid; null when there is none. */
export const refundById = defineLoader<string, Refund | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(refundsById, [ids]), (row) => row.id),
)

const disputesByPayment = statement<Dispute>(
  'disputes-by-payment',
  `select id, payment_id, reference, amount_minor, currency, status, opened_at, closed_at from dispute
   where payment_id = any($1::uuid[]) order by id`,
)

/** The disputes of a payment, oldest first. */
export const disputesOf = defineLoader<string, Dispute[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(disputesByPayment, [ids]), (row) => row.paymentId),
)

const newestFirst = (alias: string) => [{ sql: `${alias}.id`, as: 'id', type: 'uuid' as const, descending: true }]

export const allPayments = { name: 'payments', columns: paymentColumns, from: 'payment p', order: newestFirst('p') }
export const allRefunds = { name: 'refunds', columns: refundColumns, from: 'refund f', order: newestFirst('f') }
export const allReconciliations = {
  name: 'reconciliations',
  columns: 'r.id, r.started_at, r.finished_at, r.examined, r.dry_run',
  from: 'reconciliation r',
  order: newestFirst('r'),
}

/** The corrections of a reconciliation, in the order in which they were made. */
export const correctionsOf = definePages<Correction>({
  name: 'corrections',
  columns: 'k.id, k.subject_kind, k.subject_id, k.provider_reference, k.outcome, k."from", k."to", k.note',
  from: 'correction k',
  parent: 'k.reconciliation_id',
  order: [{ sql: 'k.id', as: 'id', type: 'uuid' }],
})
