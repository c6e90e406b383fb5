/** Reads applications and uses of credit, batched and paged. */
import { isMemberOf, isOwnerOrOperator } from '../../auth/permissions.ts'
import type { Viewer } from '../../auth/viewer.ts'
import type { CreditRecord } from '../../credit/credit-record.ts'
import { creditRecordById } from '../../credit/loaders.ts'
import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { definePages } from '../../reading/list.ts'
import { defineLoader, grouped, inOrder, type Loads } from '../../reading/loader.ts'
import { statement } from '../../reading/statement.ts'
import type { CreditUseStatus, TransferApplication } from './transfer-application.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

/** An application with whose qualification it is about: who may see it is asked of the row. */
export type ApplicationRow = TransferApplication & { institutionId: string }

const columns = `a.id, a.learner_id, a.qualification_id, q.institution_id, a.status, a.frozen, a.submitted_at, a.decided_at,
  a.agreed_credit, a.reasons, a.updated_at`
const from = 'transfer_application a join qualification q on q.id = a.qualification_id'

const applicationsById = statement<ApplicationRow>(
  'transfer-applications-by-id',
  `select ${columns} from ${from} where a.id = any($1::uuid[])`,
)

/** An application by uuid, whoever's it is; null when there is none. */
export const applicationById = defineLoader<string, ApplicationRow | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(applicationsById, [ids]), (row) => row.id),
)

/** A learner's applications, newest first. */
export const applicationsOfLearner = definePages<ApplicationRow>({
  name: 'transfer-applications-of-learner',
  columns,
  from,
  parent: 'a.learner_id',
  order: [{ sql: 'a.id', as: 'id', type: 'uuid', descending: true }],
})

/** The applications made to an institution: a queue, oldest first. */
export const applicationsOfInstitution = definePages<ApplicationRow>({
  name: 'transfer-applications-of-institution',
  columns,
  from,
  parent: 'q.institution_id',
  order: [{ sql: 'a.id', as: 'id', type: 'uuid' }],
})

export interface UseRow {
  creditRecordId: string
  applicationId: string
  qualificationId: string
  institutionId: string
  learnerId: string
  /** Null once released. */
  status: CreditUseStatus | null
}

const usesOfRecords = statement<UseRow>(
  'uses-of-credit-records',
  `select u.credit_record_id, u.application_id, a.qualification_id, q.institution_id, a.learner_id, u.status
   from credit_use u join transfer_application a on a.id = u.application_id join qualification q on q.id = a.qualification_id
   where u.credit_record_id = any($1::uuid[]) order by u.id`,
)

/** Every application that names a credit record, released ones among them. */
export const usesOf = defineLoader<string, UseRow[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(usesOfRecords, [ids]), (row) => row.creditRecordId),
)

const recordsOfApplications = statement<{ applicationId: string; creditRecordId: string }>(
  'credit-records-of-applications',
  'select application_id, credit_record_id from credit_use where application_id = any($1::uuid[]) order by id',
)

const recordIdsOf = defineLoader<string, { applicationId: string; creditRecordId: string }[], Reading>(
  async ({ read }, ids) => grouped(ids, await read.rows(recordsOfApplications, [ids]), (row) => row.applicationId),
)

/** The records that an application names, in the order in which they were given. */
export async function recordsOf(context: Reading, applicationId: string): Promise<(CreditRecord | null)[]> {
  const rows = await recordIdsOf(context, applicationId)
  return Promise.all(rows.map(({ creditRecordId }) => creditRecordById(context, creditRecordId)))
}

interface Asking extends Reading {
  viewer: Viewer
}

/** The learner who made it, the institution that it was made to, and operators. */
export function isPartyTo({ viewer }: Asking, row: { learnerId: string; institutionId: string }): boolean {
  return isOwnerOrOperator(viewer, row.learnerId) || isMemberOf(viewer, row.institutionId)
}

/** An application as the caller may see it; null when there is none or the caller is no party to it. */
export async function visibleApplication(context: Asking, uuid: string): Promise<ApplicationRow | null> {
  const row = await applicationById(context, uuid)
  return row && isPartyTo(context, row) ? row : null
}

/** A credit record as the caller may see it: their own, or named in an application to their institution. */
export async function visibleRecord(context: Asking, uuid: string): Promise<CreditRecord | null> {
  const record = await creditRecordById(context, uuid)
  if (!record) return null
  if (isOwnerOrOperator(context.viewer, record.learnerId)) return record
  return (await usesOf(context, uuid)).some((use) => isPartyTo(context, use)) ? record : null
}
