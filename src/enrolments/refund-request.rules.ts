/** May this refund be asked for now: a learner's is whole and inside the window, an operator's needs a reason. */
import {
  Forbidden,
  IllegalTransition,
  InvalidInput,
  type Refusal,
  refusal,
  type UserError,
} from '../graph/contract/user-error.ts'
import { type RefundFacts, refundability } from '../payments/refund-window.rules.ts'
import type { EnrolmentStatus } from './enrolment.ts'
import { RefundAmountExceeded, RefundWindowClosed } from './enrolment-errors.ts'

export interface RefundWish extends RefundFacts {
  byOperator: boolean
  reason: string | null
  /** Part of the amount, in minor units; null for all that is left. */
  amountMinor: number | null
  keepRegistration: boolean
  enrolmentStatus: EnrolmentStatus
  currency: string
}

const LONGEST_REASON = 500

/** Why not; null when the refund may be made. */
export function refundRefusal(wish: RefundWish): Refusal | null {
  return (wish.byOperator ? operatorsRefusal(wish) : learnersRefusal(wish)) ?? moneyRefusal(wish)
}

function wrong(name: string, message: string, type: new () => UserError = InvalidInput): Refusal {
  return refusal(type, {}, message, ['input', name])
}

function operatorsRefusal({ reason, amountMinor }: RefundWish): Refusal | null {
  const said = reason?.trim() ?? ''
  if (said === '') return wrong('reason', 'Give the reason for the refund; operators have to.')
  if (said.length > LONGEST_REASON)
    return wrong('reason', `The reason must be at most ${LONGEST_REASON} characters long.`)
  if (amountMinor !== null && amountMinor < 1) return wrong('amountMinor', 'The amountMinor must be 1 or more.')
  return null
}

function learnersRefusal(wish: RefundWish): Refusal | null {
  if ((wish.reason?.length ?? 0) > LONGEST_REASON) {
    return wrong('reason', `The reason must be at most ${LONGEST_REASON} characters long.`)
  }
  if (wish.amountMinor !== null) {
    return wrong('amountMinor', "Only operators may refund a part: a learner's refund is always whole.", Forbidden)
  }
  if (wish.keepRegistration) {
    const message = "Only operators may keep the registration: a learner's refund always ends it."
    return wrong('keepRegistration', message, Forbidden)
  }
  const answer = refundability(wish)
  if (answer.reasonCode !== 'WINDOW_CLOSED') return null
  const message = answer.reason as string
  return refusal(RefundWindowClosed, { closedAt: answer.deadline }, message, ['input', 'enrolmentId'])
}

/** What of the money can go back, whoever asks. */
function moneyRefusal(wish: RefundWish): Refusal | null {
  const { balance, amountMinor, currency, enrolmentStatus: from } = wish
  const maximum = { amountMinor: balance?.leftMinor ?? 0, currency }
  if (balance === null || balance.capturedMinor === 0) {
    const message = 'Nothing was paid for this enrolment here, so nothing can go back.'
    return refusal(IllegalTransition, { from, to: 'REVOKING' }, message, ['input', 'enrolmentId'])
  }
  if (maximum.amountMinor === 0) {
    const message = 'Everything that was paid is back already, or on its way back.'
    return refusal(RefundAmountExceeded, { maximum }, message, ['input', 'enrolmentId'])
  }
  if (balance.contested) {
    const message = 'The payment is disputed at the bank or PayPal, who decide about the money.'
    return refusal(IllegalTransition, { from, to: 'REVOKING' }, message, ['input', 'enrolmentId'])
  }
  if ((amountMinor ?? 0) <= maximum.amountMinor) return null
  const message = `The amountMinor must be at most ${maximum.amountMinor}: more cannot go back.`
  return refusal(RefundAmountExceeded, { maximum }, message, ['input', 'amountMinor'])
}
