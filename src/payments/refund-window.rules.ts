/** Decides whether a learner may have the money back at an instant. */
import { refundDeadline, spokenDay, withdrawalDeadline } from '../values/dates.ts'
import { type Balance, isBack } from './balance.ts'
import type { PaymentStatus } from './payment.ts'

export const RefundRefusal = {
  DEFERRED: 'DEFERRED',
  WINDOW_CLOSED: 'WINDOW_CLOSED',
  NOT_PAID: 'NOT_PAID',
  ALREADY_REFUNDED: 'ALREADY_REFUNDED',
  REFUND_IN_PROGRESS: 'REFUND_IN_PROGRESS',
  DISPUTED: 'DISPUTED',
} as const
export type RefundRefusal = (typeof RefundRefusal)[keyof typeof RefundRefusal]

export const RefundBasis = {
  CONTRACT_FROM_START: 'CONTRACT_FROM_START',
  STATUTORY_FROM_PURCHASE: 'STATUTORY_FROM_PURCHASE',
  RUN_CANCELLED: 'RUN_CANCELLED',
  REGISTRATION_ENDED: 'REGISTRATION_ENDED',
  ASKED_IN_TIME: 'ASKED_IN_TIME',
} as const
export type RefundBasis = (typeof RefundBasis)[keyof typeof RefundBasis]

/** On which ground money can be asked back, and until when; null is without a limit. */
export interface RefundWindow {
  readonly basis: RefundBasis
  readonly until: Date | null
}

export interface RefundFacts {
  /** Null when no payment was ever opened. */
  readonly paymentStatus: PaymentStatus | null
  readonly balance: Balance | null
  readonly window: RefundWindow
  /** Its refund came back from the bank: it is for an operator to send it another way. */
  readonly bounced: boolean
  /** Its money is on another run, or about to be. */
  readonly moved: boolean
  /** The zone whose clocks the window follows. */
  readonly timeZone: string
  readonly now: Date
}

export interface RefundAnswer {
  readonly refundable: boolean
  /** Null when there is no limit. */
  readonly deadline: Date | null
  readonly basis: RefundBasis
  /** What of the captured money is neither back nor on its way back. */
  readonly maximumMinor: number
  readonly reasonCode: RefundRefusal | null
  /** One sentence for the learner; null when refundable. */
  readonly reason: string | null
}

/** Statuses in which the provider may hold the buyer's money. */
const holdingMoney: readonly (PaymentStatus | null)[] = ['SUCCEEDED', 'CONFLICTED']

/** 14 calendar days after the start, as the terms promise. */
export function contractualWindow(startsAt: Date, timeZone: string): RefundWindow & { until: Date } {
  return { basis: RefundBasis.CONTRACT_FROM_START, until: refundDeadline(startsAt, timeZone) }
}

/** Until the end of the 14th day after the day of the contract, as consumer law has it. */
export function statutoryWindow(contractAt: Date, timeZone: string): RefundWindow & { until: Date } {
  return { basis: RefundBasis.STATUTORY_FROM_PURCHASE, until: withdrawalDeadline(contractAt, timeZone) }
}

/** What whoever buys then has: the later of contract and law, the contract's when they are equal. */
export function purchaseWindow(startsAt: Date, contractAt: Date, timeZone: string): RefundWindow & { until: Date } {
  const contractual = contractualWindow(startsAt, timeZone)
  const statutory = statutoryWindow(contractAt, timeZone)
  return statutory.until > contractual.until ? statutory : contractual
}

/** The last instant included. */
export function isOpenWindow({ until }: RefundWindow, now: Date): boolean {
  return until === null || now.getTime() <= until.getTime()
}

/** The first reason that holds decides. Money before time: whoever has it back already is told so. */
export function refundability(facts: RefundFacts): RefundAnswer {
  const { balance, window } = facts
  const reasonCode = refusal(facts)
  return {
    refundable: reasonCode === null,
    deadline: window.until,
    basis: window.basis,
    maximumMinor: balance?.leftMinor ?? 0,
    reasonCode,
    reason: reasonCode === null ? null : refusalInWords(reasonCode, facts),
  }
}

function refusal({ paymentStatus, balance, window, bounced, moved, now }: RefundFacts): RefundRefusal | null {
  if (moved) return RefundRefusal.DEFERRED
  if (!holdingMoney.includes(paymentStatus) || !balance?.capturedMinor) return RefundRefusal.NOT_PAID
  if (isBack(balance)) return RefundRefusal.ALREADY_REFUNDED
  if (bounced || balance.onItsWayMinor > 0) return RefundRefusal.REFUND_IN_PROGRESS
  // Whoever asks in time asks for the whole.
  if (balance.refundable === 'NOTHING') return RefundRefusal.DISPUTED
  return isOpenWindow(window, now) ? null : RefundRefusal.WINDOW_CLOSED
}

/** One sentence for the learner, in the words of `timeZone`'s clocks. */
export function refusalInWords(
  code: RefundRefusal,
  { window, bounced, timeZone }: Pick<RefundFacts, 'window' | 'bounced' | 'timeZone'>,
): string {
  switch (code) {
    case 'WINDOW_CLOSED': {
      const from = window.basis === RefundBasis.STATUTORY_FROM_PURCHASE ? 'the day of the purchase' : 'the start'
      return `Refunds could be asked for until ${spoken(window.until as Date, timeZone)} (${timeZone}), 14 days after ${from}.`
    }
    case 'DEFERRED':
      return 'This place was moved to another run, or is being moved: the money goes with it; ask there.'
    case 'NOT_PAID':
      return 'Nothing has been paid yet, so there is nothing to refund.'
    case 'ALREADY_REFUNDED':
      return 'This payment has already been refunded in full.'
    case 'REFUND_IN_PROGRESS':
      if (bounced) return 'Your refund came back from your bank; we will pay it another way.'
      return 'A refund of this payment is already on its way.'
    case 'DISPUTED':
      return 'This payment is in dispute with the bank or PayPal, who decide about the money.'
  }
}

/** Both deadlines of whoever buys now, as they are said before buying. */
export interface RightFacts {
  readonly startsAt: Date
  readonly contractual: Date
  readonly statutory: Date
  readonly now: Date
}

/** One or two sentences for the page on which one buys, in the words of `timeZone`'s clocks. */
export function rightInWords({ startsAt, contractual, statutory, now }: RightFacts, timeZone: string): string {
  const later = statutory > contractual ? statutory : contractual
  const until = `until ${spoken(later, timeZone)} (${timeZone})`
  if (now > contractual) {
    return `The 14 days from the start are over; you have 14 days from today. You can ask for all of the money back ${until}.`
  }
  const from = later === statutory ? 'today' : `the start on ${spokenDay(startsAt, timeZone)}`
  return `You can ask for all of the money back ${until}, 14 days from ${from}.`
}

/** As it is said in British English: 7 December 2026 at 09:00. */
function spoken(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone }).format(instant)
}
