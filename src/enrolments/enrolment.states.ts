/** The states of an enrolment and every legal move between them. */
import type { States } from '../store/states.ts'
import type { EnrolmentStatus } from './enrolment.ts'

/** CANCELLED and EXPIRED move on only when the money came late: kept if place and wish are still there, else refunded. */
export const enrolmentStates: States<EnrolmentStatus> = {
  noun: 'Enrolment',
  moves: {
    PENDING_PAYMENT: ['PAID', 'CANCELLED', 'EXPIRED'],
    PAID: ['REGISTERING', 'COMPENSATING'],
    REGISTERING: ['REGISTERED', 'COMPENSATING'],
    REGISTERED: ['COMPLETED', 'REVOKING'],
    COMPLETED: ['REVOKING'],
    CANCELLED: ['PAID', 'COMPENSATING'],
    EXPIRED: ['PAID', 'COMPENSATING'],
    COMPENSATING: ['COMPENSATED', 'STUCK'],
    COMPENSATED: ['STUCK'],
    STUCK: ['COMPENSATING', 'REGISTERING'],
    REVOKING: ['REVOKED', 'REGISTERED', 'COMPLETED'],
    REVOKED: [],
  },
}
