/** Tests the state table of refunds and the ways through it. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  isBackRefund,
  isOpenRefund,
  openRefundStatuses,
  refundStates,
  refundSteps,
  voidRefundStatuses,
} from '../../src/payments/refund.states.ts'
import { RefundStatus } from '../../src/payments/refund.ts'
import { canMove, checkMove, IllegalMove, movesFrom } from '../../src/store/states.ts'

const statuses = Object.values(RefundStatus)
const status = fc.constantFrom(...statuses)

describe('the states of a refund', () => {
  it('has exactly the moves that the rules name', () => {
    const moves = statuses.map((from) => [from, movesFrom(refundStates, from).toSorted()])
    expect(Object.fromEntries(moves)).toEqual({
      REQUESTED: ['CANCELLED', 'SETTLED_OUTSIDE', 'SUBMITTED'],
      SUBMITTED: ['CANCELLED', 'FAILED', 'PENDING', 'SUCCEEDED', 'UNKNOWN'],
      UNKNOWN: ['FAILED', 'PENDING', 'SUBMITTED', 'SUCCEEDED'],
      PENDING: ['CANCELLED', 'FAILED', 'SUCCEEDED'],
      SUCCEEDED: ['FAILED'],
      FAILED: [],
      CANCELLED: [],
      SETTLED_OUTSIDE: [],
    })
  })

  it('throws at every move that it does not have', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        fc.pre(!canMove(refundStates, from, to))
        expect(() => checkMove(refundStates, from, to)).toThrow(IllegalMove)
      }),
    )
  })

  it('lets a refund that succeeded fail later, and a failed one never succeed: a retry is a new refund', () => {
    expect(canMove(refundStates, 'SUCCEEDED', 'FAILED')).toBe(true)
    for (const gone of voidRefundStatuses) expect(movesFrom(refundStates, gone)).toEqual([])
  })

  it('submits nothing that was not recorded as submitted first, and calls nothing off that a provider may have', () => {
    expect(statuses.filter((from) => canMove(refundStates, from, 'CANCELLED'))).toEqual([
      'REQUESTED',
      'SUBMITTED',
      'PENDING',
    ])
    expect(refundSteps('REQUESTED', 'SUCCEEDED')).toEqual(['SUBMITTED', 'SUCCEEDED'])
    expect(refundSteps('REQUESTED', 'CANCELLED')).toEqual(['SUBMITTED', 'PENDING', 'CANCELLED'])
  })

  it('reaches whatever a provider says from every open state, by legal steps alone', () => {
    const reported = ['PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const
    for (const from of openRefundStatuses) {
      for (const to of reported) {
        const steps = refundSteps(from, to)
        expect(steps).not.toBeNull()
        let at = from
        for (const step of steps ?? []) {
          checkMove(refundStates, at, step)
          at = step
        }
        expect(at).toBe(to)
      }
    }
  })

  it('counts as open exactly what has not settled', () => {
    expect(statuses.filter(isOpenRefund)).toEqual(['REQUESTED', 'SUBMITTED', 'PENDING', 'UNKNOWN'])
  })

  it('counts each status as open, as back with the buyer, or as come to nothing', () => {
    const kinds = [isOpenRefund, isBackRefund, (one: RefundStatus) => voidRefundStatuses.includes(one)]
    for (const one of statuses) expect(kinds.filter((is) => is(one))).toHaveLength(1)
    expect(statuses.filter(isBackRefund)).toEqual(['SUCCEEDED', 'SETTLED_OUTSIDE'])
  })
})
