/** Reads the enrolments that the viewer may see, batched and paged. */
import { learnerIdOf } from '../auth/permissions.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Course } from '../courses/course.ts'
import { type CompleteRun, courseJoin, runJoin } from '../courses/loaders.ts'
import { type PaymentRow, paymentJoins } from '../payments/loaders.ts'
import { allColumns, defineColumns } from '../reading/columns.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { type Condition, definePages, type List } from '../reading/list.ts'
import { defineLoader, inOrder, type Loads } from '../reading/loader.ts'
import type { LookAheadJoin } from '../reading/look-ahead-join.ts'
import { statement } from '../reading/statement.ts'
import { type Enrolment, type EnrolmentStatus, endedStatuses } from './enrolment.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
  viewer: Viewer
}

const ofRefund =
  'run_id payment_id status stuck_reason registration_ended_at refund_until refund_basis deferred_from_id registered_at'

const columns = defineColumns('e', {
  always: 'id',
  plain:
    'status registered_at study_url stuck_reason registration_ended_at registration_ended_by created_at updated_at',
  of: {
    learner: 'learner_id',
    run: 'run_id',
    price: 'price_minor price_currency',
    holdExpiresAt: 'status hold_expires_at',
    termsAcceptance: 'terms_version terms_accepted_at express_request_at',
    payment: 'payment_id',
    payments: '',
    receipts: '',
    progress: 'status registration_uuid steps_completed_ratio steps_completed progress_seen_at',
    result: 'result_outcome result_grade result_awarded_on result_identity_verified',
    refundability: ofRefund,
    withdrawal: ofRefund,
    deferral: `${ofRefund} result_outcome`,
    deferredFrom: 'deferred_from_id',
    deferredTo: '',
    creditRecord: '',
    cases: '',
    history: '',
  },
})
const enrolmentColumns = allColumns(columns)

const enrolmentsById = statement<Enrolment>(
  'enrolments-by-id',
  `select ${enrolmentColumns} from enrolment e where e.id = any($1::uuid[])`,
)

/** An enrolment by uuid, whoever's it is; null when there is none. */
export const enrolmentById = defineLoader<string, Enrolment | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(enrolmentsById, [ids]), (row) => row.id),
)

/** The same, read anew: for an answer after a write. Whatever else this request has loaded is forgotten with it. */
export function enrolmentAnew(context: Reading, id: string): Promise<Enrolment | null> {
  context.loads.clear()
  return enrolmentById(context, id)
}

const movedTo = statement<Enrolment>(
  'enrolments-moved-to',
  `select ${enrolmentColumns} from enrolment e where e.deferred_from_id = any($1::uuid[]) and e.status <> 'CANCELLED'`,
)

/** The enrolment that took, or is about to take, the place of one; null when none. */
export const enrolmentMovedTo = defineLoader<string, Enrolment | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(movedTo, [ids]), (row) => row.deferredFromId as string),
)

/** How often places were moved, chains and all; away from a cancelled run does not count. The one parameter is an array of uuids. */
export const countMoves = (ids: string): string => `
  with recursive chain (id, from_id) as (
    select e.id, e.deferred_from_id from enrolment e where e.id = any(${ids}::uuid[])
    union all select c.id, o.deferred_from_id from chain c join enrolment o on o.id = c.from_id)
  select c.id, count(*)::int as moves
  from chain c join enrolment o on o.id = c.from_id join course_run r on r.id = o.run_id
  where not r.cancelled group by c.id`

const movesOf = statement<{ id: string; moves: number }>('moves-of-enrolments', countMoves('$1'))

/** How often the place has been moved. */
export const timesMoved = defineLoader<string, number, Reading>(async ({ read }, ids) => {
  const rows = new Map((await read.rows(movesOf, [ids])).map(({ id, moves }) => [id, moves]))
  return ids.map((id) => rows.get(id) ?? 0)
})

/** An enrolment with what a list that looked ahead has joined. */
export interface EnrolmentRow extends Enrolment {
  run?: (CompleteRun & { course?: Course | null }) | null
  payment?: PaymentRow | null
}

/** What a refund would be is told from the run, the payment and its refunds, whole. */
const ownJoins: readonly LookAheadJoin[] = [
  runJoin('run', ['refundability', 'withdrawal', 'deferral']),
  courseJoin('run.course', 'r'),
  ...paymentJoins(['refundability', 'withdrawal', 'deferral']),
]

/** Declares a learner's enrolments, newest first; `joins` are what features that depend on enrolments join to them. */
export function defineEnrolmentPages(joins: readonly LookAheadJoin[]) {
  return definePages<EnrolmentRow>({
    name: 'enrolments-of-learner',
    columns,
    from: 'enrolment e',
    parent: 'e.learner_id',
    order: [{ sql: 'e.id', as: 'id', type: 'uuid', descending: true }],
    parts: [...ownJoins, ...joins],
  })
}
export type EnrolmentPages = ReturnType<typeof defineEnrolmentPages>

/** Narrows a list to enrolments that stand so; all, when nothing is said. */
export const statusIs = (status: readonly EnrolmentStatus[] | null | undefined): Condition[] =>
  status == null ? [] : [{ sql: 'e.status = any(?::text[])', values: [status] }]

const ownOnRuns = statement<Enrolment>(
  'own-enrolments-on-runs',
  `select distinct on (e.run_id) ${enrolmentColumns} from enrolment e
   where e.learner_id = $1::uuid and e.run_id = any($2::uuid[])
   order by e.run_id, (e.status in (${endedStatuses.map((status) => `'${status}'`).join(', ')})), e.id desc`,
)

/** The viewer's own enrolment on a run, an active one before an ended one; null when there is none. */
export const viewerEnrolmentOn = defineLoader<string, Enrolment | null, Reading>(async ({ read, viewer }, runIds) => {
  const learnerId = learnerIdOf(viewer)
  const rows = learnerId !== null ? await read.rows(ownOnRuns, [learnerId, runIds]) : []
  return inOrder(runIds, rows, (row) => row.runId)
})

/** The viewer's own enrolment that holds a place on the run; null when there is none. */
export async function viewerPlaceOn(context: Reading, runId: string): Promise<Enrolment | null> {
  const enrolment = await viewerEnrolmentOn(context, runId)
  return enrolment && (endedStatuses as readonly string[]).includes(enrolment.status) ? null : enrolment
}

/** Lists for operators: every enrolment, newest first. */
export const allEnrolments: List = {
  name: 'enrolments',
  columns,
  from: 'enrolment e join learner l on l.id = e.learner_id',
  order: [{ sql: 'e.id', as: 'id', type: 'uuid', descending: true }],
}

/** What waits for an operator, oldest first. */
export const stuckEnrolments: List = {
  ...allEnrolments,
  name: 'stuck-enrolments',
  order: [{ sql: 'e.id', as: 'id', type: 'uuid' }],
}
