/** Lists the states of an enrolment and every legal move between them. */
import type { States } from '../store/states.ts'
import type { EnrolmentStatus } from './enrolment.ts'

export const enrolmentStates: States<EnrolmentStatus> = {
  noun: 'Enrolment',
  moves: {
    PENDING_PAYMENT: ['PAID', 'CANCELLED', 'EXPIRED'],
    PAID: ['REGISTERING', 'COMPENSATING'],
    REGISTERING: ['REGISTERED', 'COMPENSATING'],
    REGISTERED: ['COMPLETED', 'REVOKING'],
    COMPLETED: ['REVOKING'],
    // A late capture: kept when the learner's wish is still there, else refunded.
    CANCELLED: ['PAID', 'COMPENSATING'],
    EXPIRED: ['PAID', 'COMPENSATING'],
    COMPENSATING: ['COMPENSATED', 'STUCK'],
    // The bank sent the refund back.
    COMPENSATED: ['STUCK'],
    STUCK: ['COMPENSATING', 'REGISTERING'],
    // Back to whichever it was when the refund failed.
    REVOKING: ['REVOKED', 'REGISTERED', 'COMPLETED'],
    REVOKED: [],
  },
}

/**
 * The registration was ended for a refund that the bank then sent back: the money is here, so the learner is registered
 * again. Only for that.
 */
export const restorations: States<EnrolmentStatus> = {
  noun: 'Enrolment',
  moves: {
    PENDING_PAYMENT: [],
    PAID: [],
    REGISTERING: [],
    CANCELLED: [],
    EXPIRED: [],
    COMPENSATING: [],
    COMPENSATED: [],
    STUCK: [],
    REVOKING: [],
    REGISTERED: ['REGISTERING'],
    COMPLETED: ['REGISTERING'],
    REVOKED: ['REGISTERING'],
  },
}

/** The learner has, or is being given, a place that is paid for. */
export const isUnderWay = (status: EnrolmentStatus): boolean => status === 'PAID' || status === 'REGISTERING'

/** The learner is on the run. */
export const isOnTheRun = (status: EnrolmentStatus): boolean => status === 'REGISTERED' || status === 'COMPLETED'

/** Its money went back, is to, or should have: a place that the partner gives it after all is given up again. */
export const isGivenUp = (status: EnrolmentStatus): boolean =>
  status === 'COMPENSATING' || status === 'COMPENSATED' || status === 'STUCK'
