/** Pays back a case's money, or a part of it, by its provider. */
import { sendBack } from '../enrolments/compensate.ts'
import { RefundAmountExceeded } from '../enrolments/enrolment-errors.ts'
import { operatorsRefundRefusal } from '../enrolments/refund-request.rules.ts'
import { addAsked, gatherRefund } from '../enrolments/request-refund.ts'
import { openStuckCase } from '../enrolments/stuck-case.ts'
import { refusal } from '../graph/contract/user-error.ts'
import { balanceOf } from '../payments/balance.ts'
import { Refund } from '../payments/refund.ts'
import type { Deed, Doing } from './deed.ts'

const RETRIED = 'OPERATOR_RETRY_REFUND'

export const refundDeed: Pick<Deed, 'refusal' | 'perform'> = {
  async refusal(doing) {
    const { case: about, order } = doing
    const { amountMinor, currency } = about
    if (amountMinor !== null && currency !== null && (order.amountMinor ?? 0) > amountMinor) {
      const message = `The amountMinor must be at most ${amountMinor}: the case is about no more.`
      return refusal(RefundAmountExceeded, { maximum: { amountMinor, currency } }, message, ['input', 'amountMinor'])
    }
    return isWhole(doing) ? null : operatorsRefundRefusal(await asked(doing))
  },
  async perform(doing) {
    const { tx, ground, order, context, actor, at } = doing
    const { enrolment, payment, payments } = ground
    if (enrolment === null || payment === null) throw new Error('the case is about no payment')
    if (isWhole(doing)) {
      const why = { cause: RETRIED, actor, at } as const
      const [refund = null] = await sendBack(tx, enrolment, payments, { reason: order.reason, why })
      return refund
    }
    const { refundId } = await addAsked(context, tx, { enrolment, payment, request: await asked(doing), now: at })
    // A part of it: the rest waits.
    if (enrolment.status === 'STUCK' && enrolment.stuckReason)
      await openStuckCase(tx, enrolment, enrolment.stuckReason, at)
    return tx.findOneOrFail(Refund, refundId)
  },
}

/** All the money of an enrolment without a place, of however many payments. */
function isWhole({ case: { kind, amountMinor }, order }: Doing): boolean {
  return kind === 'ENROLMENT_STUCK' && (order.amountMinor === null || order.amountMinor === amountMinor)
}

/** The whole of what is left, or a part: what the operator says, else what the case is about. */
async function asked({ context, tx, case: about, ground: { enrolment, payment }, order, at }: Doing) {
  if (enrolment === null || payment === null) throw new Error('the case is about no payment')
  const { leftMinor } = await balanceOf(tx, payment)
  const amountMinor = order.amountMinor ?? about.amountMinor ?? leftMinor
  const isAll = order.amountMinor === null ? amountMinor >= leftMinor : amountMinor === leftMinor
  const { reason, keepRegistration } = order
  const input = { amountMinor: isAll ? null : amountMinor, reason, keepRegistration }
  return gatherRefund(context, tx, { enrolment, payment, input, now: at })
}
