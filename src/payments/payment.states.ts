/** The states of a payment and every legal move between them. */
import type { States } from '../store/states.ts'
import type { PaymentStatus } from './payment.ts'

/** FAILED, CANCELLED and EXPIRED go to SUCCEEDED only as a correction, to match a provider that took the money late. */
export const paymentStates: States<PaymentStatus> = {
  noun: 'Payment',
  moves: {
    CREATED: ['REQUIRES_ACTION', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED', 'UNKNOWN'],
    REQUIRES_ACTION: ['PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED', 'UNKNOWN'],
    PROCESSING: ['SUCCEEDED', 'FAILED', 'REQUIRES_ACTION', 'UNKNOWN', 'CONFLICTED'],
    UNKNOWN: ['REQUIRES_ACTION', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'CONFLICTED'],
    SUCCEEDED: ['CONFLICTED'],
    FAILED: ['SUCCEEDED'],
    CANCELLED: ['SUCCEEDED'],
    EXPIRED: ['SUCCEEDED'],
    CONFLICTED: [],
  },
}
