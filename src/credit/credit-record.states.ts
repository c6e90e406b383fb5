/** Lists the states of a credit record and every legal move between them. */
import type { CauseOf, States } from '../store/states.ts'
import type { CreditRecordStatus } from './credit-record.ts'

/** By where the enrolment stands that it rests on: its money is contested, or no longer. */
const standing = [
  'ENROLMENT_REGISTERING',
  'ENROLMENT_REGISTERED',
  'ENROLMENT_COMPLETED',
  'ENROLMENT_WITHDRAWN',
] as const
const ending = ['ENROLMENT_REVOKING', 'ENROLMENT_COMPENSATING', 'ENROLMENT_STUCK'] as const
const ended = ['ENROLMENT_REVOKED', 'ENROLMENT_COMPENSATED'] as const

export const creditRecordStates = {
  noun: 'CreditRecord',
  begins: { AWARDED: ['ASSESSMENT_PASSED'] },
  moves: {
    AWARDED: { SUSPENDED: [...standing, ...ending], REVOKED: ended },
    SUSPENDED: { AWARDED: standing, REVOKED: ended },
    REVOKED: {},
  },
} as const satisfies States<CreditRecordStatus>

export type CreditCause = CauseOf<typeof creditRecordStates>

/** Only when a refund bounced after all was settled: the money is not back, so what was taken away is given back. */
export const creditRestorations = {
  noun: 'CreditRecord',
  moves: {
    AWARDED: {},
    SUSPENDED: {},
    REVOKED: { AWARDED: standing, SUSPENDED: [...standing, ...ending] },
  },
} as const satisfies States<CreditRecordStatus>
