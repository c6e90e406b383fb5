/** Tests the refund window to the second and the order of refusals. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isInRefundWindow, type RefundFacts, refundability } from '../../src/payments/refund-window.rules.ts'

const startsAt = new Date('2026-10-19T08:00:00Z')
const london = 'Europe/London'
/** Clocks go back on 25 October: nine o'clock in London is then an hour later in UTC. */
const deadline = new Date('2026-11-02T09:00:00Z')
const paid: RefundFacts = {
  paymentStatus: 'SUCCEEDED',
  capturedMinor: 39_900,
  refundedMinor: 0,
  pendingRefundMinor: 0,
  disputed: false,
  startsAt,
  timeZone: london,
  now: new Date('2026-10-20T12:00:00Z'),
}

describe('the refund window', () => {
  it.each([
    ['a month before the start', '2026-09-19T08:00:00Z', true],
    ['on the fourteenth day, at the same time on the clock', deadline.toISOString(), true],
    ['a millisecond later', '2026-11-02T09:00:00.001Z', false],
  ])('%s', (_, now, open) => {
    expect(isInRefundWindow(startsAt, london, new Date(now))).toBe(open)
  })

  it('closes at one instant and stays closed', () => {
    const zones = fc.constantFrom(london, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC')
    const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(zones, instants, (timeZone, start) => {
        const { deadline: last } = refundability({ ...paid, startsAt: start, timeZone })
        expect(isInRefundWindow(start, timeZone, last)).toBe(true)
        expect(isInRefundWindow(start, timeZone, new Date(last.getTime() + 1))).toBe(false)
        const days = (last.getTime() - start.getTime()) / 86_400_000
        expect(Math.abs(days - 14)).toBeLessThanOrEqual(1 / 24)
      }),
    )
  })
})

describe('refundability', () => {
  it('offers a paid learner all of the money, until the deadline', () => {
    const expected = { refundable: true, deadline, maximumMinor: 39_900, reasonCode: null, reason: null }
    expect(refundability(paid)).toEqual(expected)
  })

  it.each([
    ['WINDOW_CLOSED', { now: new Date('2026-11-03T00:00:00Z') }, /until 2 November 2026 at 09:00 \(Europe\/London\)/],
    ['NOT_PAID', { paymentStatus: 'PROCESSING', capturedMinor: 0 }, /Nothing has been paid/],
    ['NOT_PAID', { paymentStatus: null, capturedMinor: 0 }, /Nothing has been paid/],
    ['ALREADY_REFUNDED', { refundedMinor: 39_900 }, /already been refunded/],
    ['REFUND_IN_PROGRESS', { pendingRefundMinor: 100 }, /on its way/],
    ['DISPUTED', { disputed: true }, /dispute/],
  ] as const)('says %s', (reasonCode, change, sentence) => {
    const answer = refundability({ ...paid, ...change })
    expect(answer).toMatchObject({ refundable: false, reasonCode })
    expect(answer.reason).toMatch(sentence)
  })

  it('names the first reason that holds when several do', () => {
    const wrong = { disputed: true, pendingRefundMinor: 1, refundedMinor: 39_900 }
    const late = { now: new Date('2026-12-01T00:00:00Z') }
    const code = (change: Partial<RefundFacts>) => refundability({ ...paid, ...change }).reasonCode
    expect(code({ ...wrong, ...late, paymentStatus: 'FAILED', capturedMinor: 0 })).toBe('WINDOW_CLOSED')
    expect(code({ ...wrong, paymentStatus: 'FAILED', capturedMinor: 0 })).toBe('NOT_PAID')
    expect(code(wrong)).toBe('ALREADY_REFUNDED')
    expect(code({ ...wrong, refundedMinor: 0 })).toBe('REFUND_IN_PROGRESS')
  })

  it('leaves what is back, or on its way, out of the maximum', () => {
    expect(refundability({ ...paid, refundedMinor: 10_000 })).toMatchObject({ refundable: true, maximumMinor: 29_900 })
    expect(refundability({ ...paid, refundedMinor: 10_000, pendingRefundMinor: 900 }).maximumMinor).toBe(29_000)
  })
})
