/** Tests what can be done about each kind of case, and when it cannot. */
import { describe, expect, it } from '@jest/globals'
import { CaseKind } from '../../src/cases/case-kind.ts'
import { type CaseStanding, possibleActions } from '../../src/casework/possible-actions.rules.ts'

/** Money here that may go back, nothing on its way. */
const open: Omit<CaseStanding, 'kind'> = {
  isClosed: false,
  enrolmentStatus: 'STUCK',
  leftMinor: 49_500,
  payingLeftMinor: 49_500,
  payingOnItsWayMinor: 0,
  isRefundable: true,
  hasWaiting: false,
  isWithProvider: false,
}

const whole: Record<CaseKind, string> = {
  ENROLMENT_STUCK: 'REFUND SETTLE_OUTSIDE RESTORE_PLACE END_PLACE WRITE_OFF',
  REFUND_FAILED: 'RETRY SETTLE_OUTSIDE WRITE_OFF',
  REFUND_WAITING: 'RETRY SETTLE_OUTSIDE',
  PAYMENT_UNSETTLED: 'RETRY DISMISS',
  DISPUTE_OPEN: 'REFUND DISMISS',
  DISPUTE_LOST_IN_PART: 'REFUND END_PLACE WRITE_OFF',
  DISPUTE_REVERSED: 'REFUND WRITE_OFF',
  FRAUD_WARNING: 'REFUND DISMISS',
  PAYMENT_NOT_HERE: 'DISMISS',
  PAYMENT_DIFFERS: 'RETRY DISMISS',
  RUN_CANCELLED: 'REFUND_RUN DISMISS',
  REGISTERED_UNPAID: 'END_PLACE',
  PARTNER_DIFFERS: 'RETRY DISMISS',
  RESULT_CORRECTED: 'DISMISS',
  ENTRY_UNREADABLE: 'RETRY DISMISS',
  LIST_NOT_READ: 'RETRY',
  PERMISSION_MISSING: 'RETRY',
  JOB_GIVEN_UP: 'RETRY DISMISS',
}

const possible = (kind: CaseKind, more: Partial<CaseStanding> = {}) =>
  possibleActions({ kind, ...open, ...more }).join(' ')

it.each(Object.entries(whole) as [CaseKind, string][])('%s: %s', (kind, actions) => {
  expect(possible(kind)).toBe(actions)
})

it('nothing can be done about what is closed', () => {
  for (const kind of Object.values(CaseKind)) expect(possible(kind, { isClosed: true })).toBe('')
})

describe('what cannot be', () => {
  it.each<[string, CaseKind, Partial<CaseStanding>, string]>([
    ['a refund while the bank decides', 'DISPUTE_OPEN', { isRefundable: false }, 'DISMISS'],
    ['a refund of what is on its way back', 'FRAUD_WARNING', { leftMinor: 0 }, 'DISMISS'],
    [
      'a refund while it is disputed',
      'ENROLMENT_STUCK',
      { isRefundable: false },
      'SETTLE_OUTSIDE RESTORE_PLACE END_PLACE WRITE_OFF',
    ],
    ['a new try while it is disputed', 'REFUND_FAILED', { isRefundable: false }, 'SETTLE_OUTSIDE WRITE_OFF'],
    ['anything else while the provider may yet pay', 'REFUND_WAITING', { leftMinor: 0, isWithProvider: true }, 'RETRY'],
    ['anything that the provider may yet pay', 'ENROLMENT_STUCK', { isWithProvider: true }, 'REFUND END_PLACE'],
    ['settling what is neither here nor waiting', 'REFUND_WAITING', { leftMinor: 0 }, 'RETRY'],
    [
      'a place for money that is on its way back',
      'ENROLMENT_STUCK',
      { payingOnItsWayMinor: 1 },
      'REFUND SETTLE_OUTSIDE END_PLACE WRITE_OFF',
    ],
    [
      'a place that nothing pays for',
      'ENROLMENT_STUCK',
      { payingLeftMinor: 0 },
      'REFUND SETTLE_OUTSIDE END_PLACE WRITE_OFF',
    ],
    ['the end of a place with a result', 'DISPUTE_LOST_IN_PART', { enrolmentStatus: 'COMPLETED' }, 'REFUND WRITE_OFF'],
  ])('%s', (_, kind, more, actions) => {
    expect(possible(kind, more)).toBe(actions)
  })

  it('but what waits for its turn can be called off and settled', () => {
    expect(possible('REFUND_WAITING', { leftMinor: 0, hasWaiting: true })).toBe('RETRY SETTLE_OUTSIDE')
  })

  it('and a place that stands ends after a dispute that took a part', () => {
    expect(possible('DISPUTE_LOST_IN_PART', { enrolmentStatus: 'REGISTERED' })).toBe('REFUND END_PLACE WRITE_OFF')
  })
})
