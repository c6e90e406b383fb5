/** Publishes a policy: an immutable, numbered version that never overlaps another; an open-ended one ends the day before. */
import { LockMode } from '@mikro-orm/postgresql'
import { requireMember } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/node.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'
import { Qualification } from '../institutions/qualification.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { InvalidTransferInput, type PolicyTerms } from './check.rules.ts'
import { assessTransfer } from './decision.rules.ts'
import { TransferPolicy } from './transfer-policy.ts'

export type PublishRequest = PolicyTerms & { qualificationId: string; idempotencyKey?: string | null }

interface Published {
  policyId: string | null
  refusals: Refusal[]
}

const refused = (...refusals: Refusal[]): Published => ({ policyId: null, refusals })

/** Asks the engine a question of nothing: it refuses terms that do not fit, naming the field. */
function problemOf(terms: PolicyTerms, qualification: Qualification): Refusal | null {
  if (terms.effectiveTo !== null && terms.effectiveTo < terms.effectiveFrom) {
    return refusal('InvalidInput', 'effectiveTo must not be before effectiveFrom.', ['input', 'effectiveTo'])
  }
  try {
    assessTransfer({ claims: [], policy: terms, qualification, asOf: terms.effectiveFrom })
    return null
  } catch (error) {
    if (!(error instanceof InvalidTransferInput)) throw error
    const [, ...field] = error.field
    return refusal('InvalidInput', error.message, ['input', ...field])
  }
}

/**
 * The version that the new range would overlap; null when there is none. Starting inside an open-ended version is no
 * overlap: that one ends the day before.
 */
function overlapOf(terms: PolicyTerms, known: TransferPolicy[]): TransferPolicy | null {
  const inOrder = known.toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1))
  const from = terms.effectiveFrom
  const same = inOrder.find((one) => one.effectiveFrom === from)
  if (same) return same
  const before = inOrder.findLast((one) => one.effectiveFrom < from)
  if (before?.declaredEffectiveTo && before.declaredEffectiveTo >= from) return before
  const after = inOrder.find((one) => one.effectiveFrom > from)
  return after && (terms.effectiveTo === null || terms.effectiveTo >= after.effectiveFrom) ? after : null
}

/** Stores the next version. Only staff and machines of the qualification's own institution. */
export async function publishPolicy(context: Context, input: PublishRequest): Promise<Published> {
  const { qualificationId: globalQualificationId, idempotencyKey, ...terms } = input
  const keyProblem = idempotencyKey == null ? null : keyRefusal(idempotencyKey)
  if (keyProblem) return refused(keyProblem)
  const id = uuidOf('Qualification', globalQualificationId)
  return inTransaction(context.em, async (tx) => {
    const qualification = id && (await tx.findOne(Qualification, id, { lockMode: LockMode.PESSIMISTIC_WRITE }))
    if (!qualification)
      return refused(refusal('NotFound', 'There is no such qualification.', ['input', 'qualificationId']))
    const who = requireMember(context.viewer, qualification.institutionId)
    const now = context.now()
    const { key: caller } = context.viewer
    const keyed = {
      caller,
      operation: 'publishTransferPolicy',
      key: idempotencyKey ?? '',
      request: { id, ...terms },
      now,
    }
    const taken = idempotencyKey == null ? null : await takeKey(tx, keyed)
    if (taken?.kind === 'conflict') return refused(taken.refusal)
    if (taken?.kind === 'repeat') return { policyId: taken.result.policyId!, refusals: [] }
    const problem = problemOf(terms, qualification)
    if (problem) return refused(problem)
    const known = await tx.find(TransferPolicy, { qualificationId: qualification.id })
    const overlap = overlapOf(terms, known)
    if (overlap) {
      const message = `Version ${overlap.version}, in force from ${overlap.effectiveFrom}, overlaps these dates.`
      const policy = { ...overlap, effectiveTo: overlap.declaredEffectiveTo }
      return refused(refusal('PolicyOverlap', message, ['input', 'effectiveFrom'], { policy }))
    }
    const { effectiveTo, ...content } = terms
    const policyId = newId()
    tx.create(TransferPolicy, {
      ...content,
      ...{ id: policyId, qualificationId: qualification.id, declaredEffectiveTo: effectiveTo },
      ...{ version: 1 + known.reduce((most, one) => Math.max(most, one.version), 0), publishedAt: now },
      publishedBy: 'clientId' in who ? who.clientId : who.displayName,
    } as unknown as TransferPolicy)
    if (taken?.kind === 'new') taken.keep({ policyId })
    return { policyId, refusals: [] }
  })
}
