/** Lists the states of a payment and every legal move between them. */
import { type States, stepsTo } from '../store/states.ts'
import type { PaymentStatus } from './payment.ts'

export const paymentStates: States<PaymentStatus> = {
  noun: 'Payment',
  moves: {
    CREATED: ['REQUIRES_ACTION', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED', 'UNKNOWN'],
    REQUIRES_ACTION: ['PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED', 'UNKNOWN'],
    // Back to REQUIRES_ACTION when the instrument was declined: the buyer may choose another.
    PROCESSING: ['SUCCEEDED', 'FAILED', 'REQUIRES_ACTION', 'UNKNOWN', 'CONFLICTED'],
    // Left only by what the provider says when it is asked.
    UNKNOWN: ['REQUIRES_ACTION', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'CONFLICTED'],
    SUCCEEDED: ['CONFLICTED'],
    FAILED: [],
    CANCELLED: [],
    EXPIRED: [],
    CONFLICTED: [],
  },
}

/** A late capture: only "to match the provider", who has taken the money of a payment that had ended here. */
export const correctionsToMatchTheProvider: States<PaymentStatus> = {
  noun: 'Payment',
  moves: {
    CREATED: [],
    REQUIRES_ACTION: [],
    PROCESSING: [],
    UNKNOWN: [],
    SUCCEEDED: [],
    CONFLICTED: [],
    FAILED: ['SUCCEEDED'],
    CANCELLED: ['SUCCEEDED'],
    EXPIRED: ['SUCCEEDED'],
  },
}

/** Nothing is paid yet and it may still be: these are looked at until they have ended. */
export const openPaymentStatuses: readonly PaymentStatus[] = ['CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN']

/** Ended without money, as far as is known here. */
export const endedPaymentStatuses: readonly PaymentStatus[] = ['FAILED', 'CANCELLED', 'EXPIRED']

export const isOpenPayment = (status: PaymentStatus): boolean => openPaymentStatuses.includes(status)

export const isEndedPayment = (status: PaymentStatus): boolean => endedPaymentStatuses.includes(status)

/**
 * The moves that bring a payment to where its provider has it; null when no legal way leads there. What the provider
 * went through unobserved is passed through here as well.
 */
export function paymentSteps(from: PaymentStatus, to: PaymentStatus): PaymentStatus[] | null {
  return stepsTo(paymentStates, from, to, ['REQUIRES_ACTION', 'PROCESSING'])
}
