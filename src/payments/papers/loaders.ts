/** Reads receipts and references, batched and paged. */
import { isLearnerOrOperator } from '../../auth/permissions.ts'
import type { Viewer } from '../../auth/viewer.ts'
import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { definePages } from '../../reading/list.ts'
import { defineLoader, grouped, inOrder, type Loads } from '../../reading/loader.ts'
import { statement } from '../../reading/statement.ts'
import { paymentNode } from '../loaders.ts'
import type { Acknowledgement } from './acknowledgement.ts'
import type { PaymentReference } from './payment-reference.ts'
import type { Receipt } from './receipt.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

interface Asking extends Reading {
  viewer: Viewer
}

const receiptColumns = `c.id, c.payment_id, c.refund_id, c.corrects_id, c.kind, c.number, c.issued_at, c.voided_at,
  c.seller, c.buyer, c.kept_lines, c.currency, c.total_minor, c.tax_minor, c.paid_by, c.provider_reference`

const receiptsById = statement<Receipt>(
  'receipts-by-id',
  `select ${receiptColumns} from receipt c where c.id = any($1::uuid[])`,
)
export const receiptById = defineLoader<string, Receipt | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(receiptsById, [ids]), (row) => row.id),
)

const receiptsByPayment = statement<Receipt>(
  'receipts-by-payment',
  `select ${receiptColumns} from receipt c where c.payment_id = any($1::uuid[]) order by c.id`,
)

/** The receipt of a payment and its credit notes, the oldest first. */
export const receiptsOfPayment = defineLoader<string, Receipt[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(receiptsByPayment, [ids]), (row) => row.paymentId),
)

const receiptsByRefund = statement<Receipt & { refundId: string }>(
  'receipts-by-refund',
  `select ${receiptColumns} from receipt c where c.refund_id = any($1::uuid[])`,
)

/** The credit note of a refund; null until its money is back. */
export const creditNoteOf = defineLoader<string, Receipt | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(receiptsByRefund, [ids]), (row) => row.refundId),
)

const receiptsByEnrolment = statement<Receipt & { enrolmentId: string }>(
  'receipts-by-enrolment',
  `select ${receiptColumns}, p.enrolment_id from receipt c join payment p on p.id = c.payment_id
   where p.enrolment_id = any($1::uuid[]) order by c.id`,
)

/** Of all payments for an enrolment, the oldest first. */
export const receiptsOfEnrolment = defineLoader<string, Receipt[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(receiptsByEnrolment, [ids]), (row) => row.enrolmentId),
)

/** Those of a learner, the newest first. */
export const receiptsOfLearner = definePages<Receipt>({
  name: 'receipts-of-learner',
  columns: receiptColumns,
  from: 'receipt c join payment p on p.id = c.payment_id join enrolment e on e.id = p.enrolment_id',
  parent: 'e.learner_id',
  order: [{ sql: 'c.id', as: 'id', type: 'uuid', descending: true }],
})

const referencesByPayment = statement<PaymentReference>(
  'references-by-payment',
  `select f.payment_id, f.provider, f.kind, f.value, f.written from payment_reference f
   where f.payment_id = any($1::uuid[]) order by f.kind, f.value`,
)

/** Everything by which a payment is known. */
export const referencesOf = defineLoader<string, PaymentReference[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(referencesByPayment, [ids]), (row) => row.paymentId),
)

/** A receipt by id: for whoever may see its payment. */
export async function receiptNode(context: Asking, uuid: string): Promise<Receipt | null> {
  if (!isLearnerOrOperator(context.viewer)) return null
  const receipt = await receiptById(context, uuid)
  return receipt && (await paymentNode(context, receipt.paymentId)) ? receipt : null
}

/** An acknowledgement with what became of the mail that says the same. */
export interface AcknowledgementRow extends Acknowledgement {
  sentAt: Date | null
}

const acknowledgements = `select a.id, a.enrolment_id, a.kind, a.received_at, a.subject, a.text, a.language, a.message_id, m.sent_at
  from acknowledgement a left join outgoing_message m on m.id = a.message_id`

const acknowledgementsById = statement<AcknowledgementRow>(
  'acknowledgements-by-id',
  `${acknowledgements} where a.id = any($1::uuid[])`,
)
export const acknowledgementById = defineLoader<string, AcknowledgementRow | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(acknowledgementsById, [ids]), (row) => row.id),
)

const acknowledgementsByEnrolment = statement<AcknowledgementRow>(
  'acknowledgements-by-enrolment',
  `${acknowledgements} where a.enrolment_id = any($1::uuid[]) order by a.id`,
)

/** What was declared about an enrolment, the oldest first. */
export const acknowledgementsOf = defineLoader<string, AcknowledgementRow[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(acknowledgementsByEnrolment, [ids]), (row) => row.enrolmentId),
)
