/** Reads credit records, batched and paged. */
import { allColumns, defineColumns } from '../reading/columns.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { definePages } from '../reading/list.ts'
import { defineLoader, inOrder, type Loads } from '../reading/loader.ts'
import type { LookAheadJoin } from '../reading/look-ahead-join.ts'
import { statement } from '../reading/statement.ts'
import type { CreditRecord } from './credit-record.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

const credit = 'credit_amount credit_scheme credit_level credit_framework'
const recordColumns = defineColumns('k', {
  always: 'id',
  plain: 'holder_name status awarded_on grade identity_verified',
  of: {
    learner: 'learner_id',
    course: 'course_id',
    credit,
    transcript: `${credit} facts`,
    history: '',
    uses: '',
  },
  rest: 'enrolment_id status_index created_at updated_at',
})
const columns = allColumns(recordColumns)

const recordsById = statement<CreditRecord>(
  'credit-records-by-id',
  `select ${columns} from credit_record k where k.id = any($1::uuid[])`,
)

/** A credit record by uuid, whoever's it is; null when there is none. */
export const creditRecordById = defineLoader<string, CreditRecord | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(recordsById, [ids]), (row) => row.id),
)

const recordsByEnrolment = statement<CreditRecord>(
  'credit-records-by-enrolment',
  `select ${columns} from credit_record k where k.enrolment_id = any($1::uuid[])`,
)

/** The record that an enrolment earned; null when it earned none. */
export const creditRecordOf = defineLoader<string, CreditRecord | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(recordsByEnrolment, [ids]), (row) => row.enrolmentId),
)

/** A learner's records, newest first. */
export const creditRecordsOf = definePages<CreditRecord>({
  name: 'credit-records-of-learner',
  columns: recordColumns,
  from: 'credit_record k',
  parent: 'k.learner_id',
  order: [{ sql: 'k.id', as: 'id', type: 'uuid', descending: true }],
})

/** What lists of enrolments join: the record that each has earned. */
export const creditRecordJoin: LookAheadJoin = {
  wanted: ['creditRecord'],
  columns: recordColumns,
  join: 'left join credit_record k on k.enrolment_id = x.id',
}
