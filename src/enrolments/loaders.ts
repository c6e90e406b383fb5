/** Reads of enrolments, batched and paged; who may see which is part of the question. */
import { defineLoader, inOrder, type Loads } from '../graph/loader.ts'
import { definePages } from '../store/list.ts'
import { type ReadConnection, statement } from '../store/read-connection.ts'
import type { Enrolment } from './enrolment.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
  viewer: { learner: { id: string } | null }
}

export const enrolmentColumns = `e.id, e.learner_id, e.run_id, e.status, e.hold_expires_at, e.registration_uuid,
  e.registered_at, e.study_url, e.steps_completed_ratio, e.steps_completed, e.progress_seen_at, e.result_outcome,
  e.result_grade, e.result_awarded_on, e.result_identity_verified, e.created_at, e.updated_at`

const enrolmentsById = statement<Enrolment>(
  'enrolments-by-id',
  `select ${enrolmentColumns} from enrolment e where e.id = any($1::uuid[])`,
)

/** An enrolment by uuid, whoever's it is; null when there is none. */
export const enrolmentById = defineLoader<string, Enrolment | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(enrolmentsById, [ids]), (row) => row.id),
)

/** A learner's enrolments, newest first. */
export const enrolmentsOf = definePages<Enrolment>({
  name: 'enrolments-of-learner',
  columns: enrolmentColumns,
  from: 'enrolment e',
  parent: 'e.learner_id',
  order: [{ sql: 'e.id', as: 'id', type: 'uuid', descending: true }],
})

const ownOnRuns = statement<Enrolment>(
  'own-enrolments-on-runs',
  `select distinct on (e.run_id) ${enrolmentColumns} from enrolment e
   where e.learner_id = $1::uuid and e.run_id = any($2::uuid[])
   order by e.run_id, (e.status in ('CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED')), e.id desc`,
)

/** The viewer's own enrolment on a run, an active one before an ended one; null when there is none. */
export const viewerEnrolmentOn = defineLoader<string, Enrolment | null, Reading>(async ({ read, viewer }, runIds) => {
  const learnerId = viewer.learner?.id
  const rows = learnerId ? await read.rows(ownOnRuns, [learnerId, runIds]) : []
  return inOrder(runIds, rows, (row) => row.runId)
})

/** Lists for operators: every enrolment, newest first. */
export const allEnrolments = {
  name: 'enrolments',
  columns: enrolmentColumns,
  from: 'enrolment e join learner l on l.id = e.learner_id',
  order: [{ sql: 'e.id', as: 'id', type: 'uuid' as const, descending: true }],
}

/** What waits for an operator, oldest first. */
export const stuckEnrolments = {
  ...allEnrolments,
  name: 'stuck-enrolments',
  order: [{ sql: 'e.id', as: 'id', type: 'uuid' as const }],
}
