/** Takes a case in hand for an operator, or notes something in it. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { IllegalTransition, InvalidInput, NotFound, type Refusal, refusal } from '../graph/contract/user-error.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { charactersOf, LONGEST_SENTENCE_CHARACTERS } from '../values/lengths.ts'
import { Case, CaseEntry } from './case.ts'

const refused = <Name extends string>(one: Refusal<Name>) => ({ caseId: null, refusals: [one] })
const field = ['input', 'caseId']

/** Who acknowledged first stays. Throws UNAUTHENTICATED or FORBIDDEN for those who are no operators. */
export async function acknowledgeCase(context: Context, input: { caseId: string; note?: string | null }) {
  const { viewer } = context
  requireOperator(viewer)
  const note = input.note?.trim() ?? null
  if (note !== null && (note === '' || charactersOf(note) > LONGEST_SENTENCE_CHARACTERS)) {
    const message = `A note has 1 to ${LONGEST_SENTENCE_CHARACTERS} characters.`
    return refused(refusal(InvalidInput, {}, message, ['input', 'note']))
  }
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const row = await lockCase(tx, uuidOf('Case', input.caseId))
    if (row === null) {
      return refused(refusal(NotFound, {}, noSuch('Case', input.caseId, 'There is no such case.'), field))
    }
    if (row.status === 'CLOSED') {
      const message = 'The case is closed already.'
      const closed = refusal(IllegalTransition, { from: 'CLOSED', to: 'ACKNOWLEDGED' }, message, field)
      return { caseId: row.id, refusals: [closed] }
    }
    if (row.status === 'OPEN')
      Object.assign(row, { status: 'ACKNOWLEDGED', acknowledgedBy: viewer.key, acknowledgedAt: at })
    if (note !== null) tx.create(CaseEntry, { id: newId(), caseId: row.id, at, by: viewer.key, action: null, note })
    return { caseId: row.id, refusals: [] }
  })
}

/** The case, locked until the transaction ends: after what it is about. Null when there is none. */
export function lockCase(tx: EntityManager, id: string | null): Promise<Case | null> {
  if (id === null) return Promise.resolve(null)
  return tx.findOne(Case, id, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
}
