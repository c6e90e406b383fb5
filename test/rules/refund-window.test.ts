/** Tests the refund window to the second and the order of refusals. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Balance } from '../../src/payments/balance.ts'
import {
  contractualWindow,
  isOpenWindow,
  purchaseWindow,
  type RefundFacts,
  refundability,
  rightInWords,
  statutoryWindow,
} from '../../src/payments/refund-window.rules.ts'

const startsAt = new Date('2026-10-19T08:00:00Z')
const london = 'Europe/London'
/** Clocks go back on 25 October: nine o'clock in London is then an hour later in UTC. */
const deadline = new Date('2026-11-02T09:00:00Z')
/** All of it here, but for what is said. */
function money(change: Partial<Balance>): Balance {
  const untouched = { capturedMinor: 39_900, backMinor: 0, onItsWayMinor: 0, leftMinor: 39_900, contested: false }
  return { ...untouched, openDispute: null, refundable: 'ANY', ...change }
}
const paid: RefundFacts = {
  paymentStatus: 'SUCCEEDED',
  balance: money({}),
  window: contractualWindow(startsAt, london),
  bounced: false,
  moved: false,
  timeZone: london,
  now: new Date('2026-10-20T12:00:00Z'),
}

describe('the refund window', () => {
  it.each([
    ['a month before the start', '2026-09-19T08:00:00Z', true],
    ['on the fourteenth day, at the same time on the clock', deadline.toISOString(), true],
    ['a millisecond later', '2026-11-02T09:00:00.001Z', false],
  ])('%s', (_, now, open) => {
    expect(isOpenWindow(paid.window, new Date(now))).toBe(open)
  })

  it('closes at one instant and stays closed', () => {
    const zones = fc.constantFrom(london, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC')
    const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(zones, instants, (timeZone, start) => {
        const window = contractualWindow(start, timeZone)
        const last = refundability({ ...paid, window, timeZone }).deadline as Date
        expect(isOpenWindow(window, last)).toBe(true)
        expect(isOpenWindow(window, new Date(last.getTime() + 1))).toBe(false)
        const days = (last.getTime() - start.getTime()) / 86_400_000
        expect(Math.abs(days - 14)).toBeLessThanOrEqual(1 / 24)
      }),
    )
  })
})

describe('refundability', () => {
  it('offers a paid learner all of the money, until the deadline', () => {
    const basis = 'CONTRACT_FROM_START'
    const expected = { refundable: true, deadline, basis, maximumMinor: 39_900, reasonCode: null, reason: null }
    expect(refundability(paid)).toEqual(expected)
  })

  it.each([
    ['WINDOW_CLOSED', { now: new Date('2026-11-03T00:00:00Z') }, /until 2 November 2026 at 09:00 \(Europe\/London\)/],
    ['NOT_PAID', { paymentStatus: 'PROCESSING', balance: money({ capturedMinor: 0 }) }, /Nothing has been paid/],
    ['NOT_PAID', { paymentStatus: null, balance: null }, /Nothing has been paid/],
    ['ALREADY_REFUNDED', { balance: money({ backMinor: 39_900 }) }, /already been refunded/],
    ['REFUND_IN_PROGRESS', { balance: money({ onItsWayMinor: 100 }) }, /on its way/],
    ['DISPUTED', { balance: money({ refundable: 'NOTHING' }) }, /dispute/],
  ] as const)('says %s', (reasonCode, change, sentence) => {
    const answer = refundability({ ...paid, ...change })
    expect(answer).toMatchObject({ refundable: false, reasonCode })
    expect(answer.reason).toMatch(sentence)
  })

  it('names the first reason that holds when several do', () => {
    const wrong = { refundable: 'NOTHING', onItsWayMinor: 1, backMinor: 39_900 } as const
    const late = { now: new Date('2026-12-01T00:00:00Z') }
    const unpaid = { paymentStatus: 'FAILED', balance: money({ ...wrong, capturedMinor: 0 }) } as const
    const code = (change: Partial<RefundFacts>) => refundability({ ...paid, ...change }).reasonCode
    expect(code({ ...unpaid, ...late })).toBe('NOT_PAID')
    expect(code({ ...late, balance: money(wrong) })).toBe('ALREADY_REFUNDED')
    expect(code({ ...late, balance: money({ ...wrong, backMinor: 0 }) })).toBe('REFUND_IN_PROGRESS')
    expect(code({ ...late, balance: money({ refundable: 'NOTHING' }) })).toBe('DISPUTED')
    expect(code(late)).toBe('WINDOW_CLOSED')
  })

  it('is still there while a dispute is open that a refund of the whole would end', () => {
    const open = { contested: true, openDispute: 'OPEN' } as const
    for (const refundable of ['WHOLE_ONLY', 'ANY'] as const) {
      expect(refundability({ ...paid, balance: money({ ...open, refundable }) }).refundable).toBe(true)
    }
  })

  it('knows no deadline where there is none, and says what the bank sent back', () => {
    const window = { basis: 'RUN_CANCELLED', until: null } as const
    const late = { now: new Date('2030-01-01T00:00:00Z'), window }
    expect(refundability({ ...paid, ...late })).toMatchObject({ refundable: true, deadline: null, basis: window.basis })
    const bounced = refundability({ ...paid, ...late, bounced: true })
    expect(bounced).toMatchObject({ refundable: false, reasonCode: 'REFUND_IN_PROGRESS' })
    expect(bounced.reason).toMatch(/came back from your bank/)
  })

  it('offers at most what is left, whether it may be asked for or not', () => {
    const part = money({ backMinor: 10_000, leftMinor: 29_900 })
    expect(refundability({ ...paid, balance: part })).toMatchObject({ refundable: true, maximumMinor: 29_900 })
    const less = money({ backMinor: 10_000, onItsWayMinor: 900, leftMinor: 29_000 })
    expect(refundability({ ...paid, balance: less })).toMatchObject({ refundable: false, maximumMinor: 29_000 })
  })
})

