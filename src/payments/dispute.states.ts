/** The states of a dispute and every legal move between them. */
import type { States } from '../store/states.ts'
import type { DisputeStatus } from './dispute.ts'

/** Providers close disputes that nobody answered without a review. */
export const disputeStates: States<DisputeStatus> = {
  noun: 'Dispute',
  moves: {
    OPEN: ['UNDER_REVIEW', 'WON', 'LOST', 'WITHDRAWN'],
    UNDER_REVIEW: ['WON', 'LOST', 'WITHDRAWN'],
    WON: [],
    LOST: [],
    WITHDRAWN: [],
  },
}
