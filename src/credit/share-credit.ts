/** A learner shares chosen records by a code, until an instant, with everyone who has it or one institution; and takes it back. */
import { createHash, randomBytes } from 'node:crypto'
import { requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/node.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'
import { Institution } from '../institutions/institution.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { CreditRecord } from './credit-record.ts'
import { CreditShare, CreditShareRecord } from './credit-share.ts'

export interface ShareRequest {
  creditRecordIds: string[]
  institutionSlug?: string | null
  expiresAt: Date
  idempotencyKey?: string | null
}

interface Shared {
  shareId: string | null
  refusals: Refusal[]
}

const refused = (...refusals: Refusal[]): Shared => ({ shareId: null, refusals })
const codeBytes = 20
const mostRecords = 40
const longestDays = 366

/** What is looked up instead of the code itself: comparing hashes says nothing about the code by its time. */
export const hashOfCode = (code: string): string => createHash('sha256').update(code).digest('hex')

function wrongTime(expiresAt: Date, now: Date): Refusal | null {
  const days = (expiresAt.getTime() - now.getTime()) / 86_400_000
  if (days > 0 && days <= longestDays) return null
  return refusal('InvalidInput', `expiresAt must be in the future, at most ${longestDays} days from now.`, [
    'input',
    'expiresAt',
  ])
}

/** Makes the share. Only the learner's own records. */
export async function shareCredit(context: Context, input: ShareRequest): Promise<Shared> {
  const learner = requireLearner(context.viewer)
  const { idempotencyKey, ...request } = input
  const keyProblem = idempotencyKey == null ? null : keyRefusal(idempotencyKey)
  if (keyProblem) return refused(keyProblem)
  const now = context.now()
  const late = wrongTime(input.expiresAt, now)
  if (late) return refused(late)
  if (input.creditRecordIds.length < 1 || input.creditRecordIds.length > mostRecords) {
    return refused(refusal('InvalidInput', `Share 1 to ${mostRecords} records.`, ['input', 'creditRecordIds']))
  }
  return inTransaction(context.em, async (tx) => {
    const keyed = { caller: context.viewer.key, operation: 'shareCredit', key: idempotencyKey ?? '', request, now }
    const taken = idempotencyKey == null ? null : await takeKey(tx, keyed)
    if (taken?.kind === 'conflict') return refused(taken.refusal)
    if (taken?.kind === 'repeat') return { shareId: taken.result.shareId!, refusals: [] }
    const uuids = new Set<string>()
    for (const [index, id] of input.creditRecordIds.entries()) {
      const uuid = uuidOf('CreditRecord', id)
      const record = uuid && (await tx.findOne(CreditRecord, { id: uuid, learnerId: learner.id }))
      const field = ['input', 'creditRecordIds', `${index}`]
      if (!record) return refused(refusal('NotFound', 'There is no such credit record of yours.', field))
      uuids.add(record.id)
    }
    const slug = input.institutionSlug
    const institution = slug == null ? null : await tx.findOne(Institution, { slug })
    if (slug != null && !institution) {
      return refused(refusal('NotFound', 'There is no such institution.', ['input', 'institutionSlug']))
    }
    const code = randomBytes(codeBytes).toString('base64url')
    const share = tx.create(CreditShare, {
      ...{
        id: newId(),
        learnerId: learner.id,
        code,
        codeHash: hashOfCode(code),
        institutionId: institution?.id ?? null,
      },
      ...{ expiresAt: input.expiresAt, revokedAt: null, createdAt: now },
    } as CreditShare)
    await tx.flush()
    for (const creditRecordId of uuids) tx.create(CreditShareRecord, { shareId: share.id, creditRecordId })
    if (taken?.kind === 'new') taken.keep({ shareId: share.id })
    return { shareId: share.id, refusals: [] }
  })
}

/** Takes a share back; the code opens nothing any more. Taking it back twice is no error. */
export async function revokeShare(context: Context, globalShareId: string): Promise<Shared> {
  const learner = requireLearner(context.viewer)
  const id = uuidOf('CreditShare', globalShareId)
  return inTransaction(context.em, async (tx) => {
    const share = id && (await tx.findOne(CreditShare, { id, learnerId: learner.id }))
    if (!share) return refused(refusal('NotFound', 'There is no such share of yours.', ['input', 'creditShareId']))
    share.revokedAt ??= context.now()
    return { shareId: share.id, refusals: [] }
  })
}
