/** Shares chosen credit records under a code and revokes a share. */
import { randomBytes } from 'node:crypto'
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { isOwner, requireLearner } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { uuidOf } from '../../graph/contract/global-id.ts'
import { noSuch } from '../../graph/contract/no-such.ts'
import { InvalidInput, NotFound, type Refusal, rateLimitedUntil, refusal } from '../../graph/contract/user-error.ts'
import { institutionBySlug } from '../../institutions/loaders.ts'
import { lockLearner } from '../../learners/lock-learner.ts'
import { keyRefusal, takeKey } from '../../store/idempotent.ts'
import { newId } from '../../store/row.ts'
import { inTransaction } from '../../store/transaction.ts'
import { creditRecordById } from '../loaders.ts'
import { CreditShare, CreditShareRecord } from './credit-share.ts'
import { shareCodeHash } from './open-share.ts'

export interface ShareRequest {
  creditRecordIds: string[]
  institutionSlug?: string | null
  expiresAt: Date
  idempotencyKey?: string | null
}

/** The share's uuid, or why there is none. */
export interface ShareResult {
  shareId: string | null
  refusals: Refusal[]
}

const CODE_BYTES = 20
/** More than anybody has: the learners with most records have some forty. */
export const MOST_RECORDS = 100
/** Codes of one learner that open something: one for each institution that takes part, and some for a second look. */
const MOST_LIVE_SHARES = 50
const refused = <Name extends string>(error: Refusal<Name>) => ({ shareId: null, refusals: [error] })

/** Throws UNAUTHENTICATED or FORBIDDEN for those who are no learners. */
export async function shareCredit(context: Context, input: ShareRequest) {
  const learner = requireLearner(context.viewer)
  const wrong = shapeRefusal(context, input)
  if (wrong) return refused(wrong)
  const recordIds: string[] = []
  for (const [index, id] of input.creditRecordIds.entries()) {
    const uuid = uuidOf('CreditRecord', id)
    const record = uuid && (await creditRecordById(context, uuid))
    if (!record || !isOwner(context.viewer, record.learnerId)) {
      const sentence = 'You have no such credit record; take the ids from your creditRecords.'
      const message = noSuch('CreditRecord', id, sentence)
      return refused(refusal(NotFound, {}, message, ['input', 'creditRecordIds', `${index}`]))
    }
    if (!recordIds.includes(record.id)) recordIds.push(record.id)
  }
  const { institutionSlug: slug } = input
  const institution = slug == null ? null : await institutionBySlug(context, slug)
  if (slug != null && !institution) {
    return refused(refusal(NotFound, {}, 'There is no institution of that slug.', ['input', 'institutionSlug']))
  }
  return inTransaction(context.em, (tx) =>
    keep(context, tx, input, { learnerId: learner.id, institutionId: institution?.id ?? null, recordIds }),
  )
}

function shapeRefusal({ now }: Context, input: ShareRequest) {
  const wrong = (field: string, message: string) => refusal(InvalidInput, {}, message, ['input', field])
  const { creditRecordIds, expiresAt, idempotencyKey } = input
  if (creditRecordIds.length === 0 || creditRecordIds.length > MOST_RECORDS) {
    return wrong('creditRecordIds', `Choose 1 to ${MOST_RECORDS} credit records to share.`)
  }
  if (expiresAt <= now()) return wrong('expiresAt', 'The share has to end in the future.')
  return idempotencyKey == null ? null : keyRefusal(idempotencyKey)
}

interface Kept {
  learnerId: string
  institutionId: string | null
  recordIds: string[]
}

/** Null when the learner, who is locked, may have one more share that opens something. */
async function sharesRefusal(context: Context, tx: EntityManager, learnerId: string) {
  const now = context.now()
  const live = await tx.find(
    CreditShare,
    { learnerId, revokedAt: null, expiresAt: { $gt: now } },
    { orderBy: { expiresAt: 'asc' } },
  )
  const endsFirst = live.at(-MOST_LIVE_SHARES)
  if (endsFirst === undefined) return null
  context.heldBack(context.viewer, 'live-shares')
  const message = `You have ${live.length} shares that open still; take one back with revokeCreditShare.`
  return rateLimitedUntil(endsFirst.expiresAt, now, message)
}

async function keep(context: Context, tx: EntityManager, input: ShareRequest, kept: Kept) {
  const { idempotencyKey, ...request } = input
  const { viewer } = context
  const at = context.now()
  const key =
    idempotencyKey == null
      ? null
      : await takeKey(tx, {
          caller: viewer.key,
          operation: 'shareCredit',
          key: idempotencyKey,
          now: at,
          request: { ...request, expiresAt: request.expiresAt.toISOString() },
        })
  if (key?.kind === 'conflict') return refused(key.refusal)
  if (key?.kind === 'repeat') return { shareId: key.result.shareId as string, refusals: [] }
  const { learnerId, institutionId, recordIds } = kept
  await lockLearner(tx, learnerId)
  const tooMany = await sharesRefusal(context, tx, learnerId)
  if (tooMany) return refused(tooMany)
  const code = randomBytes(CODE_BYTES).toString('base64url')
  const share = tx.create(CreditShare, {
    id: newId(),
    learnerId,
    code,
    codeHash: shareCodeHash(code),
    institutionId,
    expiresAt: input.expiresAt,
    revokedAt: null,
    createdAt: at,
  })
  await tx.flush()
  for (const creditRecordId of recordIds) tx.create(CreditShareRecord, { shareId: share.id, creditRecordId })
  key?.keep({ shareId: share.id })
  return { shareId: share.id, refusals: [] }
}

/** The learner's own share, ended now; ending an ended one is no error. */
export async function revokeCreditShare(context: Context, globalShareId: string) {
  requireLearner(context.viewer)
  const id = uuidOf('CreditShare', globalShareId)
  return inTransaction(context.em, async (tx) => {
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const
    const share = id === null ? null : await tx.findOne(CreditShare, id, lock)
    if (!share || !isOwner(context.viewer, share.learnerId)) {
      const sentence = 'You have no such share; take creditShareId from your creditShares.'
      const message = noSuch('CreditShare', globalShareId, sentence)
      return refused(refusal(NotFound, {}, message, ['input', 'creditShareId']))
    }
    share.revokedAt ??= context.now()
    return { shareId: share.id, refusals: [] }
  })
}
