/** Reads cases with their logs, batched and paged. */
import { isOperator } from '../auth/permissions.ts'
import type { Viewer } from '../auth/viewer.ts'
import { allColumns, defineColumns } from '../reading/columns.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import type { Condition, List } from '../reading/list.ts'
import { defineLoader, grouped, inOrder, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import type { Case, CaseEntry } from './case.ts'
import type { CaseKind } from './case-kind.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

interface Asking extends Reading {
  viewer: Viewer
}

const columns = allColumns(
  defineColumns('c', {
    always: 'id',
    plain: `kind status since last_seen_at due_at message detail provider_reference acknowledged_by acknowledged_at
      outcome closed_by closed_at`,
    of: {},
    rest: 'count subject_type subject_id learner_id course_run_id amount_minor currency',
  }),
)

const casesById = statement<Case>('cases-by-id', `select ${columns} from operator_case c where c.id = any($1::uuid[])`)
const caseById = defineLoader<string, Case | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(casesById, [ids]), (row) => row.id),
)

/** A case by id: for operators. */
export async function caseNode(context: Asking, uuid: string): Promise<Case | null> {
  return isOperator(context.viewer) ? caseById(context, uuid) : null
}

/** The same, read anew: for an answer after a write. */
export function caseAnew(context: Reading, id: string): Promise<Case | null> {
  context.loads.clear()
  return caseById(context, id)
}

const entriesByCase = statement<CaseEntry>(
  'case-entries-by-case',
  `select e.case_id, e.at, e."by", e.action, e.note from operator_case_entry e where e.case_id = any($1::uuid[]) order by e.id`,
)

/** Notes and deeds of a case, the oldest first. */
export const entriesOf = defineLoader<string, CaseEntry[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(entriesByCase, [ids]), (row) => row.caseId),
)

const casesBySubject = statement<Case>(
  'cases-by-subject',
  `select ${columns} from operator_case c where c.subject_id = any($1::uuid[]) order by c.id`,
)

/** Every case about a thing, the oldest first. */
const casesOf = defineLoader<string, Case[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(casesBySubject, [ids]), (row) => row.subjectId as string),
)

/** The cases about a thing, for operators; null for everybody else. */
export async function casesAbout(context: Asking, id: string): Promise<Case[] | null> {
  return isOperator(context.viewer) ? casesOf(context, id) : null
}

/** For operators: what is due first, by when, then the oldest. */
export const caseList: List = {
  name: 'cases',
  columns,
  further: `, coalesce(c.due_at, 'infinity')::text as due_first`,
  from: 'operator_case c left join learner l on l.id = c.learner_id',
  order: [
    { sql: `coalesce(c.due_at, 'infinity')`, as: 'dueFirst', type: 'timestamptz' },
    { sql: 'c.since', as: 'since', type: 'timestamptz' },
    { sql: 'c.id', as: 'id', type: 'uuid' },
  ],
}

/** Narrows the list to a number, a reference, or a part of the learner's name or e-mail address. */
export function found(search: string): Condition {
  const part = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
  return {
    sql: `(upper(?) = 'C-' || c.count or c.provider_reference = ? or concat_ws(' ', l.display_name, l.email) ilike ?)`,
    values: [search, search, part],
  }
}

export interface CountOfKind {
  kind: CaseKind
  count: number
  oldestSince: Date
  nextDueAt: Date | null
}

const openByKind = statement<CountOfKind>(
  'open-cases-by-kind',
  `select kind, count(*)::int as count, min(since) as oldest_since, min(due_at) as next_due_at
   from operator_case where status <> 'CLOSED' group by kind order by kind`,
)

/** How many of each kind are not closed. */
export const caseCounts = ({ read }: Pick<Reading, 'read'>): Promise<CountOfKind[]> => read.rows(openByKind)
