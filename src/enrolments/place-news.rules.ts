/** Decides what the partner's news of a place makes of its enrolment. */
import type { EnrolmentStatus, RegistrationEndedBy, StuckReason } from './enrolment.ts'

/** How the enrolment stands, and what the partner says of the registration. */
export interface PlaceFacts {
  status: EnrolmentStatus
  stuckReason: StuckReason | null
  /** Whether the news is of the registration that the enrolment is known to have. */
  isKnown: boolean
  /** Whether the enrolment is known to have one at all. */
  hasRegistration: boolean
  /** Whether it carries our reference: then a call of ours made it. */
  isOurs: boolean
  active: boolean
  /** Null when it stands, or nobody says. */
  endedBy: RegistrationEndedBy | null
  /** Whether its end is kept already. */
  endSeen: boolean
  /** Whether the answer was asked for after its end was kept: then active means given back. */
  askedSince: boolean
  /** Whether it began later than the one that is known. */
  later: boolean
  /** Whether the buyer's money is here, whether on its way back or not. */
  moneyHere: boolean
  /** Whether it cost nothing here: free, or made at the partner. */
  nothingPaid: boolean
  bounced: boolean
  runCancelled: boolean
  /** Whether it was to take the place of one on another run. */
  wasTarget: boolean
}

/**
 * CURRENT: the place is there, with these facts. BACK: given back. END_AGAIN: ours to end, and not ended. UNPAID: a place
 * that nobody pays for. KEEP_END: its end is kept, and the status stays. REGISTER_AGAIN: ended while being made. REFUSED:
 * ended twice while being made. NOTHING: old, or of another registration.
 */
export type PlaceNews =
  | 'CURRENT'
  | 'BACK'
  | 'END_AGAIN'
  | 'UNPAID'
  | 'KEEP_END'
  | 'STRAND'
  | 'LEAVE'
  | 'REGISTER_AGAIN'
  | 'REFUSED'
  | 'NOTHING'

/** The first row that fits. */
export function placeNews(facts: PlaceFacts): PlaceNews {
  return facts.active ? activeNews(facts) : endedNews(facts)
}

function endedNews(facts: PlaceFacts): PlaceNews {
  const { status, isKnown, hasRegistration, isOurs, endSeen } = facts
  if (status === 'REGISTERING') {
    if (isKnown) return endSeen ? 'NOTHING' : 'REGISTER_AGAIN'
    if (!isOurs) return 'NOTHING'
    return hasRegistration && endSeen ? 'REFUSED' : 'REGISTER_AGAIN'
  }
  // The end of another than ours is nothing.
  if (!isKnown) return 'NOTHING'
  return status === 'REGISTERED' ? placeEnded(facts) : 'KEEP_END'
}

function placeEnded({ moneyHere, endedBy, runCancelled }: PlaceFacts): PlaceNews {
  if (!moneyHere) return 'LEAVE'
  if (endedBy === 'GATEWAY') return 'STRAND'
  if (runCancelled) return 'KEEP_END'
  return endedBy === 'LEARNER' ? 'LEAVE' : 'STRAND'
}

function activeNews(facts: PlaceFacts): PlaceNews {
  const { status, isKnown, hasRegistration, endSeen, askedSince, later } = facts
  switch (status) {
    case 'REGISTERING':
      return isKnown && endSeen && !askedSince ? 'NOTHING' : 'CURRENT'
    case 'REGISTERED':
    case 'COMPLETED':
      if (isKnown && endSeen && !askedSince) return 'NOTHING'
      return isKnown || !hasRegistration || later ? 'CURRENT' : 'NOTHING'
    case 'PENDING_PAYMENT':
    case 'PAID':
    case 'REVOKING':
    case 'DEFERRING':
      return 'NOTHING'
    case 'CANCELLED':
      return facts.wasTarget ? activeAfterTheEnd(facts) : 'UNPAID'
    case 'EXPIRED':
      return 'UNPAID'
    default:
      return activeAfterTheEnd(facts)
  }
}

/** WITHDRAWN, STUCK, COMPENSATING, COMPENSATED, REVOKED and DEFERRED, and CANCELLED where it was to be moved to. */
function activeAfterTheEnd(facts: PlaceFacts): PlaceNews {
  const { status, stuckReason, isKnown, endSeen, askedSince, nothingPaid, moneyHere } = facts
  const isBack = isKnown && endSeen && askedSince
  if (isKnown && endSeen && !askedSince) return 'NOTHING'
  switch (status) {
    case 'WITHDRAWN':
      if (isBack) return nothingPaid || moneyHere ? 'BACK' : 'NOTHING'
      return isKnown ? 'END_AGAIN' : 'NOTHING'
    case 'STUCK':
      if (isBack) return stuckReason === 'REGISTRATION_ENDED' ? 'BACK' : 'NOTHING'
      return 'END_AGAIN'
    case 'COMPENSATING':
      return isBack ? 'NOTHING' : 'END_AGAIN'
    case 'COMPENSATED':
    case 'CANCELLED':
      return isBack ? 'UNPAID' : 'END_AGAIN'
    case 'DEFERRED':
      return isKnown && !isBack ? 'END_AGAIN' : 'UNPAID'
    default:
      return 'UNPAID'
  }
}
