/** Lists the states of a credit record and every legal move between them. */
import type { States } from '../store/states.ts'
import type { CreditRecordStatus } from './credit-record.ts'

export const creditRecordStates: States<CreditRecordStatus> = {
  noun: 'CreditRecord',
  moves: {
    AWARDED: ['SUSPENDED', 'REVOKED'],
    SUSPENDED: ['AWARDED', 'REVOKED'],
    REVOKED: [],
  },
}

/** Only when a refund bounced after all was settled: the money is not back, so what was taken away is given back. */
export const creditRestorations: States<CreditRecordStatus> = {
  noun: 'CreditRecord',
  moves: {
    AWARDED: [],
    SUSPENDED: [],
    REVOKED: ['AWARDED', 'SUSPENDED'],
  },
}
