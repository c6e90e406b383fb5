/** Tests who may ask for which refund and when, clause by clause. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type RefundRequest, refundRefusal } from '../../src/enrolments/refund-request.rules.ts'
import { type Balance, balanceFrom, type DisputePart, isBack, lostThrough } from '../../src/payments/balance.ts'
import { contractualWindow } from '../../src/payments/refund-window.rules.ts'
import { disputeParts, refundParts } from '../support/money/money-parts.ts'

const untouched: Balance = {
  capturedMinor: 49_500,
  backMinor: 0,
  onItsWayMinor: 0,
  leftMinor: 49_500,
  contested: false,
  openDispute: null,
  refundable: 'ANY',
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
    [
      'the bank decides',
      { balance: { ...untouched, openDispute: 'OPEN', refundable: 'NOTHING' } },
      'ILLEGAL_TRANSITION',
    ],
  ])('is refunded when %s', (_, facts, code) => {
    for (const who of [learner, operator]) expect(refundRefusal({ ...who, ...facts })?.code).toBe(code)
  })
})

describe('while a dispute is open', () => {
  const balance: Balance = { ...untouched, openDispute: 'UNDER_REVIEW', refundable: 'WHOLE_ONLY' }

  it('the whole of what is left can go back where only that can, and no part', () => {
    for (const who of [learner, operator]) expect(refundRefusal({ ...who, balance })).toBeNull()
    expect(refundRefusal({ ...operator, balance, amountMinor: 49_500 })).toBeNull()
    expect(refundRefusal({ ...operator, balance, amountMinor: 49_499 })).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      from: 'UNDER_REVIEW',
      field: ['input', 'amountMinor'],
    })
  })

  it('any amount can where the provider says so, and the dispute is named where nothing can', () => {
    const any = { ...balance, refundable: 'ANY' } as const
    expect(refundRefusal({ ...operator, balance: any, amountMinor: 1 })).toBeNull()
    const nothing = { ...balance, refundable: 'NOTHING' } as const
    for (const who of [learner, operator]) {
      expect(refundRefusal({ ...who, balance: nothing })).toMatchObject({ from: 'UNDER_REVIEW' })
    }
  })
})

describe('the balance', () => {
  const amountMinor = fc.integer({ min: 1, max: 60_000 })
  const refunds = refundParts(amountMinor, 6)
  const disputes = disputeParts(amountMinor, 3)

  it('never leaves more than what is neither back nor on its way, nor less than nothing', () => {
    fc.assert(
      fc.property(fc.option(amountMinor), refunds, disputes, (capturedMinor, some, others) => {
        const balance = balanceFrom({ capturedMinor }, some, others)
        const { backMinor, onItsWayMinor, leftMinor } = balance
        expect(balance.capturedMinor).toBe(capturedMinor ?? 0)
        const rest = Math.max(0, balance.capturedMinor - backMinor - onItsWayMinor)
        const trifle = others.some(({ status }) => status === 'LOST') && rest <= balance.capturedMinor * 0.02
        expect(leftMinor).toBe(trifle ? 0 : rest)
        expect(backMinor).toBeLessThanOrEqual(balance.capturedMinor)
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

  const openedAt = new Date('2026-12-01T10:00:00Z')
  const lost: DisputePart = {
    status: 'LOST',
    stage: 'CHARGEBACK',
    refundable: 'NOTHING',
    lostMinor: 49_500,
    countsRefunds: false,
    openedAt,
  }
  const of = (disputes: readonly DisputePart[], refunds: Parameters<typeof balanceFrom>[1] = []) =>
    balanceFrom({ capturedMinor: 49_500 }, refunds, disputes)

  it('counts a lost dispute as money that went back, and an open claim, but no question, as contested', () => {
    expect(of([lost])).toMatchObject({ backMinor: 49_500, leftMinor: 0, contested: false, openDispute: null })
    for (const status of ['OPEN', 'UNDER_REVIEW'] as const) {
      const open = { ...lost, status }
      expect(of([open])).toMatchObject({ leftMinor: 49_500, contested: true, openDispute: status })
      expect(of([{ ...open, stage: 'INQUIRY' }])).toMatchObject({ contested: false, openDispute: status })
    }
    for (const status of ['WON', 'WITHDRAWN'] as const) {
      const kept = { leftMinor: 49_500, contested: false, openDispute: null, refundable: 'ANY' }
      expect(of([{ ...lost, status }])).toMatchObject(kept)
    }
  })

  it('lets be refunded what the strictest of the open disputes lets', () => {
    const open = (refundable: DisputePart['refundable']) => ({ ...lost, status: 'OPEN', refundable }) as const
    expect(of([open('ANY'), open('WHOLE_ONLY')]).refundable).toBe('WHOLE_ONLY')
    expect(of([open('WHOLE_ONLY'), open('NOTHING'), open('ANY')]).refundable).toBe('NOTHING')
  })

  it.each([
    [49_500, 49_500, 0],
    [48_510, 49_500, 0],
    [48_509, 48_509, 991],
    [20_000, 20_000, 29_500],
  ])('after a dispute that was lost for %i of 49500 has %i back and %i left', (lostMinor, backMinor, leftMinor) => {
    const balance = of([{ ...lost, lostMinor }])
    expect(balance).toMatchObject({ backMinor, leftMinor })
    expect(isBack(balance)).toBe(leftMinor === 0)
  })

  it('counts once what went back by refunds since a dispute was opened, where the provider counts them into it', () => {
    const refund = (amountMinor: number, requestedAt: Date) =>
      ({ status: 'SUCCEEDED', amountMinor, requestedAt }) as const
    const before = refund(5_000, new Date(openedAt.getTime() - 1))
    const since = refund(10_000, openedAt)
    const failed = { ...refund(9_000, openedAt), status: 'FAILED' } as const
    const counting = { ...lost, lostMinor: 15_000, countsRefunds: true }
    expect(lostThrough(counting, [before, since, failed])).toBe(5_000)
    expect(lostThrough({ ...counting, lostMinor: 8_000 }, [since])).toBe(0)
    expect(lostThrough({ ...counting, countsRefunds: false }, [before, since])).toBe(15_000)
    expect(of([counting], [before, since, failed])).toMatchObject({ backMinor: 20_000, leftMinor: 29_500 })
  })
})
