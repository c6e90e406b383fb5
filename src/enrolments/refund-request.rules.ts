/** Decides whether a learner or operator may ask for this refund now. */
import { Forbidden, IllegalTransition, InvalidInput, refusal } from '../graph/contract/user-error.ts'
import { type RefundFacts, refundability } from '../payments/refund-window.rules.ts'
import { charactersOf, LONGEST_REASON_CHARACTERS } from '../values/lengths.ts'
import { BEING_MOVED } from './deferral-refusal.rules.ts'
import type { EnrolmentStatus } from './enrolment.ts'
import { RefundAmountExceeded, RefundWindowClosed } from './enrolment-errors.ts'

export interface RefundRequest extends RefundFacts {
  byOperator: boolean
  reason: string | null
  /** Part of the amount, in minor units; null for all that is left. */
  amountMinor: number | null
  /** Whether the provider's unit of the currency can say that part; true for all that is left. */
  expressible: boolean
  keepRegistration: boolean
  enrolmentStatus: EnrolmentStatus
  currency: string
}

/** Why not; null when the refund may be made. */
export function refundRefusal(request: RefundRequest) {
  if (request.byOperator) return operatorsRefundRefusal(request)
  return learnersRefusal(request) ?? movedRefusal(request) ?? moneyRefusal(request)
}

/** The same of what an operator does about a case. */
export const operatorsRefundRefusal = (request: RefundRequest) =>
  operatorsRefusal(request) ?? movedRefusal(request) ?? moneyRefusal(request)

const wrong = (name: string, message: string) => refusal(InvalidInput, {}, message, ['input', name])
const operatorsOnly = (name: string, message: string) => refusal(Forbidden, {}, message, ['input', name])

function operatorsRefusal({ reason, amountMinor, expressible }: RefundRequest) {
  const said = reason?.trim() ?? ''
  if (said === '') return wrong('reason', 'Give the reason for the refund; operators have to.')
  if (charactersOf(said) > LONGEST_REASON_CHARACTERS)
    return wrong('reason', `The reason must be at most ${LONGEST_REASON_CHARACTERS} characters long.`)
  if (amountMinor !== null && amountMinor < 1) return wrong('amountMinor', 'The amountMinor must be 1 or more.')
  if (expressible) return null
  return wrong('amountMinor', 'The amountMinor is a fraction of what the provider counts in; give a round amount.')
}

function learnersRefusal(request: RefundRequest) {
  if (charactersOf(request.reason ?? '') > LONGEST_REASON_CHARACTERS) {
    return wrong('reason', `The reason must be at most ${LONGEST_REASON_CHARACTERS} characters long.`)
  }
  if (request.amountMinor !== null) {
    return operatorsOnly('amountMinor', "Only operators may refund a part: a learner's refund is always whole.")
  }
  if (request.keepRegistration) {
    const message = "Only operators may keep the registration: a learner's refund always ends it."
    return operatorsOnly('keepRegistration', message)
  }
  const answer = refundability(request)
  const field = ['input', 'enrolmentId']
  if (request.bounced && answer.reasonCode === 'REFUND_IN_PROGRESS') {
    return refusal(IllegalTransition, { from: request.enrolmentStatus, to: 'COMPENSATING' }, answer.reason ?? '', field)
  }
  if (answer.reasonCode !== 'WINDOW_CLOSED' || answer.deadline === null) return null
  return refusal(RefundWindowClosed, { closedAt: answer.deadline }, answer.reason ?? '', field)
}

/** Whoever asks: the money follows the place. */
function movedRefusal({ moved, enrolmentStatus: from }: RefundRequest) {
  if (!moved) return null
  const message = from === 'DEFERRED' ? 'This place was moved to another run: ask there.' : BEING_MOVED
  return refusal(IllegalTransition, { from, to: 'REVOKING' }, message, ['input', 'enrolmentId'])
}

/** What of the money can go back, whoever asks. */
function moneyRefusal(request: RefundRequest) {
  const { balance, amountMinor, currency, enrolmentStatus: from } = request
  const maximum = { amountMinor: balance?.leftMinor ?? 0, currency }
  if (balance === null || balance.capturedMinor === 0) {
    const message = 'Nothing was paid for this enrolment here, so nothing can go back.'
    return refusal(IllegalTransition, { from, to: 'REVOKING' }, message, ['input', 'enrolmentId'])
  }
  if (maximum.amountMinor === 0) {
    const message = 'Everything that was paid is back already, or on its way back.'
    return refusal(RefundAmountExceeded, { maximum }, message, ['input', 'enrolmentId'])
  }
  const { openDispute, refundable } = balance
  if (openDispute !== null && refundable === 'NOTHING') {
    const message = 'The payment is disputed at the bank or PayPal, who decide about the money.'
    return refusal(IllegalTransition, { from: openDispute, to: 'REVOKING' }, message, ['input', 'enrolmentId'])
  }
  if (
    openDispute !== null &&
    refundable === 'WHOLE_ONLY' &&
    (amountMinor ?? maximum.amountMinor) < maximum.amountMinor
  ) {
    const message =
      'While the payment is disputed only the whole of what is left can go back; leave the amountMinor out.'
    return refusal(IllegalTransition, { from: openDispute, to: 'REVOKING' }, message, ['input', 'amountMinor'])
  }
  if ((amountMinor ?? 0) <= maximum.amountMinor) return null
  const message = `The amountMinor must be at most ${maximum.amountMinor}: more cannot go back.`
  return refusal(RefundAmountExceeded, { maximum }, message, ['input', 'amountMinor'])
}
