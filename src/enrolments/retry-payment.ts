/** Opens another payment for an enrolment that still waits for one, by the same or the other method. */
import { LockMode } from '@mikro-orm/postgresql'
import { requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/node.ts'
import { refusal } from '../graph/user-error.ts'
import { addPayment } from '../payments/add-payment.ts'
import { Payment, type PaymentMethod } from '../payments/payment.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { type EnrolResult, pay } from './enrol.ts'
import { Enrolment } from './enrolment.ts'
import { returnUrlProblem } from './return-url.rules.ts'

export interface RetryRequest {
  enrolmentId: string
  paymentMethod: PaymentMethod
  returnUrl: string
  idempotencyKey: string
}

const refused = (...refusals: EnrolResult['refusals']): EnrolResult => ({
  enrolmentId: null,
  paymentId: null,
  refusals,
})

/** A new payment and its page. */
export async function retryPayment(context: Context, input: RetryRequest): Promise<EnrolResult> {
  const learner = requireLearner(context.viewer)
  const keyProblem = keyRefusal(input.idempotencyKey)
  if (keyProblem) return refused(keyProblem)
  const urlProblem = returnUrlProblem(input.returnUrl, context.settings.returnUrlOrigins)
  if (urlProblem) return refused(refusal('InvalidInput', urlProblem, ['input', 'returnUrl']))
  const enrolmentId = uuidOf('Enrolment', input.enrolmentId)
  const made = await inTransaction(context.em, async (tx): Promise<EnrolResult> => {
    const now = context.now()
    const { idempotencyKey: key, ...request } = input
    const taken = await takeKey(tx, { caller: context.viewer.key, operation: 'retryPayment', key, request, now })
    if (taken.kind === 'conflict') return refused(taken.refusal)
    if (taken.kind === 'repeat') {
      return { enrolmentId: taken.result.enrolmentId!, paymentId: taken.result.paymentId!, refusals: [] }
    }
    const payments = enrolmentId
      ? await tx.find(Payment, { enrolmentId }, { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } })
      : []
    const last = payments.at(-1)
    const enrolment =
      enrolmentId && (await tx.findOne(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE }))
    if (!enrolment || enrolment.learnerId !== learner.id) {
      return refused(refusal('NotFound', 'There is no such enrolment of yours.', ['input', 'enrolmentId']))
    }
    if (enrolment.status !== 'PENDING_PAYMENT' || !last) {
      const message = 'This enrolment does not wait for a payment.'
      const states = { from: enrolment.status, to: 'PENDING_PAYMENT' }
      return refused(refusal('IllegalTransition', message, ['input', 'enrolmentId'], states))
    }
    if (!['FAILED', 'EXPIRED', 'CANCELLED'].includes(last.status)) {
      const message = 'The last payment is still open: pay there, or cancel it on its page first.'
      return refused(
        refusal('IllegalTransition', message, ['input', 'enrolmentId'], { from: last.status, to: 'CREATED' }),
      )
    }
    enrolment.holdExpiresAt = new Date(now.getTime() + context.settings.holdMinutes * 60_000)
    enrolment.updatedAt = now
    const payment = await addPayment(tx, {
      ...{ enrolmentId: enrolment.id, method: input.paymentMethod, amountMinor: last.amountMinor },
      ...{ currency: last.currency, returnUrl: input.returnUrl, actor: context.viewer.key, now },
    })
    taken.keep({ enrolmentId: enrolment.id, paymentId: payment.id })
    return { enrolmentId: enrolment.id, paymentId: payment.id, refusals: [] }
  })
  return made.refusals.length ? made : pay(context, made)
}
