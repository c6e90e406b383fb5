/** Applies for transfer: assesses records under lock, reserves credit, freezes the answer. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { requireLearner } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { CreditRecord } from '../../credit/credit-record.ts'
import { globalId, uuidOf } from '../../graph/contract/global-id.ts'
import { noSuch } from '../../graph/contract/no-such.ts'
import { InvalidInput, NotFound, type Refusal, refusal, TooComplex } from '../../graph/contract/user-error.ts'
import { beginHistory } from '../../store/history.ts'
import { keyRefusal, takeKey } from '../../store/idempotent.ts'
import { newId } from '../../store/row.ts'
import { announce, inTransaction } from '../../store/transaction.ts'
import { dateIn } from '../../values/dates.ts'
import { type Assessed, answerFrom, type Ground, groundOf } from '../assess-transfer.ts'
import { recordClaim } from '../claim.ts'
import { InvalidTransferInput, TransferTooComplex } from '../engine/check.rules.ts'
import { CreditAlreadyUsed, NotEligible } from './application-errors.ts'
import { freeze } from './freeze.ts'
import { transferApplicationStates } from './transfer-application.states.ts'
import { CreditUse, TransferApplication } from './transfer-application.ts'

export interface ApplicationRequest {
  qualificationId: string
  creditRecordIds: string[]
  idempotencyKey: string
}

/** The application's uuid, or why there is none. */
export interface ApplicationResult {
  applicationId: string | null
  refusals: Refusal[]
}

export const refused = <Name extends string>(error: Refusal<Name>) => ({ applicationId: null, refusals: [error] })
const recordsField = ['input', 'creditRecordIds']

/** Throws UNAUTHENTICATED or FORBIDDEN for those who are no learners. */
export async function applyForTransfer(context: Context, input: ApplicationRequest) {
  const learner = requireLearner(context.viewer)
  const wrong = keyRefusal(input.idempotencyKey)
  if (wrong) return refused(wrong)
  if (input.creditRecordIds.length === 0) {
    return refused(refusal(InvalidInput, {}, 'Name 1 or more credit records to have counted.', recordsField))
  }
  const qualificationId = uuidOf('Qualification', input.qualificationId)
  const ground = qualificationId && (await groundOf(context, qualificationId, dateIn(context.now(), 'UTC')))
  if (!ground) {
    const message = noSuch('Qualification', input.qualificationId, 'There is no such qualification.')
    return refused(refusal(NotFound, {}, message, ['input', 'qualificationId']))
  }
  const result = await inTransaction(context.em, (tx) => apply(context, tx, learner.id, ground, input))
  context.loads.clear()
  return result
}

async function apply(
  context: Context,
  tx: EntityManager,
  learnerId: string,
  ground: Ground,
  { idempotencyKey: key, ...request }: ApplicationRequest,
) {
  const now = context.now()
  const keyed = await takeKey(tx, { caller: context.viewer.key, operation: 'applyForTransfer', key, request, now })
  if (keyed.kind === 'conflict') return refused(keyed.refusal)
  if (keyed.kind === 'repeat') return { applicationId: keyed.result.applicationId as string, refusals: [] }
  const records = await lockRecords(tx, learnerId, request.creditRecordIds)
  if (!Array.isArray(records)) return refused(records)
  const used = await usedAmong(tx, records)
  if (used) return refused(used)
  const { answer, refusal: notEligible } = assessed(ground, records)
  if (!answer) return refused(notEligible)
  const application = await submit(context, tx, { learnerId, ground, records, answer })
  keyed.keep({ applicationId: application.id })
  return { applicationId: application.id, refusals: [] }
}

/** The records in the order given, locked in the order of their ids, so that no two applications wait for each other. */
async function lockRecords(tx: EntityManager, learnerId: string, given: string[]) {
  const ids = given.map((id) => uuidOf('CreditRecord', id))
  const wanted = { id: { $in: ids.filter((id) => id !== null) }, learnerId }
  const locking = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } } as const
  const byId = new Map((await tx.find(CreditRecord, wanted, locking)).map((record) => [record.id, record]))
  const missing = ids.findIndex((id) => id === null || !byId.has(id))
  if (missing >= 0) {
    const sentence = 'You have no such credit record; take the ids from your creditRecords.'
    const message = noSuch('CreditRecord', given[missing] as string, sentence)
    return refusal(NotFound, {}, message, [...recordsField, `${missing}`])
  }
  return ids.map((id) => byId.get(id as string) as CreditRecord)
}

/** Under the locks: nobody else can be reserving one of them now. */
async function usedAmong(tx: EntityManager, records: CreditRecord[]) {
  const uses = await tx.find(CreditUse, {
    creditRecordId: { $in: records.map(({ id }) => id) },
    status: { $ne: null },
  })
  if (uses.length === 0) return null
  const used = new Set(uses.map((use) => use.creditRecordId))
  const creditRecordIds = records.filter(({ id }) => used.has(id)).map(({ id }) => globalId('CreditRecord', id))
  const message = 'Some of this credit is reserved for another application, or counted already; credit counts once.'
  return refusal(CreditAlreadyUsed, { creditRecordIds }, message, recordsField)
}

const refusedBy = <Name extends string>(why: Refusal<Name>) => ({ answer: null, refusal: why })

function assessed(ground: Ground, records: CreditRecord[]) {
  try {
    const answer = answerFrom(
      ground,
      records.map((record) => recordClaim(record, { status: record.status, use: null })),
    )
    if (answer.claims.some(({ placedAtLevel }) => placedAtLevel !== null)) return { answer, refusal: null }
    const message = 'None of this credit would count there as it stands; the eligibility says why.'
    return refusedBy(refusal(NotEligible, { eligibility: answer }, message, recordsField))
  } catch (error) {
    if (error instanceof TransferTooComplex) return refusedBy(refusal(TooComplex, {}, error.message, recordsField))
    if (!(error instanceof InvalidTransferInput)) throw error
    const [list, index] = error.field
    const field = list === 'claims' ? [...recordsField, ...(index === undefined ? [] : [index])] : ['input']
    return refusedBy(refusal(InvalidInput, {}, error.message, field))
  }
}

interface Submission {
  learnerId: string
  ground: Ground
  records: CreditRecord[]
  answer: Assessed
}

async function submit(
  context: Context,
  tx: EntityManager,
  { learnerId, ground, records, answer }: Submission,
): Promise<TransferApplication> {
  const at = context.now()
  const id = newId()
  const application = tx.create(TransferApplication, {
    id,
    learnerId,
    qualificationId: ground.qualification.id,
    status: 'SUBMITTED',
    frozen: await freeze(context, answer, id),
    submittedAt: at,
    decidedAt: null,
    agreedCredit: null,
    reasons: [],
    updatedAt: at,
  })
  beginHistory(tx, transferApplicationStates, application, { cause: 'APPLIED', actor: context.viewer.key, at })
  await tx.flush()
  records.forEach((record, index) => {
    // What is not placed is named in the application, and stays free.
    const status = answer.claims[index]!.placedAtLevel === null ? null : 'RESERVED'
    tx.create(CreditUse, { id: newId(), applicationId: id, creditRecordId: record.id, status })
  })
  await announce(tx, 'application', id)
  return application
}
