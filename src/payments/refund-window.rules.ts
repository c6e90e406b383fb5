/** Decides whether a learner may have the money back at an instant. */
import { refundDeadline } from '../values/dates.ts'
import { type Balance, isBack } from './balance.ts'
import type { PaymentStatus } from './payment.ts'

export const RefundRefusal = {
  WINDOW_CLOSED: 'WINDOW_CLOSED',
  NOT_PAID: 'NOT_PAID',
  ALREADY_REFUNDED: 'ALREADY_REFUNDED',
  REFUND_IN_PROGRESS: 'REFUND_IN_PROGRESS',
  DISPUTED: 'DISPUTED',
} as const
export type RefundRefusal = (typeof RefundRefusal)[keyof typeof RefundRefusal]

export interface RefundFacts {
  /** Null when no payment was ever opened. */
  readonly paymentStatus: PaymentStatus | null
  readonly balance: Balance | null
  /** Start of the run, and the zone whose clocks the window follows. */
  readonly startsAt: Date
  readonly timeZone: string
  readonly now: Date
}

export interface RefundAnswer {
  readonly refundable: boolean
  readonly deadline: Date
  /** What of the captured money is neither back nor on its way back. */
  readonly maximumMinor: number
  readonly reasonCode: RefundRefusal | null
  /** One sentence for the learner; null when refundable. */
  readonly reason: string | null
}

/** Statuses in which the provider may hold the buyer's money. */
const holdingMoney: readonly (PaymentStatus | null)[] = ['SUCCEEDED', 'CONFLICTED']

/** Open from before the start until 14 calendar days after it, that instant included. */
export function isInRefundWindow(startsAt: Date, timeZone: string, now: Date): boolean {
  return now.getTime() <= refundDeadline(startsAt, timeZone).getTime()
}

/** The first reason that holds decides. */
export function refundability(facts: RefundFacts): RefundAnswer {
  const { balance, startsAt, timeZone } = facts
  const reasonCode = refusal(facts)
  const deadline = refundDeadline(startsAt, timeZone)
  return {
    refundable: reasonCode === null,
    deadline,
    maximumMinor: balance?.leftMinor ?? 0,
    reasonCode,
    reason: reasonCode === null ? null : inWords(reasonCode, deadline, timeZone),
  }
}

function refusal(facts: RefundFacts): RefundRefusal | null {
  const { paymentStatus, balance } = facts
  if (!isInRefundWindow(facts.startsAt, facts.timeZone, facts.now)) return RefundRefusal.WINDOW_CLOSED
  if (!holdingMoney.includes(paymentStatus) || !balance?.capturedMinor) return RefundRefusal.NOT_PAID
  if (isBack(balance)) return RefundRefusal.ALREADY_REFUNDED
  if (balance.onItsWayMinor > 0) return RefundRefusal.REFUND_IN_PROGRESS
  return balance.contested ? RefundRefusal.DISPUTED : null
}

function inWords(code: RefundRefusal, deadline: Date, timeZone: string): string {
  switch (code) {
    case 'WINDOW_CLOSED':
      return `Refunds could be asked for until ${spoken(deadline, timeZone)} (${timeZone}), 14 days after the start.`
    case 'NOT_PAID':
      return 'Nothing has been paid yet, so there is nothing to refund.'
    case 'ALREADY_REFUNDED':
      return 'This payment has already been refunded in full.'
    case 'REFUND_IN_PROGRESS':
      return 'A refund of this payment is already on its way.'
    case 'DISPUTED':
      return 'This payment is in dispute with the bank or PayPal, who decide about the money.'
  }
}

/** As it is said in British English: 7 December 2026 at 09:00. */
function spoken(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone }).format(instant)
}
