/** Gives up a place without money back, for its learner or an operator. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { isOperator, isOwnerOrOperator, requireLearnerOrOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import type { CompleteRun } from '../courses/loaders.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import type { Money } from '../graph/contract/money.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { IllegalTransition, InvalidInput, NotFound, type Refusal, refusal } from '../graph/contract/user-error.ts'
import { balanceOf, refundsOf } from '../payments/balance.ts'
import type { Payment } from '../payments/payment.ts'
import { refundability } from '../payments/refund-window.rules.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { charactersOf, LONGEST_REASON_CHARACTERS } from '../values/lengths.ts'
import { findEnrolment, lockEnrolment } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import type { Enrolment } from './enrolment.ts'
import { MoneyForgone } from './enrolment-errors.ts'
import { enrolmentWindow } from './enrolment-window.rules.ts'
import { giveUpPlace } from './give-up-place.ts'
import { withdrawalOffer } from './withdrawal-offer.rules.ts'

export interface WithdrawRequest {
  enrolmentId: string
  forgoMoney: boolean
  reason?: string | null
  idempotencyKey: string
}

const refused = <Name extends string>(refusal: Refusal<Name>) => ({ enrolmentId: null, refusals: [refusal] })
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
  if (taken.kind === 'repeat') return { enrolmentId, refusals: [] }
  const payments = await lockPayments(tx, enrolmentId)
  const enrolment = await lockEnrolment(tx, enrolmentId)
  const firstRefusal = await refusalOf(tx, enrolment, payments, { request, at })
  if (firstRefusal) return { enrolmentId, refusals: [firstRefusal] }
  taken.keep({ enrolmentId })
  log.info({ enrolmentId, reason: request.reason ?? null }, 'a place is given up without money back')
  const cause = isOperator(viewer) ? ('WITHDRAWN_BY_OPERATOR' as const) : ('WITHDRAWN_BY_LEARNER' as const)
  await giveUpPlace(tx, enrolment, { cause, actor: viewer.key, at })
  return { enrolmentId, refusals: [] }
}

async function refusalOf(
  tx: EntityManager,
  enrolment: Enrolment,
  payments: readonly Payment[],
  { request, at }: { request: Pick<WithdrawRequest, 'forgoMoney'>; at: Date },
) {
  const run = (await tx.findOneOrFail(CourseRun, enrolment.runId)) as CompleteRun
  const payment = payments.find(({ id }) => id === enrolment.paymentId) ?? null
  const { refundable, maximumMinor } = refundability({
    paymentStatus: payment?.status ?? null,
    balance: payment && (await balanceOf(tx, payment)),
    window: enrolmentWindow(enrolment, run, at, await refundsOf(tx, payment)),
    bounced: enrolment.stuckReason === 'REFUND_BOUNCED',
    timeZone: run.timeZone,
    now: at,
  })
  const { status: from, stuckReason } = enrolment
  const { possible, forgoneMinor, message } = withdrawalOffer({ status: from, stuckReason, refundable, maximumMinor })
  if (!possible) return refusal(IllegalTransition, { from, to: 'WITHDRAWN' }, message, field)
  if (forgoneMinor === 0 || request.forgoMoney) return null
  const amount = { amountMinor: forgoneMinor, currency: payment?.capturedCurrency ?? run.currency } as Money
  const said = 'The money can still be asked back: use requestRefund, or say forgoMoney if it is not wanted.'
  return refusal(MoneyForgone, { amount }, said, ['input', 'forgoMoney'])
}
