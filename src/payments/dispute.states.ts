/** Lists the states of a dispute and every legal move between them. */
import type { States } from '../store/states.ts'
import type { DisputeStatus } from './dispute.ts'

export const disputeStates: States<DisputeStatus> = {
  noun: 'Dispute',
  moves: {
    // Providers close disputes that nobody answered without a review.
    OPEN: ['UNDER_REVIEW', 'WON', 'LOST', 'WITHDRAWN'],
    UNDER_REVIEW: ['WON', 'LOST', 'WITHDRAWN'],
    WON: [],
    LOST: [],
    WITHDRAWN: [],
  },
}

/** The money is contested still. */
export const openDisputeStatuses: readonly DisputeStatus[] = ['OPEN', 'UNDER_REVIEW']

export const isOpenDispute = (status: DisputeStatus): boolean => openDisputeStatuses.includes(status)
