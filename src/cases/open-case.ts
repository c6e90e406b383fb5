/** Opens a case, or finds it open, and closes it once it no longer holds. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { newId } from '../store/row.ts'
import type { CaseKind } from './operator-case.ts'

/** What it is about: a node of the graph, or a stable key of what has none. */
export type CaseSubject = { type: string; id: string } | { key: string }

export interface CaseFacts {
  kind: CaseKind
  subject: CaseSubject
  /** What happened, in a sentence. */
  message: string
  /** The upstream's own words. */
  detail?: string | null
  amount?: { amountMinor: number; currency: string } | null
  dueAt?: Date | null
  learnerId?: string | null
  courseRunId?: string | null
  providerReference?: string | null
}

const open = `
  insert into operator_case (id, kind, subject, status, message, detail, amount_minor, currency, due_at, learner_id,
    course_run_id, provider_reference, since, last_seen_at)
  values (?, ?, ?, 'OPEN', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (kind, subject) where status <> 'CLOSED' do update set
    message = excluded.message, detail = excluded.detail, amount_minor = excluded.amount_minor,
    currency = excluded.currency, due_at = excluded.due_at, provider_reference = excluded.provider_reference,
    last_seen_at = excluded.last_seen_at`

/** In the transaction that finds it. One that is open already is the same one, with what is known now. */
export async function openCase(tx: EntityManager, facts: CaseFacts, at: Date): Promise<void> {
  const { kind, subject, message, detail = null, amount = null, dueAt = null } = facts
  const { learnerId = null, courseRunId = null, providerReference = null } = facts
  const money = [amount?.amountMinor ?? null, amount?.currency ?? null]
  const about = [learnerId, courseRunId, providerReference]
  await tx.execute(open, [newId(), kind, keyOf(subject), message, detail, ...money, dueAt, ...about, at, at])
}

const close = `
  update operator_case set status = 'CLOSED', outcome = 'BY_ITSELF', closed_at = ?
  where kind = ? and subject = ? and status <> 'CLOSED'`

/** It no longer holds, without anybody's doing; closing what is closed changes nothing. */
export async function closeCase(tx: EntityManager, kind: CaseKind, subject: CaseSubject, at: Date): Promise<void> {
  await tx.execute(close, [at, kind, keyOf(subject)])
}

const keyOf = (subject: CaseSubject): string => ('key' in subject ? subject.key : `${subject.type}:${subject.id}`)
