/** Keeps what a reconciliation finds, each thing as it is found. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Context } from '../../context.ts'
import { newId } from '../../store/row.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Change } from '../change.ts'
import { Correction, type ReconciliationOutcome } from './reconciliation.ts'

/** A reconciliation under way. */
export interface Pass {
  context: Context
  id: string
  /** Whether what is found is put right; otherwise nothing is written but the report. */
  apply: boolean
  startedAt: Date
  /** Payments of which it has recorded something: their jobs go on with it. */
  moved: Set<string>
}

export type Finding = Omit<Correction, 'id' | 'reconciliationId'>

/** Each is kept as it is found: a pass that is cut short has still said what it did. */
export function note({ context, id }: Pass, finding: Finding): Promise<void> {
  return inTransaction(context.em, async (tx) => {
    tx.create(Correction, { ...finding, id: newId(), reconciliationId: id })
  })
}

/** What a person has to look at is said once, however many passes come by it. */
export async function noteOnce(pass: Pass, finding: Finding): Promise<void> {
  const said = await fork(pass.context).execute<object[]>(
    `select 1 from correction c join reconciliation r on r.id = c.reconciliation_id
     where c.outcome = 'QUARANTINED' and c.provider_reference = ? and c.note = ? and not r.dry_run limit 1`,
    [finding.providerReference, finding.note],
  )
  if (said.length === 0) await note(pass, finding)
}

/** What a look changed, or in a dry run would. */
export function changed({ subjectKind, subjectId, reference, from, to }: Change, apply: boolean): Finding {
  const outcome: ReconciliationOutcome = apply ? 'HEALED' : 'SKIPPED'
  const text = apply
    ? `The ${subjectKind.toLowerCase()} now stands as the ${subjectKind === 'Enrolment' ? 'partner' : 'provider'} has it.`
    : `The ${subjectKind === 'Enrolment' ? 'partner' : 'provider'} has the ${subjectKind.toLowerCase()} further on; a dry run changes nothing.`
  return { subjectKind, subjectId, providerReference: reference, outcome, from, to, note: text }
}

/** A clean entity manager for reading. */
export const fork = (context: Pick<Context, 'em'>): EntityManager => context.em.fork({ clear: true })
