/** Tests how the rows of a wish for money back are read. */
import { describe, expect, it } from '@jest/globals'
import {
  failedWish,
  fulfils,
  lastOfEachWish,
  triesUntil,
  unfulfilledWish,
  wasInTime,
} from '../../src/payments/unfulfilled-wish.rules.ts'

const row = (id: string, wishId: string, status: string, writtenOffAt: Date | null = null) =>
  ({ id, wishId, status, writtenOffAt }) as never
const at = (hours: number) => new Date(Date.UTC(2026, 11, 1, hours))

describe('a wish', () => {
  it('is what its last row has come to', () => {
    const rows = [row('1', 'a', 'FAILED'), row('2', 'b', 'FAILED'), row('3', 'a', 'SUCCEEDED')]
    expect(lastOfEachWish(rows)).toMatchObject([{ id: '2' }, { id: '3' }])
    expect(failedWish(rows)).toMatchObject({ id: '2' })
    expect(failedWish(rows.slice(1))).toMatchObject({ id: '2' })
    expect(failedWish([row('1', 'a', 'FAILED'), row('2', 'a', 'REQUESTED')])).toBeNull()
    expect(unfulfilledWish([row('1', 'a', 'REQUESTED'), row('2', 'b', 'FAILED')])).toMatchObject({ id: '1' })
    expect(unfulfilledWish([row('1', 'a', 'SETTLED_OUTSIDE'), row('2', 'b', 'SUCCEEDED')])).toBeNull()
    expect(failedWish([row('1', 'a', 'FAILED', at(1))])).toBeNull()
  })

  it('is fulfilled by all of it that can still go back, and not by less', () => {
    expect(fulfils(500, { amountMinor: 500 }, 900)).toBe(true)
    expect(fulfils(499, { amountMinor: 500 }, 900)).toBe(false)
    expect(fulfils(300, { amountMinor: 500 }, 300)).toBe(true)
  })

  it('counts the tries that followed each other by themselves, not those that somebody asked for', () => {
    const tries = [
      { id: '1', requestedAt: at(0), settledAt: at(1) },
      { id: '2', requestedAt: at(1), settledAt: at(2) },
      { id: '3', requestedAt: at(9), settledAt: at(10) },
      { id: '4', requestedAt: at(10), settledAt: null },
    ]
    expect(triesUntil(tries, tries[3] as never).map(({ id }) => id)).toEqual(['3', '4'])
    expect(triesUntil(tries, tries[1] as never).map(({ id }) => id)).toEqual(['1', '2'])
  })

  it.each([
    ['LEARNER', 5, true],
    ['COMPENSATION', 5, true],
    ['RUN_CANCELLED', 5, true],
    ['OPERATOR', 4, true],
    ['OPERATOR', 5, false],
    ['PROVIDER', 4, false],
  ] as const)('of %s at %s o’clock was in time: %s', (origin, hours, expected) => {
    expect(wasInTime([{ origin, askedAt: at(hours) }], at(4))).toBe(expected)
    expect(wasInTime([{ origin, askedAt: at(hours) }], null)).toBe(expected && origin !== 'OPERATOR')
  })
})
