/** Lists the states of a refund and every legal move between them. */
import { type States, stepsTo } from '../store/states.ts'
import type { RefundStatus } from './refund.ts'

export const refundStates: States<RefundStatus> = {
  noun: 'Refund',
  moves: {
    REQUESTED: ['SUBMITTED'],
    SUBMITTED: ['PENDING', 'SUCCEEDED', 'FAILED', 'UNKNOWN'],
    // SUBMITTED again is the same key again; a retry with a new key is a new row.
    UNKNOWN: ['SUBMITTED', 'PENDING', 'SUCCEEDED', 'FAILED'],
    PENDING: ['SUCCEEDED', 'FAILED', 'CANCELLED'],
    // Banks bounce refunds days later.
    SUCCEEDED: ['FAILED'],
    FAILED: [],
    CANCELLED: [],
  },
}

/** The money is neither back nor certain to stay: these are asked about until they have settled. */
export const openRefundStatuses: readonly RefundStatus[] = ['REQUESTED', 'SUBMITTED', 'UNKNOWN', 'PENDING']

/** These do not count against what was captured: the money stayed. */
export const voidRefundStatuses: readonly RefundStatus[] = ['FAILED', 'CANCELLED']

export const isOpenRefund = (status: RefundStatus): boolean => openRefundStatuses.includes(status)

/** The moves that bring a refund to where its provider has it; null when no legal way leads there. */
export function refundSteps(from: RefundStatus, to: RefundStatus): RefundStatus[] | null {
  return stepsTo(refundStates, from, to, ['SUBMITTED', 'PENDING'])
}
