/** Lists the states of an application and every legal move between them. */
import type { States } from '../../store/states.ts'
import type { TransferApplicationStatus } from './transfer-application.ts'

export const transferApplicationStates: States<TransferApplicationStatus> = {
  noun: 'TransferApplication',
  moves: {
    SUBMITTED: ['AGREED', 'PARTLY_AGREED', 'DECLINED', 'WITHDRAWN'],
    AGREED: [],
    PARTLY_AGREED: [],
    DECLINED: [],
    WITHDRAWN: [],
  },
}