describe('the deadline of the law', () => {
  it.each([
    ['in winter', '2026-12-01T10:00:00Z', 'Europe/London', '2026-12-15T23:59:59.999Z'],
    ['at the last instant of a day', '2026-12-01T23:59:59.999Z', 'Europe/London', '2026-12-15T23:59:59.999Z'],
    ['at the first of the next', '2026-12-02T00:00:00Z', 'Europe/London', '2026-12-16T23:59:59.999Z'],
    ['when the clocks go forward within', '2027-03-20T12:00:00Z', 'Europe/London', '2027-04-03T22:59:59.999Z'],
    ['when they go back within', '2026-10-20T12:00:00Z', 'Europe/London', '2026-11-03T23:59:59.999Z'],
    ['a day ahead of UTC', '2026-12-01T11:00:00Z', 'Pacific/Auckland', '2026-12-16T10:59:59.999Z'],
    ['where the next midnight is skipped', '2026-04-10T12:00:00Z', 'Africa/Cairo', '2026-04-24T20:59:59.999Z'],
    ['where the next midnight itself is skipped', '2026-04-09T12:00:00Z', 'Africa/Cairo', '2026-04-23T21:59:59.999Z'],
    ['where the last hour comes twice', '2026-10-15T12:00:00Z', 'Africa/Cairo', '2026-10-29T21:59:59.999Z'],
  ])('%s', (_, at, zone, until) => {
    expect(statutoryWindow(new Date(at), zone)).toEqual({ basis: 'STATUTORY_FROM_PURCHASE', until: new Date(until) })
  })

  it('counts when it is the later, and the contract when they are equal', () => {
    const bought = new Date('2026-12-01T10:00:00Z')
    const basis = (start: string) => purchaseWindow(new Date(start), bought, 'UTC').basis
    expect(basis('2026-12-01T23:59:59.998Z')).toBe('STATUTORY_FROM_PURCHASE')
    expect(basis('2026-12-01T23:59:59.999Z')).toBe('CONTRACT_FROM_START')
    expect(basis('2026-12-02T00:00:00Z')).toBe('CONTRACT_FROM_START')
  })

  it.each([
    [
      '2026-11-01T09:00:00Z',
      'The 14 days from the start are over; you have 14 days from today. You can ask for all of the money back until 15 December 2026 at 23:59 (UTC).',
    ],
    [
      '2026-12-01T09:00:00Z',
      'You can ask for all of the money back until 15 December 2026 at 23:59 (UTC), 14 days from today.',
    ],
    [
      '2027-01-04T09:00:00Z',
      'You can ask for all of the money back until 18 January 2027 at 09:00 (UTC), 14 days from the start on 4 January 2027.',
    ],
  ])('is said for a start of %s', (start, sentence) => {
    const now = new Date('2026-12-01T10:00:00Z')
    const startsAt = new Date(start)
    const contractual = contractualWindow(startsAt, 'UTC').until
    expect(rightInWords({ startsAt, contractual, statutory: statutoryWindow(now, 'UTC').until, now }, 'UTC')).toBe(
      sentence,
    )
  })
})
