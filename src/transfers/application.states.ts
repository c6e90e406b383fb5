/** The states of a transfer application and every legal move between them. */
import type { States } from '../store/states.ts'
import type { TransferApplicationStatus } from './transfer-application.ts'

export const applicationStates: States<TransferApplicationStatus> = {
  noun: 'TransferApplication',
  moves: {
    SUBMITTED: ['AGREED', 'PARTLY_AGREED', 'DECLINED', 'WITHDRAWN'],
    AGREED: [],
    PARTLY_AGREED: [],
    DECLINED: [],
    WITHDRAWN: [],
  },
}
