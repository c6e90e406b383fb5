/** Records about a case that money was paid back some other way. */
import { RefundAmountExceeded } from '../enrolments/enrolment-errors.ts'
import { openStuckCase } from '../enrolments/stuck-case.ts'
import { refusal } from '../graph/contract/user-error.ts'
import { balanceOf } from '../payments/balance.ts'
import { type OutsideInput, outsideRefusal } from '../payments/outside-refusal.rules.ts'
import type { Payment } from '../payments/payment.ts'
import type { Refund } from '../payments/refund.ts'
import { settleOutside } from '../payments/settle-outside.ts'
import { dateIn } from '../values/dates.ts'
import type { Deed, Doing } from './deed.ts'

interface Part {
  payment: Payment
  mostMinor: number
}

export const settleOutsideDeed: Pick<Deed, 'refusal' | 'perform'> = {
  async refusal(doing) {
    const { context, order, ground, at } = doing
    const zone = context.settings.seller?.timeZone ?? 'UTC'
    const capturedAt = ground.payment?.capturedAt ?? at
    const days = { capturedOn: dateIn(capturedAt, zone), today: dateIn(at, zone) }
    const wrong = outsideRefusal(order, days)
    if (wrong) return wrong
    const mostMinor = (await settleable(doing)).reduce((sum, part) => sum + part.mostMinor, 0)
    if (order.amountMinor === null || (order.amountMinor >= 1 && order.amountMinor <= mostMinor)) return null
    const currency = ground.payment?.capturedCurrency ?? ground.payment?.currency ?? ''
    const message = `The amountMinor must be from 1 to ${mostMinor}: no more is here.`
    return refusal(RefundAmountExceeded, { maximum: { amountMinor: mostMinor, currency } }, message, [
      'input',
      'amountMinor',
    ])
  },
  async perform(doing) {
    const { context, tx, ground, order, actor, at } = doing
    const { method, reference, settledOn } = order as OutsideInput & { [Name in keyof OutsideInput]: string }
    const said = { keepRegistration: order.keepRegistration, method, reference, settledOn, reason: order.reason }
    let leftMinor = order.amountMinor ?? Number.POSITIVE_INFINITY
    let first: Refund | null = null
    for (const { payment, mostMinor } of await settleable(doing)) {
      const amountMinor = Math.min(leftMinor, mostMinor)
      if (amountMinor < 1) continue
      const settlement = { ...said, amountMinor, wish: ground.refund, actor, now: at }
      const refund = await settleOutside(tx, context, payment, settlement)
      first ??= refund
      leftMinor -= amountMinor
    }
    const { enrolment } = ground
    // A part of it: the rest waits.
    if (enrolment?.status === 'STUCK' && enrolment.stuckReason)
      await openStuckCase(tx, enrolment, enrolment.stuckReason, at)
    return first
  },
}

/** What is here of each payment that the case is about, and what of it waits for its turn. */
async function settleable({ tx, case: about, ground }: Doing): Promise<Part[]> {
  const concerned = about.subjectType === 'Enrolment' ? ground.payments : ground.payment ? [ground.payment] : []
  const parts: Part[] = []
  for (const payment of concerned) {
    // What is on its way waits for its turn, for with the provider there is nothing.
    const { leftMinor, onItsWayMinor } = await balanceOf(tx, payment)
    const hereMinor = leftMinor + onItsWayMinor
    // Of a wish no more than it, where the case is about one.
    const wishMinor = about.subjectType === 'Refund' ? (about.amountMinor ?? hereMinor) : hereMinor
    parts.push({ payment, mostMinor: Math.min(hereMinor, wishMinor) })
  }
  return parts
}
