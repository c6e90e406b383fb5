/** Lists the states of a dispute and every legal move between them. */
import type { States } from '../store/states.ts'
import type { DisputeStatus } from './dispute.ts'
import { lookCauses } from './payment.states.ts'

export const disputeStates = {
  noun: 'Dispute',
  begins: { OPEN: ['DISPUTE_OPENED'] },
  // The provider decides, and changes its mind in both directions.
  moves: {
    OPEN: { UNDER_REVIEW: lookCauses, WON: lookCauses, LOST: lookCauses, WITHDRAWN: lookCauses },
    UNDER_REVIEW: { OPEN: lookCauses, WON: lookCauses, LOST: lookCauses, WITHDRAWN: lookCauses },
    WON: { OPEN: lookCauses, UNDER_REVIEW: lookCauses, LOST: lookCauses, WITHDRAWN: lookCauses },
    LOST: { OPEN: lookCauses, UNDER_REVIEW: lookCauses, WON: lookCauses, WITHDRAWN: lookCauses },
    WITHDRAWN: { OPEN: lookCauses, UNDER_REVIEW: lookCauses, WON: lookCauses, LOST: lookCauses },
  },
} as const satisfies States<DisputeStatus>

/** The money is contested still. */
export const openDisputeStatuses: readonly DisputeStatus[] = ['OPEN', 'UNDER_REVIEW']

export const isOpenDispute = (status: DisputeStatus): boolean => openDisputeStatuses.includes(status)
