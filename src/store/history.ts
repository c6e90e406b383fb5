/** Stores the history of everything that has states, in one append-only table. */
import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy'
import type { EntityManager } from '@mikro-orm/postgresql'
import { Field, ObjectType } from 'type-graphql'
import { isOperator } from '../auth/permissions.ts'
import type { Viewer } from '../auth/viewer.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { defineLoader, grouped, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import { newId } from './row.ts'
import { checkMove, type States } from './states.ts'

@ObjectType({
  simpleResolvers: true,
  description: "`cause` is a stable code, never a provider's text; `actor` is for operators.",
})
@Entity({ tableName: 'history_entry' })
@Index({ properties: ['subjectKind', 'subjectId', 'id'] })
export class HistoryEntry {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @Property({ type: 'text' })
  subjectKind!: string

  @Property({ type: 'uuid' })
  subjectId!: string

  @Field(() => DateTime, { description: 'When it happened.' })
  @Property({ type: 'datetime', length: 3 })
  at!: Date

  @Field(() => String, { name: 'from', nullable: true, description: 'The state before; null for the first entry.' })
  @Property({ type: 'text', nullable: true })
  from!: string | null

  @Field(() => String, { description: 'The state after.' })
  @Property({ type: 'text' })
  to!: string

  @Field(() => String, {
    description: 'Stable code of what caused it; codes may be added. By what it is the history of:',
  })
  @Property({ type: 'text' })
  cause!: string

  @Field(() => String, { nullable: true, description: 'Who caused it; null unless the caller is an operator.' })
  @Property({ type: 'text', nullable: true })
  actor!: string | null
}

/** Why and by whom a status moved; `cause` is a code of the noun's table. */
export interface MoveCause<Cause extends string> {
  cause: Cause
  /** Viewer key of whoever caused it; null for jobs and providers. */
  actor?: string | null
  at: Date
}

/** Writes the first entry of a thing that has just been made. */
export function beginHistory<Status extends string, Cause extends string>(
  tx: EntityManager,
  states: States<Status, Cause>,
  row: { id: string; status: Status },
  why: MoveCause<NoInfer<Cause>>,
): void {
  append(tx, states.noun, row, { from: null, to: row.status }, why)
}

/**
 * Moves a locked row to another status and appends to its history in the same transaction. `row` is a managed entity.
 * Throws IllegalMove when the table does not have the move.
 */
export function move<Status extends string, Cause extends string>(
  tx: EntityManager,
  states: States<Status, Cause>,
  row: { id: string; status: Status; updatedAt?: Date },
  to: Status,
  why: MoveCause<NoInfer<Cause>>,
): void {
  checkMove(states, row.status, to)
  append(tx, states.noun, row, { from: row.status, to }, why)
  row.status = to
  if (row.updatedAt) row.updatedAt = why.at
}

/** Notes of a row whose status stays that something else has changed, from one word or status to another. */
export function noteInHistory<Note extends string>(
  tx: EntityManager,
  { noun }: { readonly noun: string; readonly notes: readonly Note[] },
  row: { id: string },
  change: Pick<HistoryEntry, 'from' | 'to'>,
  why: MoveCause<NoInfer<Note>>,
): void {
  append(tx, noun, row, change, why)
}

function append(
  tx: EntityManager,
  subjectKind: string,
  { id: subjectId }: { id: string },
  statuses: Pick<HistoryEntry, 'from' | 'to'>,
  { at, cause, actor = null }: MoveCause<string>,
): void {
  tx.create(HistoryEntry, { ...statuses, id: newId(), subjectKind, subjectId, at, cause, actor })
}

const historyOf = statement<HistoryEntry>(
  'history-of-subjects',
  'select subject_id, at, "from", "to", cause, actor from history_entry where subject_kind = $1 and subject_id = any($2::uuid[]) order by id',
)

/** Declares the history of a noun, oldest first, as a batched read; `actor` is blanked for all but operators. */
export function defineHistory(noun: string) {
  return defineLoader<string, HistoryEntry[], HistoryReading>(async ({ read, viewer }, ids) => {
    const entries = await read.rows(historyOf, [noun, ids])
    const shown = isOperator(viewer) ? entries : entries.map((entry) => ({ ...entry, actor: null }))
    return grouped(ids, shown, (entry) => entry.subjectId)
  })
}

interface HistoryReading {
  read: ReadConnection
  loads: Loads
  viewer: Viewer
}
