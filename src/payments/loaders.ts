/** Reads payments, refunds and reconciliations, batched and paged. */
import { isLearnerOrOperator, isOperator, isOwnerOrOperator } from '../auth/permissions.ts'
import type { Viewer } from '../auth/viewer.ts'
import { allColumns, defineColumns, jsonColumns } from '../reading/columns.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { definePages, type List } from '../reading/list.ts'
import { defineLoader, grouped, inOrder, type Loaded, type Loads } from '../reading/loader.ts'
import type { LookAheadJoin } from '../reading/look-ahead-join.ts'
import { nothingWanted } from '../reading/selection.ts'
import { statement } from '../reading/statement.ts'
import type { ListMark } from '../store/list-mark.ts'
import type { MissingPermission } from './missing-permission.ts'
import type { Payment } from './payment.ts'
import type { ProviderObject } from './provider-object.ts'
import type { Correction, Reconciliation } from './reconciliation/reconciliation.ts'
import type { Refund } from './refund.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

interface Asking extends Reading {
  viewer: Viewer
}

/** A payment as the graph reads it; `learnerId` says whose it is, unless its list has joined it. */
export interface PaymentRow extends Omit<Payment, 'description' | 'returnUrl' | 'openKey' | 'captureKey'> {
  learnerId: string
  /** Its refunds, when the list has looked ahead. */
  refunds?: RefundAsJson[]
}

/** A refund that came as a part of its payment: instants are text in JSON. */
type RefundAsJson = Omit<Refund, RefundInstant> & { [Name in RefundInstant]?: string | null }
type RefundInstant = 'requestedAt' | 'askedAt' | 'nextTryAt' | 'writtenOffAt' | 'settledAt'

const columns = defineColumns('p', {
  always: 'id',
  plain: 'provider method status card_brand card_last4 created_at captured_at',
  of: {
    enrolment: 'enrolment_id',
    amount: 'amount_minor currency',
    refunded: 'currency captured_currency',
    action: 'status redirect_url action_expires_at',
    pending: 'status pending_reason pending_since',
    failure: 'failure_code failure_message failure_retryable',
    providerReference: 'reference',
    refunds: '',
    receipts: '',
    buyerEmail: 'buyer_email',
    references: '',
    settlement:
      'currency fee_minor net_minor settlement_currency exchange_rate available_at payout_reference paid_out_at',
    disputes: '',
    fraudWarningAt: 'fraud_warning_at',
    cases: '',
    history: '',
  },
  rest: 'attempt capture_reference captured_minor closes_at updated_at',
})
const paymentColumns = `${allColumns(columns)}, e.learner_id`
const paymentsWithLearner = 'payment p join enrolment e on e.id = p.enrolment_id'

const ofRefund = defineColumns('r', {
  always: 'id',
  plain: 'status origin reason failure_reason requested_at settled_at asked_at attempt waiting_for',
  of: {
    payment: 'payment_id',
    amount: 'amount_minor currency',
    nextTryAt: 'next_try_at',
    providerMessage: 'provider_message',
    providerReference: 'reference',
    outside: 'outside_method outside_reference outside_settled_on outside_reason',
    creditNote: '',
    dispute: 'payment_id status requested_at',
  },
  rest: 'keep_registration wish_id written_off_at',
})
const refundColumns = allColumns(ofRefund)

const paymentsById = statement<PaymentRow>(
  'payments-by-id',
  `select ${paymentColumns} from ${paymentsWithLearner} where p.id = any($1::uuid[])`,
)

/** A payment by uuid, whoever asks; null when there is none. */
export const paymentById = defineLoader<string, PaymentRow | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(paymentsById, [ids]), (row) => row.id),
)

const paymentsByEnrolment = statement<PaymentRow>(
  'payments-by-enrolment',
  `select ${paymentColumns} from ${paymentsWithLearner} where p.enrolment_id = any($1::uuid[]) order by p.id`,
)

/** All payments for an enrolment, the oldest first. The caller has seen to it that the enrolment may be read. */
export const paymentsOfEnrolment = defineLoader<string, PaymentRow[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(paymentsByEnrolment, [ids]), (row) => row.enrolmentId),
)

const refundsById = statement<Refund>(
  'refunds-by-id',
  `select ${refundColumns} from refund r where r.id = any($1::uuid[])`,
)
export const refundById = defineLoader<string, Refund | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(refundsById, [ids]), (row) => row.id),
)

const refundsByPayment = statement<Refund>(
  'refunds-by-payment',
  `select ${refundColumns} from refund r where r.payment_id = any($1::uuid[]) order by r.id`,
)

/** The refunds of a payment, the oldest first. */
export const refundsOf = defineLoader<string, Refund[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(refundsByPayment, [ids]), (row) => row.paymentId),
)

/** The way back to the payment leads to the row that is at hand. */
const backToPayment = ['payment.refunds.payment', 'payment.disputes.payment']

/**
 * For enrolments: the payment that paid for it, before that the last one, and with it the refunds. The row is seen as `x`;
 * `whole` are fields of the row that are made of all columns of both.
 */
