/** Lists the states of a dispute and every legal move between them. */
import type { States } from '../store/states.ts'
import type { DisputeStatus } from './dispute.ts'
import { lookCauses } from './payment.states.ts'

export const disputeStates = {
  noun: 'Dispute',
  begins: { OPEN: ['DISPUTE_OPENED'] },
  moves: {
    // Providers close disputes that nobody answered without a review.
    OPEN: { UNDER_REVIEW: lookCauses, WON: lookCauses, LOST: lookCauses, WITHDRAWN: lookCauses },
    UNDER_REVIEW: { WON: lookCauses, LOST: lookCauses, WITHDRAWN: lookCauses },
    WON: {},
    LOST: {},
    WITHDRAWN: {},
  },
} as const satisfies States<DisputeStatus>

/** The money is contested still. */
export const openDisputeStatuses: readonly DisputeStatus[] = ['OPEN', 'UNDER_REVIEW']

export const isOpenDispute = (status: DisputeStatus): boolean => openDisputeStatuses.includes(status)
