/** Reads of credit records, batched and paged. */

import { addEnrolmentPart } from '../enrolments/loaders.ts'
import { defineLoader, inOrder, type Loads } from '../graph/loader.ts'
import { definePages } from '../store/list.ts'
import { asPart } from '../store/parts.ts'
import { type ReadConnection, statement } from '../store/read-connection.ts'
import type { CreditRecord } from './credit-record.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

const lightColumns = `k.id, k.enrolment_id, k.learner_id, k.course_id, k.holder_name, k.credit_amount, k.credit_scheme,
  k.credit_level, k.credit_framework, k.status, k.awarded_on, k.grade, k.identity_verified, k.status_index,
  k.created_at, k.updated_at`
const columns = `${lightColumns}, k.facts`

/** Fields that need no facts of the course. */
const lightFields = new Set([
  ...['__typename', 'id', 'learner', 'holderName', 'course', 'credit', 'status', 'awardedOn', 'grade'],
  ...['identityVerified', 'history', 'uses'],
])

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
  columns,
  from: 'credit_record k',
  parent: 'k.learner_id',
  order: [{ sql: 'k.id', as: 'id', type: 'uuid', descending: true }],
})

/** Lets lists of enrolments bring the record that each has earned. */
export function joinCreditRecords(): void {
  addEnrolmentPart({
    wanted: ['creditRecord'],
    columns: asPart('creditRecord', columns),
    light: { fields: lightFields, columns: asPart('creditRecord', lightColumns) },
    join: 'left join credit_record k on k.enrolment_id = x.id',
  })
}
