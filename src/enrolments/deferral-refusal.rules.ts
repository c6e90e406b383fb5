/** Decides whether a place can be moved to the next run. */
import { spokenDay } from '../values/dates.ts'
import type { EnrolmentStatus } from './enrolment.ts'

export const DeferralRefusal = {
  ALREADY_DEFERRED: 'ALREADY_DEFERRED',
  NOT_REGISTERED: 'NOT_REGISTERED',
  HAS_RESULT: 'HAS_RESULT',
  RUN_ENDED: 'RUN_ENDED',
  NO_RUN: 'NO_RUN',
  MONEY_NOT_HERE: 'MONEY_NOT_HERE',
} as const
export type DeferralRefusal = (typeof DeferralRefusal)[keyof typeof DeferralRefusal]

export const BEING_MOVED = 'This place is being moved to another run; ask again in a moment.'

export interface DeferralFacts {
  readonly status: EnrolmentStatus
  /** Either side of a move that is under way. */
  readonly moving: boolean
  /** How often it was moved, up to here: but for operators, once is all. */
  readonly timesMoved: number
  readonly byOperator: boolean
  readonly hasResult: boolean
  readonly endsAt: Date
  /** Whether there is a run that it can be moved to. */
  readonly hasRun: boolean
  /** Whether what paid for it is here, and neither on its way back nor disputed. */
  readonly moneyHere: boolean
  readonly now: Date
}

/** The first that holds; null when it can. */
export function deferralRefusal(facts: DeferralFacts): DeferralRefusal | null {
  const { status, timesMoved, byOperator, hasResult, endsAt, hasRun, moneyHere, now } = facts
  if (status === 'DEFERRED' || (timesMoved > 0 && !byOperator)) return DeferralRefusal.ALREADY_DEFERRED
  if (hasResult || status === 'COMPLETED') return DeferralRefusal.HAS_RESULT
  if (status !== 'REGISTERED') return DeferralRefusal.NOT_REGISTERED
  if (now >= endsAt) return DeferralRefusal.RUN_ENDED
  if (!hasRun) return DeferralRefusal.NO_RUN
  return moneyHere ? null : DeferralRefusal.MONEY_NOT_HERE
}

/** One sentence for the learner, in the words of `timeZone`'s calendar. */
export function deferralRefusalInWords(
  code: DeferralRefusal,
  { moving, endsAt, timeZone }: Pick<DeferralFacts, 'moving' | 'endsAt'> & { timeZone: string },
): string {
  switch (code) {
    case 'ALREADY_DEFERRED':
      return moving ? BEING_MOVED : 'This place was moved to another run already; that is possible once.'
    case 'NOT_REGISTERED':
      return moving ? BEING_MOVED : 'Only a place that is registered can be moved to another run.'
    case 'HAS_RESULT':
      return 'The result is known and stands, so the place cannot be moved any more.'
    case 'RUN_ENDED':
      return `This run ended on ${spokenDay(endsAt, timeZone)}; a place can be moved before that.`
    case 'NO_RUN':
      return 'There is no later run of this course that it could be moved to now.'
    case 'MONEY_NOT_HERE':
      return 'Only a place that was paid for here, and whose money is neither going back nor disputed, can be moved.'
  }
}
