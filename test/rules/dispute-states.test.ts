/** Tests the state table of disputes. */
import { describe, expect, it } from '@jest/globals'
import { disputeStates, isOpenDispute } from '../../src/payments/dispute.states.ts'
import { DisputeStatus } from '../../src/payments/dispute.ts'
import { checkMove, IllegalMove } from '../../src/store/states.ts'

const statuses = Object.values(DisputeStatus)
const pairs = statuses.flatMap((from) => statuses.filter((to) => to !== from).map((to) => [from, to] as const))

describe('the states of a dispute', () => {
  it.each(pairs)('lead from %s to %s, for the provider changes its mind', (from, to) => {
    expect(() => checkMove(disputeStates, from, to)).not.toThrow()
  })

  it.each(statuses)('do not lead from %s to itself', (status) => {
    expect(() => checkMove(disputeStates, status, status)).toThrow(IllegalMove)
  })

  it('are open until the provider has decided', () => {
    expect(statuses.filter(isOpenDispute)).toEqual(['OPEN', 'UNDER_REVIEW'])
  })
})