export const paymentJoins = (whole: readonly string[]): readonly LookAheadJoin[] => [
  {
    wanted: ['payment'],
    columns,
    whole: [...whole, ...backToPayment],
    join: `left join payment p on p.id = coalesce(x.payment_id,
      (select q.id from payment q where q.enrolment_id = x.id order by q.id desc limit 1))`,
  },
  {
    wanted: ['payment.refunds', 'payment.refunded'],
    columns: () => 'refunds.list as "payment.refunds"',
    join: (wanted) => {
      const all = ['payment.refunded', ...whole, ...backToPayment].some((name) => wanted.has(name))
      const refund = jsonColumns(ofRefund, all ? nothingWanted : wanted, 'payment.refunds')
      return `left join lateral (select coalesce(json_agg(${refund} order by r.id), '[]') as list
        from refund r where r.payment_id = p.id) refunds on true`
    },
  },
]

const instantIn = (text: string | null | undefined) => (text == null ? text : new Date(text))

/** Only what was asked for is there. */
const fromJson = ({ requestedAt, askedAt, nextTryAt, writtenOffAt, settledAt, ...refund }: RefundAsJson): Refund =>
  ({
    ...refund,
    requestedAt: instantIn(requestedAt),
    askedAt: instantIn(askedAt),
    nextTryAt: instantIn(nextTryAt),
    writtenOffAt: instantIn(writtenOffAt),
    settledAt: instantIn(settledAt),
  }) as Refund

/** The refunds of a payment that is at hand, the oldest first. */
export function refundsOfPayment(context: Reading, { id, refunds }: PaymentRow): Loaded<Refund[]> {
  return refunds ? refunds.map(fromJson) : refundsOf(context, id)
}

const reconciliationColumns = 'r.id, r.started_at, r.finished_at, r.examined, r.dry_run, r.lists'
const reconciliationsById = statement<Reconciliation>(
  'reconciliations-by-id',
  `select ${reconciliationColumns} from reconciliation r where r.id = any($1::uuid[])`,
)
const reconciliationById = defineLoader<string, Reconciliation | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(reconciliationsById, [ids]), (row) => row.id),
)

/** The same, read anew: for an answer after a write. */
export function reconciliationAnew(context: Reading, id: string): Promise<Reconciliation | null> {
  context.loads.clear()
  return reconciliationById(context, id)
}

const newestFirst = (column: string) => [{ sql: column, as: 'id', type: 'uuid' as const, descending: true }]

const listMarks = statement<ListMark>(
  'list-marks',
  'select source, list, read_until, succeeded_at, problem from list_mark order by source, list',
)

/** How far each list of each upstream has been read. */
export const listsRead = ({ read }: Reading): Promise<ListMark[]> => read.rows(listMarks)

const missingPermissions = statement<MissingPermission>(
  'missing-permissions',
  'select provider, permission, consequence, since from missing_permission order by provider, permission',
)

/** What our keys lack at each provider. */
export const permissionsMissing = ({ read }: Reading): Promise<MissingPermission[]> => read.rows(missingPermissions)

/** For operators, the newest first. */
export const paymentList: List = {
  name: 'payments',
  columns: paymentColumns,
  from: paymentsWithLearner,
  order: newestFirst('p.id'),
}
export const refundList: List = {
  name: 'refunds',
  columns: refundColumns,
  from: 'refund r',
  order: newestFirst('r.id'),
}
export const reconciliationList: List = {
  name: 'reconciliations',
  columns: reconciliationColumns,
  from: 'reconciliation r',
  order: newestFirst('r.id'),
}

/** What a reconciliation found, in the order in which it found it. */
export const correctionsOf = definePages<Correction>({
  name: 'corrections',
  columns: `c.id, c.subject_kind, c.subject_id, c.provider_reference, c.outcome, c."from", c."to", c.note`,
  from: 'correction c',
  parent: 'c.reconciliation_id',
  order: [{ sql: 'c.id', as: 'id', type: 'uuid' }],
})

/** A payment by id: for the learner who paid and for operators. */
export async function paymentNode(context: Asking, uuid: string): Promise<PaymentRow | null> {
  const { viewer } = context
  if (!isLearnerOrOperator(viewer)) return null
  const payment = await paymentById(context, uuid)
  return payment && isOwnerOrOperator(viewer, payment.learnerId) ? payment : null
}

/** A refund by id: for whoever may see its payment. */
export async function refundNode(context: Asking, uuid: string): Promise<Refund | null> {
  const refund = await refundById(context, uuid)
  return refund && (await paymentNode(context, refund.paymentId)) ? refund : null
}

const providerObjectsById = statement<ProviderObject>(
  'provider-objects-by-id',
  `select o.id, o.provider, o.reference, o.payment_id, o.captured_minor, o.refunded_minor, o.currency, o.captured_at,
     o.buyer_email
   from provider_object o where o.id = any($1::uuid[])`,
)
const providerObjectById = defineLoader<string, ProviderObject | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(providerObjectsById, [ids]), (row) => row.id),
)

/** A payment that is in no book here, by its id: for operators. */
export async function providerObjectNode(context: Asking, uuid: string): Promise<ProviderObject | null> {
  return isOperator(context.viewer) ? providerObjectById(context, uuid) : null
}

/** A reconciliation by id: for operators. */
export async function reconciliationNode(context: Asking, uuid: string): Promise<Reconciliation | null> {
  return isOperator(context.viewer) ? reconciliationById(context, uuid) : null
}
