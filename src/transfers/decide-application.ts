/** The institution's answer to an application, and the learner's withdrawal: records are counted or set free. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { isMember, requireAnyMember, requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/node.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'
import { Qualification } from '../institutions/qualification.ts'
import { move } from '../store/history.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { announce, inTransaction } from '../store/transaction.ts'
import { compareDecimals } from '../values/decimal.ts'
import { applicationStates } from './application.states.ts'
import { CreditUse, TransferApplication, type TransferApplicationStatus } from './transfer-application.ts'

export interface DecideRequest {
  applicationId: string
  decision: 'AGREE' | 'AGREE_IN_PART' | 'DECLINE'
  agreedCredit?: string | null
  reasons: string[]
  idempotencyKey?: string | null
}

export interface Decided {
  applicationId: string | null
  refusals: Refusal[]
}

const refused = (...refusals: Refusal[]): Decided => ({ applicationId: null, refusals })
const unknown = () => refusal('NotFound', 'There is no such application.', ['input', 'applicationId'])
const statusOf = { AGREE: 'AGREED', AGREE_IN_PART: 'PARTLY_AGREED', DECLINE: 'DECLINED' } as const

async function lock(tx: EntityManager, globalApplicationId: string): Promise<TransferApplication | null> {
  const id = uuidOf('TransferApplication', globalApplicationId)
  return id ? tx.findOne(TransferApplication, id, { lockMode: LockMode.PESSIMISTIC_WRITE }) : null
}

async function settleUses(tx: EntityManager, applicationId: string, status: 'COUNTED' | null): Promise<void> {
  for (const use of await tx.find(CreditUse, { applicationId })) use.status = status
}

function closed(from: TransferApplicationStatus, to: TransferApplicationStatus): Refusal {
  const message = 'This application was answered or withdrawn already.'
  return refusal('IllegalTransition', message, ['input', 'applicationId'], { from, to })
}

/** How much is agreed, or why the request does not fit. CATS points. */
function agreedOf(input: DecideRequest, transferable: string): string | null | Refusal {
  const field = ['input', 'agreedCredit']
  if (input.decision === 'DECLINE') {
    if (!input.reasons.some((reason) => reason.trim())) {
      return refusal('InvalidInput', 'Declining needs at least one reason for the learner.', ['input', 'reasons'])
    }
    return null
  }
  if (input.decision === 'AGREE') return transferable
  const agreed = input.agreedCredit
  const fits = agreed != null && compareDecimals(agreed, '0') > 0 && compareDecimals(agreed, transferable) < 0
  if (fits) return agreed
  return refusal('InvalidInput', `Agreeing in part needs agreedCredit between 0 and ${transferable}.`, field)
}

/** The answer of the qualification's own institution. Any other institution finds no such application. */
export async function decideApplication(context: Context, input: DecideRequest): Promise<Decided> {
  requireAnyMember(context.viewer)
  const { idempotencyKey, ...request } = input
  const keyProblem = idempotencyKey == null ? null : keyRefusal(idempotencyKey)
  if (keyProblem) return refused(keyProblem)
  return inTransaction(context.em, async (tx) => {
    const now = context.now()
    const { key: caller } = context.viewer
    const keyed = { caller, operation: 'decideTransferApplication', key: idempotencyKey ?? '', request, now }
    const taken = idempotencyKey == null ? null : await takeKey(tx, keyed)
    if (taken?.kind === 'conflict') return refused(taken.refusal)
    if (taken?.kind === 'repeat') return { applicationId: taken.result.applicationId!, refusals: [] }
    const application = await lock(tx, input.applicationId)
    const qualification = application && (await tx.findOneOrFail(Qualification, application.qualificationId))
    if (!application || !qualification || !isMember(context.viewer, qualification.institutionId))
      return refused(unknown())
    const to = statusOf[input.decision]
    if (application.status !== 'SUBMITTED') return refused(closed(application.status, to))
    const agreed = agreedOf(input, application.frozen.transferable as string)
    if (agreed !== null && typeof agreed !== 'string') return refused(agreed)
    application.agreedCredit = agreed
    application.reasons = input.reasons
    application.decidedAt = now
    move(tx, applicationStates, application, to, { cause: `INSTITUTION_${input.decision}`, actor: caller, at: now })
    await settleUses(tx, application.id, input.decision === 'DECLINE' ? null : 'COUNTED')
    if (taken?.kind === 'new') taken.keep({ applicationId: application.id })
    await announce(tx, 'transfer-application', application.id)
    return { applicationId: application.id, refusals: [] }
  })
}

/** The learner takes an open application back, and its records are free again. */
export async function withdrawApplication(context: Context, globalApplicationId: string): Promise<Decided> {
  const learner = requireLearner(context.viewer)
  return inTransaction(context.em, async (tx) => {
    const application = await lock(tx, globalApplicationId)
    if (!application || application.learnerId !== learner.id) return refused(unknown())
    if (application.status === 'WITHDRAWN') return { applicationId: application.id, refusals: [] }
    if (application.status !== 'SUBMITTED') return refused(closed(application.status, 'WITHDRAWN'))
    const why = { cause: 'LEARNER_WITHDREW', actor: context.viewer.key, at: context.now() }
    move(tx, applicationStates, application, 'WITHDRAWN', why)
    await settleUses(tx, application.id, null)
    await announce(tx, 'transfer-application', application.id)
    return { applicationId: application.id, refusals: [] }
  })
}
