/** Tests the state table of disputes. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { disputeStates, isOpenDispute } from '../../src/payments/dispute.states.ts'
import { DisputeStatus } from '../../src/payments/dispute.ts'
import { canMove, checkMove, IllegalMove, movesFrom } from '../../src/store/states.ts'

const statuses = Object.values(DisputeStatus)
const settled = ['WON', 'LOST', 'WITHDRAWN'] as const

describe('the states of a dispute', () => {
  it('is settled from OPEN at once, for providers close what nobody answered, or after a review', () => {
    expect(movesFrom(disputeStates, 'OPEN')).toEqual(['UNDER_REVIEW', ...settled])
    expect(movesFrom(disputeStates, 'UNDER_REVIEW')).toEqual([...settled])
  })

  it('stays settled', () => {
    for (const end of settled) expect(movesFrom(disputeStates, end)).toEqual([])
    expect(statuses.filter(isOpenDispute)).toEqual(['OPEN', 'UNDER_REVIEW'])
  })

  it('throws at every move that it does not have', () => {
    const status = fc.constantFrom(...statuses)
    fc.assert(
      fc.property(status, status, (from, to) => {
        fc.pre(!canMove(disputeStates, from, to))
        expect(() => checkMove(disputeStates, from, to)).toThrow(IllegalMove)
      }),
    )
  })
})
