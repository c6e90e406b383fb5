/** A learner asks an institution to take their credit: the placed records are reserved, the answer is frozen. */
import { LockMode } from '@mikro-orm/postgresql'
import { requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { CreditRecord } from '../credit/credit-record.ts'
import { GraphError } from '../graph/errors.ts'
import { uuidOf } from '../graph/node.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'
import { beginHistory } from '../store/history.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { newId } from '../store/row.ts'
import { announce, inTransaction, isDuplicateOf } from '../store/transaction.ts'
import { type Assessed, assess } from './assess-transfer.ts'
import { signStatement } from './statement.ts'
import { CreditUse, TransferApplication } from './transfer-application.ts'

export interface ApplyRequest {
  qualificationId: string
  creditRecordIds: string[]
  idempotencyKey: string
}

interface Applied {
  applicationId: string | null
  refusals: Refusal[]
}

const refused = (...refusals: Refusal[]): Applied => ({ applicationId: null, refusals })

/** The answer as it is kept with the application: everything the graph shows of it, and it never changes again. */
export interface Frozen extends Assessed {
  statement: string | null
}

/** Reserves what would be placed. Parallel applications for one record: exactly one wins. */
export async function applyForTransfer(context: Context, input: ApplyRequest): Promise<Applied> {
  requireLearner(context.viewer)
  const keyProblem = keyRefusal(input.idempotencyKey)
  if (keyProblem) return refused(keyProblem)
  try {
    return await inTransaction(context.em, (tx) => apply(context, tx, input))
  } catch (error) {
    if (!isDuplicateOf(error, 'credit_use_once')) throw error
    return refused(used(input.creditRecordIds))
  }
}

function used(creditRecordIds: string[]): Refusal {
  const message = 'This credit is used by another application already.'
  return refusal('CreditAlreadyUsed', message, ['input', 'creditRecordIds'], { creditRecordIds })
}

type Tx = Parameters<Parameters<typeof inTransaction>[1]>[0]

async function apply(context: Context, tx: Tx, input: ApplyRequest): Promise<Applied> {
  const now = context.now()
  const { idempotencyKey: key, ...request } = input
  const { key: caller, learner } = context.viewer
  const taken = await takeKey(tx, { caller, operation: 'applyForTransfer', key, request, now })
  if (taken.kind === 'conflict') return refused(taken.refusal)
  if (taken.kind === 'repeat') return { applicationId: taken.result.applicationId!, refusals: [] }
  // Locked in one order, so that two applications for the same records wait for each other and never deadlock.
  const uuids = input.creditRecordIds.map((id) => uuidOf('CreditRecord', id)).filter((id) => id !== null)
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE as const, orderBy: { id: 'asc' as const } }
  await tx.find(CreditRecord, { id: { $in: uuids }, learnerId: learner!.id }, lock)
  const inUse = await tx.find(CreditUse, { creditRecordId: { $in: uuids }, status: { $ne: null } })
  if (inUse.length) {
    const taken = new Set(inUse.map(({ creditRecordId }) => creditRecordId))
    return refused(used(input.creditRecordIds.filter((id) => taken.has(uuidOf('CreditRecord', id) as string))))
  }
  const asked = await answerTo(context, input)
  if ('no' in asked) return refused(asked.no)
  const { answer } = asked
  const placed = answer.claims.filter((claim) => claim.placedAtLevel !== null)
  if (placed.length === 0) {
    const message = 'Nothing of this credit would count towards the qualification; the answer says why.'
    const eligibility = { ...answer, __typename: 'TransferEligibility' }
    return refused(refusal('NotEligible', message, ['input', 'creditRecordIds'], { eligibility }))
  }
  const id = newId()
  const frozen: Frozen = { ...answer, statement: await signStatement(context, answer) }
  const application = tx.create(TransferApplication, {
    ...{ id, learnerId: learner!.id, qualificationId: answer.qualificationRow.id, status: 'SUBMITTED' },
    ...{ frozen: JSON.parse(JSON.stringify(frozen)), submittedAt: now, decidedAt: null, agreedCredit: null },
    ...{ reasons: [], updatedAt: now },
  } as TransferApplication)
  beginHistory(tx, 'TransferApplication', application, { cause: 'APPLIED', actor: caller, at: now })
  await tx.flush()
  for (const { ref } of placed) {
    const creditRecordId = uuidOf('CreditRecord', ref) as string
    tx.create(CreditUse, { id: newId(), applicationId: id, creditRecordId, status: 'RESERVED' })
  }
  taken.keep({ applicationId: id })
  await tx.flush()
  await announce(tx, 'transfer-application', id)
  return { applicationId: id, refusals: [] }
}

async function answerTo(context: Context, input: ApplyRequest): Promise<{ answer: Assessed } | { no: Refusal }> {
  try {
    const { qualificationId, creditRecordIds } = input
    return { answer: await assess(context, { qualificationId, creditRecordIds, courseIds: [], externalCredits: [] }) }
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    const type = { NOT_FOUND: 'NotFound', TOO_COMPLEX: 'TooComplex' }[error.code as string] ?? 'InvalidInput'
    return { no: refusal(type, error.message, (error.extensions.field as string[]) ?? []) }
  }
}
