/** Tests who may ask for which refund and when, clause by clause. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type RefundRequest, refundRefusal } from '../../src/enrolments/refund-request.rules.ts'
import { type Balance, balanceFrom } from '../../src/payments/balance.ts'
import { DisputeStatus } from '../../src/payments/dispute.ts'
import { RefundStatus } from '../../src/payments/refund.ts'
import { contractualWindow } from '../../src/payments/refund-window.rules.ts'

const untouched: Balance = {
  capturedMinor: 49_500,
  backMinor: 0,
  onItsWayMinor: 0,
  leftMinor: 49_500,
  contested: false,
}
const learner: RefundRequest = {
  byOperator: false,
  reason: null,
  amountMinor: null,
  expressible: true,
  keepRegistration: false,
  enrolmentStatus: 'REGISTERED',
  paymentStatus: 'SUCCEEDED',
  balance: untouched,
  currency: 'GBP',
  window: contractualWindow(new Date('2026-10-19T08:00:00Z'), 'Europe/London'),
  bounced: false,
  moved: false,
  timeZone: 'Europe/London',
  now: new Date('2026-10-20T12:00:00Z'),
}
const operator: RefundRequest = { ...learner, byOperator: true, reason: 'The tutor fell ill.' }
const late = { now: new Date('2026-11-03T00:00:00Z') }

describe('a learner', () => {
  it('has the whole back until fourteen days after the start', () => {
    expect(refundRefusal(learner)).toBeNull()
    expect(refundRefusal({ ...learner, reason: 'I changed my mind.' })).toBeNull()
    expect(refundRefusal({ ...learner, now: new Date('2026-11-02T09:00:00Z') })).toBeNull()
  })

  it('whose refund the bank sent back is told so, and is not refunded by the same way again', () => {
    const answer = refundRefusal({ ...learner, enrolmentStatus: 'STUCK', bounced: true })
    expect(answer).toMatchObject({ code: 'ILLEGAL_TRANSITION', from: 'STUCK', message: expect.stringMatching(/bank/) })
    expect(refundRefusal({ ...operator, enrolmentStatus: 'STUCK', bounced: true })).toBeNull()
  })

  it('hears when the window closed', () => {
    expect(refundRefusal({ ...learner, ...late })).toMatchObject({
      code: 'REFUND_WINDOW_CLOSED',
      closedAt: new Date('2026-11-02T09:00:00Z'),
      field: ['input', 'enrolmentId'],
    })
  })

  it.each([
    ['amountMinor', { amountMinor: 100 }],
    ['keepRegistration', { keepRegistration: true }],
  ])('may not say %s', (name, wish) => {
    expect(refundRefusal({ ...learner, ...wish })).toMatchObject({ code: 'FORBIDDEN', field: ['input', name] })
  })
})

describe('an operator', () => {
  it('refunds at any time, the whole or a part', () => {
    expect(refundRefusal({ ...operator, ...late })).toBeNull()
    expect(refundRefusal({ ...operator, ...late, amountMinor: 1, keepRegistration: true })).toBeNull()
    expect(refundRefusal({ ...operator, amountMinor: 49_500 })).toBeNull()
  })

  it.each([
    ['reason', { reason: null }],
    ['reason', { reason: '  ' }],
    ['reason', { reason: 'x'.repeat(501) }],
    ['amountMinor', { amountMinor: 0 }],
    ['amountMinor', { amountMinor: -5 }],
    ['amountMinor', { amountMinor: 5, expressible: false }],
  ])('hears what is wrong with %s', (name, wish) => {
    expect(refundRefusal({ ...operator, ...wish })).toMatchObject({ code: 'INVALID_INPUT', field: ['input', name] })
  })

  it('hears the most that can go back when asking for more', () => {
    const balance = { ...untouched, backMinor: 9_500, onItsWayMinor: 10_000, leftMinor: 30_000 }
    expect(refundRefusal({ ...operator, balance, amountMinor: 30_000 })).toBeNull()
    expect(refundRefusal({ ...operator, balance, amountMinor: 30_001 })).toMatchObject({
      code: 'REFUND_AMOUNT_EXCEEDED',
      field: ['input', 'amountMinor'],
      maximum: { amountMinor: 30_000, currency: 'GBP' },
    })
  })
})

describe('nobody', () => {
  it.each<[string, Partial<RefundRequest>, string]>([
    ['nothing was paid', { balance: null, paymentStatus: null }, 'ILLEGAL_TRANSITION'],
    ['nothing was captured', { balance: { ...untouched, capturedMinor: 0, leftMinor: 0 } }, 'ILLEGAL_TRANSITION'],
    ['everything is back', { balance: { ...untouched, backMinor: 49_500, leftMinor: 0 } }, 'REFUND_AMOUNT_EXCEEDED'],
    [
      'everything is on its way',
      { balance: { ...untouched, onItsWayMinor: 49_500, leftMinor: 0 } },
      'REFUND_AMOUNT_EXCEEDED',
    ],
    ['the bank decides', { balance: { ...untouched, contested: true } }, 'ILLEGAL_TRANSITION'],
  ])('is refunded when %s', (_, facts, code) => {
    for (const who of [learner, operator]) expect(refundRefusal({ ...who, ...facts })?.code).toBe(code)
  })
})

describe('the balance', () => {
  const amountMinor = fc.integer({ min: 1, max: 60_000 })
  const refunds = fc.array(fc.record({ status: fc.constantFrom(...Object.values(RefundStatus)), amountMinor }))
  const disputes = fc.array(fc.record({ status: fc.constantFrom(...Object.values(DisputeStatus)), amountMinor }))

  it('never leaves more than what is neither back nor on its way, nor less than nothing', () => {
    fc.assert(
      fc.property(fc.option(amountMinor), refunds, disputes, (capturedMinor, some, others) => {
        const balance = balanceFrom({ capturedMinor }, some, others)
        expect(balance.leftMinor).toBe(Math.max(0, balance.capturedMinor - balance.backMinor - balance.onItsWayMinor))
        expect(balance.capturedMinor).toBe(capturedMinor ?? 0)
      }),
    )
  })

  it('counts refunds that failed or were cancelled as money that stayed', () => {
    fc.assert(
      fc.property(refunds, (some) => {
        const voided = some.map((refund) => ({ ...refund, status: 'FAILED' as const }))
        expect(balanceFrom({ capturedMinor: 60_000 }, voided, [])).toMatchObject({ leftMinor: 60_000, backMinor: 0 })
      }),
    )
  })

  it('counts a lost dispute as money that went back, and an open one as contested', () => {
    const one = (status: DisputeStatus) => balanceFrom({ capturedMinor: 500 }, [], [{ status, amountMinor: 500 }])
    expect(one('LOST')).toMatchObject({ backMinor: 500, leftMinor: 0, contested: false })
    for (const open of ['OPEN', 'UNDER_REVIEW'] as const) expect(one(open)).toMatchObject({ contested: true })
    for (const kept of ['WON', 'WITHDRAWN'] as const) {
      expect(one(kept)).toMatchObject({ leftMinor: 500, contested: false })
    }
  })
})
