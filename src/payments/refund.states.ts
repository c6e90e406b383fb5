/** The states of a refund and every legal move between them. */
import type { States } from '../store/states.ts'
import type { RefundStatus } from './refund.ts'

/** SUCCEEDED goes to FAILED too: banks bounce refunds days later. */
export const refundStates: States<RefundStatus> = {
  noun: 'Refund',
  moves: {
    REQUESTED: ['SUBMITTED'],
    SUBMITTED: ['PENDING', 'SUCCEEDED', 'FAILED', 'UNKNOWN'],
    UNKNOWN: ['SUBMITTED', 'PENDING', 'SUCCEEDED', 'FAILED'],
    PENDING: ['SUCCEEDED', 'FAILED', 'CANCELLED'],
    SUCCEEDED: ['FAILED'],
    FAILED: [],
    CANCELLED: [],
  },
}
