/** Opens and closes cases as what they are about begins and ends. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { newId } from '../store/row.ts'
import type { CaseKind } from './case-kind.ts'

/** What a case is about: a node of the graph, or a stable key where nothing here corresponds. */
export type CaseSubject =
  | { type: 'Enrolment' | 'Refund' | 'Payment' | 'Dispute' | 'ProviderObject' | 'CourseRun'; id: string }
  | { key: string }

export interface CaseFacts {
  kind: CaseKind
  subject: CaseSubject
  /** Without what changes from one look to the next: another message opens anew what was dismissed. */
  message: string
  detail?: string | null
  amount?: { amountMinor: number; currency: string } | null
  dueAt?: Date | null
  learnerId?: string | null
  courseRunId?: string | null
  providerReference?: string | null
}

/** The text by which a subject is found again. */
const subjectKeyOf = (subject: CaseSubject): string =>
  'key' in subject ? subject.key : `${subject.type}:${subject.id}`

const changedFacts = '(message, amount_minor, currency) is distinct from (?, ?::bigint, ?)'
const follow = `last_seen_at = greatest(operator_case.last_seen_at, ?), message = ?, detail = ?, amount_minor = ?,
  currency = ?, due_at = ?`

/** Opens it, or notes that it is found again. */
export async function openCase(tx: EntityManager, facts: CaseFacts, at: Date): Promise<void> {
  const { kind, subject, message, detail = null, amount, dueAt = null } = facts
  const key = subjectKeyOf(subject)
  const [amountMinor, currency] = [amount?.amountMinor ?? null, amount?.currency ?? null]
  // What was dismissed was dismissed for these facts: others are for somebody to judge again.
  await tx.execute(
    `update operator_case set holds = false where kind = ? and subject_key = ? and holds and status = 'CLOSED' and ${changedFacts}`,
    [kind, key, message, amountMinor, currency],
  )
  const followed = [at, message, detail, amountMinor, currency, dueAt]
  // Found again by far most often; an insert that meets it would use up a number each time.
  const again = await tx.execute<object[]>(
    `update operator_case set ${follow} where kind = ? and subject_key = ? and holds returning id`,
    [...followed, kind, key],
  )
  if (again.length > 0) return
  const [type, id] = 'key' in subject ? [null, null] : [subject.type, subject.id]
  const { learnerId = null, courseRunId = null, providerReference = null } = facts
  await tx.execute(
    `insert into operator_case (id, kind, subject_key, subject_type, subject_id, since, last_seen_at, learner_id,
       course_run_id, provider_reference, message, detail, amount_minor, currency, due_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (kind, subject_key) where holds do update set ${follow}`,
    [
      newId(),
      kind,
      key,
      type,
      id,
      at,
      at,
      learnerId,
      courseRunId,
      providerReference,
      message,
      detail,
      amountMinor,
      currency,
      dueAt,
      ...followed,
    ],
  )
}

/** Who did the last deed about it; null when nobody has done any. */
const doneBy = `(select e."by" from operator_case_entry e where e.case_id = operator_case.id and e.action is not null
  order by e.id desc limit 1)`

/**
 * What it was about is over: where it is open it is closed, ACTED when somebody had done something about it and else
 * BY_ITSELF; and what was dismissed may be opened anew when it holds again.
 */
export async function closeCase(tx: EntityManager, kind: CaseKind, subject: CaseSubject, at: Date): Promise<void> {
  await tx.execute(
    `update operator_case set holds = false, status = 'CLOSED', closed_at = coalesce(closed_at, ?),
       closed_by = case when outcome is null then ${doneBy} else closed_by end,
       outcome = coalesce(outcome, case when ${doneBy} is null then 'BY_ITSELF' else 'ACTED' end)
     where kind = ? and subject_key = ? and holds`,
    [at, kind, subjectKeyOf(subject)],
  )
}

/** What it is about goes on as another row: the case with it, as it stands. */
export async function followSubject(
  tx: EntityManager,
  kind: CaseKind,
  from: Exclude<CaseSubject, { key: string }>,
  to: Exclude<CaseSubject, { key: string }>,
): Promise<void> {
  await tx.execute(
    'update operator_case set subject_key = ?, subject_type = ?, subject_id = ? where kind = ? and subject_key = ? and holds',
    [subjectKeyOf(to), to.type, to.id, kind, subjectKeyOf(from)],
  )
}
