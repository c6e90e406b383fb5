/** Tests the state table of enrolments, without dead ends for money. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { enrolmentStates, isOnTheRun, isUnderWay } from '../../src/enrolments/enrolment.states.ts'
import { EnrolmentStatus, endedStatuses } from '../../src/enrolments/enrolment.ts'
import { canMove, checkMove, IllegalMove, movesFrom } from '../../src/store/states.ts'

const statuses = Object.values(EnrolmentStatus)
const status = fc.constantFrom(...statuses)

describe('the states of an enrolment', () => {
  it('has exactly the moves that the rules name', () => {
    const moves = statuses.map((from) => [from, movesFrom(enrolmentStates, from).toSorted()])
    expect(Object.fromEntries(moves)).toEqual({
      PENDING_PAYMENT: ['CANCELLED', 'EXPIRED', 'PAID'],
      PAID: ['CANCELLED', 'COMPENSATING', 'REGISTERING'],
      REGISTERING: ['CANCELLED', 'COMPENSATING', 'REGISTERED'],
      REGISTERED: ['COMPLETED', 'DEFERRING', 'REVOKING', 'STUCK', 'WITHDRAWN'],
      COMPLETED: ['REGISTERED', 'REVOKING'],
      CANCELLED: ['COMPENSATING', 'PAID'],
      EXPIRED: ['COMPENSATING', 'PAID'],
      COMPENSATING: ['COMPENSATED', 'STUCK'],
      COMPENSATED: ['STUCK'],
      WITHDRAWN: ['REGISTERED', 'REVOKED'],
      STUCK: ['COMPENSATING', 'COMPLETED', 'REGISTERED', 'REGISTERING', 'WITHDRAWN'],
      REVOKING: ['COMPLETED', 'REGISTERED', 'REVOKED'],
      REVOKED: ['STUCK'],
      DEFERRING: ['DEFERRED', 'REGISTERED'],
      DEFERRED: [],
    })
  })

  it('throws at every move that it does not have, naming both states', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        fc.pre(!canMove(enrolmentStates, from, to))
        expect(() => checkMove(enrolmentStates, from, to)).toThrow(IllegalMove)
        expect(() => checkMove(enrolmentStates, from, to)).toThrow(`Enrolment cannot go from ${from} to ${to}`)
      }),
    )
  })

  it('leads from every state that holds a place to one that does not', () => {
    const ended = new Set<string>(endedStatuses)
    for (const from of statuses.filter((one) => !ended.has(one))) {
      expect([...reachable(from)].some((to) => ended.has(to))).toBe(true)
    }
  })

  it('gets to the run only by way of PAID or an operator: never from a place that was not paid', () => {
    for (const from of ['PENDING_PAYMENT', 'CANCELLED', 'EXPIRED'] as const) {
      const withoutPaying = reachable(from, (to) => to === 'PAID' || to === 'STUCK')
      expect([...withoutPaying].filter((to) => isOnTheRun(to) || to === 'REGISTERING')).toEqual([])
    }
  })

  it('gives money back for a registration only by way of REVOKING, an operator, or whoever gave it up', () => {
    const ways = ['REVOKING', 'STUCK', 'WITHDRAWN', 'DEFERRING']
    for (const from of ['REGISTERED', 'COMPLETED'] as const) {
      expect([...reachable(from, (to) => ways.includes(to))].filter((to) => !isOnTheRun(to))).toEqual([])
    }
  })

  it('is never under way and on the run at once', () => {
    for (const one of statuses) expect(isUnderWay(one) && isOnTheRun(one)).toBe(false)
  })
})

/** Every state that moves lead to, without going through those that are barred. */
function reachable(from: EnrolmentStatus, barred: (to: EnrolmentStatus) => boolean = () => false) {
  const found = new Set<EnrolmentStatus>()
  const open = [from]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const to of movesFrom(enrolmentStates, at)) {
      if (barred(to) || found.has(to)) continue
      found.add(to)
      open.push(to)
    }
  }
  return found
}
