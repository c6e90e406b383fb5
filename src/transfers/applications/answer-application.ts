/** Ends an application by withdrawal or the institution's answer, releasing or counting its credit. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { isMemberOf, isOwner, requireAnyMember, requireLearner } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { uuidOf } from '../../graph/contract/global-id.ts'
import { noSuch } from '../../graph/contract/no-such.ts'
import { IllegalTransition, InvalidInput, NotFound, refusal } from '../../graph/contract/user-error.ts'
import { Qualification } from '../../institutions/qualification.ts'
import { move } from '../../store/history.ts'
import { keyRefusal, takeKey } from '../../store/idempotent.ts'
import { canMove } from '../../store/states.ts'
import { announce, inTransaction } from '../../store/transaction.ts'
import { canonicalDecimal } from '../../values/decimal.ts'
import { agreedCreditOf, causeOfAnswer, statusOfAnswer, type TransferDecision } from './answer.rules.ts'
import { refused } from './apply-for-transfer.ts'
import { thaw } from './freeze.ts'
import { type ApplicationCause, transferApplicationStates } from './transfer-application.states.ts'
import { CreditUse, TransferApplication, type TransferApplicationStatus } from './transfer-application.ts'

const field = ['input', 'applicationId']

function unknown(id: string) {
  const message = noSuch('TransferApplication', id, 'There is no such application that you may answer.')
  return refused(refusal(NotFound, {}, message, field))
}

function lockApplication(tx: EntityManager, id: string | null): Promise<TransferApplication | null> {
  return id === null
    ? Promise.resolve(null)
    : tx.findOne(TransferApplication, id, { lockMode: LockMode.PESSIMISTIC_WRITE })
}

/** The learner's own, WITHDRAWN; withdrawing a withdrawn one is no error. Throws for those who are no learners. */
export async function withdrawApplication(context: Context, globalApplicationId: string) {
  requireLearner(context.viewer)
  const id = uuidOf('TransferApplication', globalApplicationId)
  const result = await inTransaction(context.em, async (tx) => {
    const application = await lockApplication(tx, id)
    if (application === null || !isOwner(context.viewer, application.learnerId)) return unknown(globalApplicationId)
    if (application.status === 'WITHDRAWN') return { applicationId: application.id, refusals: [] }
    const illegalMove = moveRefusal(application, 'WITHDRAWN')
    if (illegalMove) return { applicationId: application.id, refusals: [illegalMove] }
    await end(context, tx, application, 'WITHDRAWN', 'WITHDRAWN_BY_LEARNER')
    return { applicationId: application.id, refusals: [] }
  })
  context.loads.clear()
  return result
}

function moveRefusal({ status }: TransferApplication, to: TransferApplicationStatus) {
  if (canMove(transferApplicationStates, status, to)) return null
  const message = 'This application was answered or withdrawn already; nothing about it can change any more.'
  return refusal(IllegalTransition, { from: status, to }, message, field)
}

export interface DecisionRequest {
  applicationId: string
  decision: TransferDecision
  agreedCredit?: string | null
  reasons: string[]
  idempotencyKey?: string | null
}

/** Throws UNAUTHENTICATED or FORBIDDEN for those who act for no institution. */
export async function decideApplication(context: Context, input: DecisionRequest) {
  requireAnyMember(context.viewer)
  const wrong = input.idempotencyKey == null ? null : keyRefusal(input.idempotencyKey)
  if (wrong) return refused(wrong)
  const result = await inTransaction(context.em, (tx) => decide(context, tx, input))
  context.loads.clear()
  return result
}

async function decide(context: Context, tx: EntityManager, input: DecisionRequest) {
  const { idempotencyKey, ...request } = input
  const caller = { caller: context.viewer.key, operation: 'decideTransferApplication', now: context.now() }
  const keyed = idempotencyKey == null ? null : await takeKey(tx, { ...caller, key: idempotencyKey, request })
  if (keyed?.kind === 'conflict') return refused(keyed.refusal)
  if (keyed?.kind === 'repeat') return { applicationId: keyed.result.applicationId as string, refusals: [] }
  const application = await lockApplication(tx, uuidOf('TransferApplication', input.applicationId))
  const qualification = application && (await tx.findOneOrFail(Qualification, application.qualificationId))
  if (!application || !isMemberOf(context.viewer, qualification!.institutionId)) return unknown(input.applicationId)
  const status = statusOfAnswer[input.decision]
  const illegalMove = moveRefusal(application, status)
  if (illegalMove) return { applicationId: application.id, refusals: [illegalMove] }
  const agreed = agreedCreditOf(input.decision, input.agreedCredit ?? null, thaw(application.frozen).transferable)
  if ('problem' in agreed) {
    return refused(refusal(InvalidInput, {}, agreed.problem, ['input', 'agreedCredit']))
  }
  application.agreedCredit = agreed.credit === null ? null : canonicalDecimal(agreed.credit)
  application.reasons = input.reasons
  application.decidedAt = context.now()
  await end(context, tx, application, status, causeOfAnswer[input.decision])
  keyed?.keep({ applicationId: application.id })
  return { applicationId: application.id, refusals: [] }
}

/** Moves it, and its reserved credit with it: agreed credit counts, all other is free again. */
async function end(
  context: Context,
  tx: EntityManager,
  application: TransferApplication,
  to: TransferApplicationStatus,
  cause: ApplicationCause,
): Promise<void> {
  move(tx, transferApplicationStates, application, to, { cause, actor: context.viewer.key, at: context.now() })
  const counts = to === 'AGREED' || to === 'PARTLY_AGREED'
  const reserved = await tx.find(CreditUse, { applicationId: application.id, status: 'RESERVED' })
  for (const use of reserved) use.status = counts ? 'COUNTED' : null
  await announce(tx, 'application', application.id)
}
