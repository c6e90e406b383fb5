/** Reads of transfer applications and of what uses credit records; who may see which is part of the question. */
import type { Context } from '../context.ts'
import { defineLoader, grouped, inOrder, type Loads } from '../graph/loader.ts'
import { qualificationById } from '../institutions/loaders.ts'
import { definePages } from '../store/list.ts'
import { type ReadConnection, statement } from '../store/read-connection.ts'
import type { TransferApplication } from './transfer-application.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

const columns = `a.id, a.learner_id, a.qualification_id, a.status, a.frozen, a.submitted_at, a.decided_at,
  a.agreed_credit, a.reasons, a.updated_at`

const applicationsById = statement<TransferApplication>(
  'transfer-applications-by-id',
  `select ${columns} from transfer_application a where a.id = any($1::uuid[])`,
)

/** An application by uuid, whoever's it is; null when there is none. */
export const applicationById = defineLoader<string, TransferApplication | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(applicationsById, [ids]), (row) => row.id),
)

/** A learner's applications, newest first. */
export const applicationsOfLearner = definePages<TransferApplication>({
  name: 'applications-of-learner',
  columns,
  from: 'transfer_application a',
  parent: 'a.learner_id',
  order: [{ sql: 'a.id', as: 'id', type: 'uuid', descending: true }],
})

/** The applications made to an institution, oldest first: a queue. */
export const applicationsToInstitution = definePages<TransferApplication>({
  name: 'applications-to-institution',
  columns,
  from: 'transfer_application a join qualification q on q.id = a.qualification_id',
  parent: 'q.institution_id',
  order: [{ sql: 'a.id', as: 'id', type: 'uuid' }],
})

export interface UseRow {
  creditRecordId: string
  applicationId: string
  status: 'RESERVED' | 'COUNTED' | null
}

const usesByApplication = statement<UseRow>(
  'credit-uses-by-application',
  'select credit_record_id, application_id, status from credit_use where application_id = any($1::uuid[]) order by id',
)

/** The records of an application, those set free again among them. */
export const usesOfApplication = defineLoader<string, UseRow[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(usesByApplication, [ids]), (row) => row.applicationId),
)

const usesByRecord = statement<UseRow>(
  'credit-uses-by-record',
  `select credit_record_id, application_id, status from credit_use
   where credit_record_id = any($1::uuid[]) and status is not null`,
)

/** What a record is reserved for or counted towards. */
export const usesOfRecord = defineLoader<string, UseRow[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(usesByRecord, [ids]), (row) => row.creditRecordId),
)

/** The application, or null when there is none or the caller may not see it: its learner, its institution, operators. */
export async function visibleApplication(context: Context, uuid: string): Promise<TransferApplication | null> {
  const application = await applicationById(context, uuid)
  if (!application) return null
  const { learner, operator, staff, client } = context.viewer
  if (operator || learner?.id === application.learnerId) return application
  const qualification = await qualificationById(context, application.qualificationId)
  const own = [staff?.institutionId, client?.institutionId]
  return own.includes(qualification?.institutionId) && qualification ? application : null
}
