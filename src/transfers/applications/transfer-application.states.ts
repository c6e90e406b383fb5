/** Lists the states of an application and every legal move between them. */
import type { CauseOf, States } from '../../store/states.ts'
import type { TransferApplicationStatus } from './transfer-application.ts'

export const transferApplicationStates = {
  noun: 'TransferApplication',
  begins: { SUBMITTED: ['APPLIED'] },
  moves: {
    SUBMITTED: {
      AGREED: ['DECIDED_AGREE'],
      PARTLY_AGREED: ['DECIDED_AGREE_IN_PART'],
      DECLINED: ['DECIDED_DECLINE'],
      WITHDRAWN: ['WITHDRAWN_BY_LEARNER'],
    },
    AGREED: {},
    PARTLY_AGREED: {},
    DECLINED: {},
    WITHDRAWN: {},
  },
} as const satisfies States<TransferApplicationStatus>

export type ApplicationCause = CauseOf<typeof transferApplicationStates>
