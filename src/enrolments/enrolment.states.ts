/** Lists the states of an enrolment and every legal move between them. */
import type { CauseOf, States } from '../store/states.ts'
import type { EnrolmentStatus } from './enrolment.ts'

/** All the money of what paid for it is on its way back, or back: what was paid for ends. */
const moneyGoesBack = [
  'REFUND_BY_LEARNER',
  'REFUND_BY_OPERATOR',
  'REFUND_BY_PROVIDER',
  'REFUND_SUCCEEDED',
  'DISPUTE_LOST',
] as const
/** The bank sent the refund back, or decided a lost dispute the other way. */
const moneyStays = ['REFUND_FAILED', 'DISPUTE_REVERSED'] as const
/** The partner will not register: by a code of its own, where that is known; or ended twice what it had registered. */
const notRegistered = [
  'REGISTRATION_ENDED',
  'RUN_CANCELLED',
  'RUN_FULL',
  'RUN_CLOSED',
  'RUN_UNKNOWN',
  'MEMBERSHIP_UNKNOWN',
  'REGISTRATION_REFUSED',
] as const
/** The learner's or an operator's wish to be on another run. */
const moveAsked = ['DEFERRED_BY_LEARNER', 'DEFERRED_BY_OPERATOR'] as const
/** The new place is not there, so the old one stays. */
const notMoved = [...notRegistered, 'NOT_DECIDED_IN_TIME'] as const
/** The place is given up, here or at the partner, and no money goes back by it. */
const placeGivenUp = ['LEFT_AT_PARTNER', 'ENDED_AT_PARTNER', 'WITHDRAWN_BY_LEARNER', 'WITHDRAWN_BY_OPERATOR'] as const

export const enrolmentStates = {
  noun: 'Enrolment',
  notes: ['RESULT_CORRECTED', 'RUN_MOVED'],
  begins: { PENDING_PAYMENT: ['ENROLLED'], REGISTERED: ['REGISTERED_AT_PARTNER'], PAID: moveAsked },
  moves: {
    PENDING_PAYMENT: {
      PAID: ['PAYMENT_SUCCEEDED', 'NOTHING_TO_PAY'],
      CANCELLED: ['CANCELLED_BY_LEARNER', 'RUN_CANCELLED'],
      EXPIRED: ['HOLD_ENDED'],
    },
    // CANCELLED only as the target of a move that fails.
    PAID: {
      REGISTERING: ['REGISTRATION_STARTED'],
      COMPENSATING: [...moneyGoesBack, 'RUN_CANCELLED'],
      CANCELLED: notMoved,
    },
    REGISTERING: {
      REGISTERED: ['PARTNER_REGISTERED'],
      COMPENSATING: [...moneyGoesBack, ...notRegistered],
      CANCELLED: notMoved,
    },
    // Registered again after its refund bounced, it has its result already.
    REGISTERED: {
      COMPLETED: ['RESULT_REPORTED', 'PARTNER_REGISTERED'],
      REVOKING: moneyGoesBack,
      WITHDRAWN: placeGivenUp,
      DEFERRING: moveAsked,
      STUCK: ['REGISTRATION_ENDED', 'REFUND_FAILED'],
    },
    COMPLETED: { REVOKING: moneyGoesBack, REGISTERED: ['RESULT_WITHDRAWN'] },
    // A late capture: kept when the learner's wish is still there, else refunded. A refund of it may bounce.
    CANCELLED: { PAID: [], COMPENSATING: ['PAID_AFTER_CANCELLATION', 'REFUND_FAILED'] },
    EXPIRED: { PAID: ['PAID_AFTER_EXPIRY'], COMPENSATING: ['REFUND_FAILED'] },
    COMPENSATING: {
      // At once, with what began it, when nothing is left to send back.
      COMPENSATED: ['REFUND_SUCCEEDED', 'DISPUTE_LOST', 'RECONCILIATION', 'OPERATOR_RETRY_REFUND', ...notRegistered],
      STUCK: ['REFUND_FAILED'],
    },
    COMPENSATED: { STUCK: moneyStays },
    // What was paid stays; inside the deadline it can still be asked back.
    WITHDRAWN: { REGISTERED: ['REACTIVATED'], REVOKED: ['REFUND_SUCCEEDED', 'DISPUTE_LOST', 'RECONCILIATION'] },
    STUCK: {
      COMPENSATING: [...moneyGoesBack, 'RECONCILIATION', 'OPERATOR_RETRY_REFUND'],
      REGISTERING: ['OPERATOR_RETRY_REGISTRATION'],
      REGISTERED: ['REACTIVATED'],
      COMPLETED: ['REACTIVATED', 'RESULT_REPORTED', 'OPERATOR_RETRY_REGISTRATION'],
      WITHDRAWN: ['WITHDRAWN_BY_LEARNER', 'WITHDRAWN_BY_OPERATOR', 'WRITTEN_OFF'],
    },
    // Back to whichever it was when the money stays after all.
    REVOKING: { REVOKED: ['REGISTRATION_ENDED'], REGISTERED: moneyStays, COMPLETED: moneyStays },
    REVOKED: { STUCK: moneyStays },
    DEFERRING: { DEFERRED: ['PARTNER_REGISTERED'], REGISTERED: notMoved },
    DEFERRED: {},
  },
} as const satisfies States<EnrolmentStatus>

export type EnrolmentCause = CauseOf<Pick<typeof enrolmentStates, 'begins' | 'moves'>>

/** The learner has, or is being given, a place that is paid for. */
export const isUnderWay = (status: EnrolmentStatus): boolean => status === 'PAID' || status === 'REGISTERING'

export interface Moved {
  status: EnrolmentStatus
  deferredFromId: string | null
  registeredAt: Date | null
}

/** It takes the place of one on another run, and the partner has not decided yet. */
export const isMoveTarget = ({ status, deferredFromId, registeredAt }: Moved): boolean =>
  deferredFromId !== null && registeredAt === null && isUnderWay(status)

/** Either side of a move that is under way: its money waits until the move has ended. */
export const isMoving = (enrolment: Moved): boolean => enrolment.status === 'DEFERRING' || isMoveTarget(enrolment)

/** Its money is on another run, or about to be there or back. */
export const isMoved = (enrolment: Moved): boolean => enrolment.status === 'DEFERRED' || isMoving(enrolment)

/** The learner is on the run. */
export const isOnTheRun = (status: EnrolmentStatus): boolean => status === 'REGISTERED' || status === 'COMPLETED'

/** Its money went back, is to, or should have, or it stayed where it was to be moved from: a place that the partner gives it after all is given up again. */
export const isGivenUp = ({ status, deferredFromId }: Pick<Moved, 'status' | 'deferredFromId'>): boolean =>
  status === 'COMPENSATING' ||
  status === 'COMPENSATED' ||
  status === 'STUCK' ||
  (status === 'CANCELLED' && deferredFromId !== null)
