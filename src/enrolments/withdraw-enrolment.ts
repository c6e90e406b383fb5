/** Gives up a place without money back, for its learner or an operator. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { isOperator, isOwnerOrOperator, requireLearnerOrOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import type { Money } from '../graph/contract/money.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { IllegalTransition, InvalidInput, NotFound, type Refusal, refusal } from '../graph/contract/user-error.ts'
import type { Payment } from '../payments/payment.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { charactersOf, LONGEST_REASON_CHARACTERS } from '../values/lengths.ts'
import { acknowledge } from './acknowledge.ts'
import { findEnrolment, lockEnrolment } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import { isMoving } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { MoneyForgone } from './enrolment-errors.ts'
import { giveUpPlace } from './give-up-place.ts'
import { refundabilityOfLocked } from './refundability-of-locked.ts'
import { withdrawalOffer } from './withdrawal-offer.rules.ts'

export interface WithdrawRequest {
  enrolmentId: string
  forgoMoney: boolean
  reason?: string | null
  idempotencyKey: string
}

const refused = <Name extends string>(refusal: Refusal<Name>) => ({
  enrolmentId: null,
  acknowledgementId: null,
  refusals: [refusal],
})
const field = ['input', 'enrolmentId']

/**
 * WITHDRAWN at once; the job ends the registration. Somebody else's enrolment reads like one that does not exist. Throws
 * UNAUTHENTICATED or FORBIDDEN for those who are neither learner nor operator.
 */
export async function withdrawEnrolment(context: Context, input: WithdrawRequest) {
  const { viewer } = context
  requireLearnerOrOperator(viewer)
  const badKey = keyRefusal(input.idempotencyKey)
  if (badKey) return refused(badKey)
  const reason = input.reason?.trim() ?? ''
  const needed = isOperator(viewer) && reason === ''
  if (needed || charactersOf(reason) > LONGEST_REASON_CHARACTERS) {
    const message = `Give the reason in 1 to ${LONGEST_REASON_CHARACTERS} characters; operators have to.`
    return refused(refusal(InvalidInput, {}, message, ['input', 'reason']))
  }
  const id = uuidOf('Enrolment', input.enrolmentId)
  const known = id === null ? null : await findEnrolment(context.em, id)
  if (known === null || !isOwnerOrOperator(viewer, known.learnerId)) {
    const message = noSuch('Enrolment', input.enrolmentId, 'There is no such enrolment of yours.')
    return refused(refusal(NotFound, {}, message, field))
  }
  return inTransaction(context.em, (tx) => withdraw(context, tx, known.id, input))
}

async function withdraw(
  { viewer, now, log }: Context,
  tx: EntityManager,
  enrolmentId: string,
  { idempotencyKey: key, ...request }: WithdrawRequest,
) {
  const at = now()
  const taken = await takeKey(tx, { caller: viewer.key, operation: 'withdrawEnrolment', key, request, now: at })
  if (taken.kind === 'conflict') return refused(taken.refusal)
  if (taken.kind === 'repeat') {
    return { enrolmentId, acknowledgementId: taken.result.acknowledgementId ?? null, refusals: [] }
  }
  const payments = await lockPayments(tx, enrolmentId)
  const enrolment = await lockEnrolment(tx, enrolmentId)
  const firstRefusal = await refusalOf(tx, enrolment, payments, { request, at })
  if (firstRefusal) return { enrolmentId, acknowledgementId: null, refusals: [firstRefusal] }
  log.info({ enrolmentId, reason: request.reason ?? null }, 'a place is given up without money back')
  const cause = isOperator(viewer) ? ('WITHDRAWN_BY_OPERATOR' as const) : ('WITHDRAWN_BY_LEARNER' as const)
  await giveUpPlace(tx, enrolment, { cause, actor: viewer.key, at })
  const payment = payments.find(({ id }) => id === enrolment.paymentId) ?? null
  const declared = { kind: 'WITHDRAWAL_WITHOUT_REFUND', payment, backMinor: 0, at } as const
  // An operator declares nothing.
  const acknowledgementId = isOperator(viewer) ? null : await acknowledge(tx, enrolment, declared)
  taken.keep(acknowledgementId === null ? { enrolmentId } : { enrolmentId, acknowledgementId })
  return { enrolmentId, acknowledgementId, refusals: [] }
}

async function refusalOf(
  tx: EntityManager,
  enrolment: Enrolment,
  payments: readonly Payment[],
  { request, at }: { request: Pick<WithdrawRequest, 'forgoMoney'>; at: Date },
) {
  const { refundable, maximumMinor, currency } = await refundabilityOfLocked(tx, { enrolment, payments }, at)
  const { status: from, stuckReason } = enrolment
  const moving = isMoving(enrolment)
  const facts = { status: from, stuckReason, moving, refundable, maximumMinor }
  const { possible, forgoneMinor, message } = withdrawalOffer(facts)
  if (!possible) return refusal(IllegalTransition, { from, to: 'WITHDRAWN' }, message, field)
  if (forgoneMinor === 0 || request.forgoMoney) return null
  const amount = { amountMinor: forgoneMinor, currency } as Money
  const said = 'The money can still be asked back: use requestRefund, or say forgoMoney if it is not wanted.'
  return refusal(MoneyForgone, { amount }, said, ['input', 'forgoMoney'])
}
