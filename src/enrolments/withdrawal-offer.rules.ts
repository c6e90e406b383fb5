/** Decides whether a place can be given up without money back, and what is forgone. */
import { BEING_MOVED } from './deferral-refusal.rules.ts'
import type { EnrolmentStatus, StuckReason } from './enrolment.ts'

export interface WithdrawalFacts {
  readonly status: EnrolmentStatus
  readonly stuckReason: StuckReason | null
  /** Either side of a move that is under way. */
  readonly moving: boolean
  /** Whether the learner could have the money back now, and how much. */
  readonly refundable: boolean
  readonly maximumMinor: number
}

export interface WithdrawalAnswer {
  readonly possible: boolean
  readonly forgoneMinor: number
  /** Why not, or what follows. */
  readonly message: string
}

/** From a place that is registered, or that the partner has ended; on its way anywhere it waits. */
export function withdrawalOffer(facts: WithdrawalFacts): WithdrawalAnswer {
  const { status, stuckReason, refundable, maximumMinor } = facts
  const possible = status === 'REGISTERED' || (status === 'STUCK' && stuckReason === 'REGISTRATION_ENDED')
  const forgoneMinor = possible && refundable ? maximumMinor : 0
  return { possible, forgoneMinor, message: possible ? whatFollows(forgoneMinor) : whyNot(facts) }
}

function whatFollows(forgoneMinor: number): string {
  if (forgoneMinor === 0) return 'Your place is given up at once; nothing goes back.'
  return 'Your place is given up at once, and the money stays; it can still be asked back until the deadline.'
}

function whyNot({ status, moving }: WithdrawalFacts): string {
  if (moving) return BEING_MOVED
  if (status === 'PENDING_PAYMENT') return 'Nothing is paid yet: use cancelEnrolment.'
  if (status === 'COMPLETED') return 'The result is known and stands, so the place cannot be given up any more.'
  return `Only a place that is registered can be given up; this enrolment is ${status}.`
}
