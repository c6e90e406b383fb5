/** Lists the states of a refund and every legal move between them. */
import { type CauseOf, type States, stepsTo } from '../store/states.ts'
import { lookCauses } from './payment.states.ts'
import type { RefundStatus } from './refund.ts'

/** It waited, and nobody need send it any more. */
const calledOff = ['SETTLED_OUTSIDE', 'WRITTEN_OFF'] as const

/** The provider says how it stands, to whoever looked or in answer to its call. */
const seen = [...lookCauses, 'PROVIDER_ANSWERED'] as const

export const refundStates = {
  noun: 'Refund',
  begins: {
    REQUESTED: [
      'REFUND_REQUESTED_BY_LEARNER',
      'REFUND_REQUESTED_BY_OPERATOR',
      'REFUND_REQUESTED_BY_COMPENSATION',
      'REFUND_REQUESTED_FOR_RUN',
    ],
    PENDING: ['REFUND_MADE_AT_PROVIDER'],
  },
  moves: {
    REQUESTED: {
      SUBMITTED: ['REFUND_SUBMITTED', ...seen],
      SETTLED_OUTSIDE: ['SETTLED_OUTSIDE'],
      CANCELLED: calledOff,
    },
    SUBMITTED: {
      PENDING: seen,
      SUCCEEDED: seen,
      FAILED: ['PROVIDER_REFUSED', ...seen],
      UNKNOWN: ['PROVIDER_SILENT'],
      // While it waits for a permission.
      CANCELLED: calledOff,
    },
    UNKNOWN: {
      // The same key again; a retry with a new key is a new row.
      SUBMITTED: ['REFUND_SUBMITTED'],
      PENDING: seen,
      SUCCEEDED: seen,
      FAILED: ['PROVIDER_REFUSED', ...seen],
    },
    PENDING: { SUCCEEDED: seen, FAILED: seen, CANCELLED: seen },
    // Banks bounce refunds days later.
    SUCCEEDED: { FAILED: seen },
    FAILED: {},
    CANCELLED: {},
    SETTLED_OUTSIDE: {},
  },
} as const satisfies States<RefundStatus>

export type RefundCause = CauseOf<typeof refundStates>

/** The money is neither back nor certain to stay: these are asked about until they have settled. */
export const openRefundStatuses: readonly RefundStatus[] = ['REQUESTED', 'SUBMITTED', 'UNKNOWN', 'PENDING']

/** The money is with the buyer again. */
export const backRefundStatuses: readonly RefundStatus[] = ['SUCCEEDED', 'SETTLED_OUTSIDE']

/** These do not count against what was captured: the money stayed. */
export const voidRefundStatuses: readonly RefundStatus[] = ['FAILED', 'CANCELLED']

export const isOpenRefund = (status: RefundStatus): boolean => openRefundStatuses.includes(status)

export const isBackRefund = (status: RefundStatus): boolean => backRefundStatuses.includes(status)

/** The moves that bring a refund to where its provider has it; null when no legal way leads there. */
export function refundSteps(from: RefundStatus, to: RefundStatus): RefundStatus[] | null {
  // What was called off there was there: the short way is for what is called off here.
  if (to !== 'CANCELLED' || from === to) return stepsTo(refundStates, from, to, ['SUBMITTED', 'PENDING'])
  const pending = stepsTo(refundStates, from, 'PENDING', ['SUBMITTED'])
  return pending && [...pending, to]
}
