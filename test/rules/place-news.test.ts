/** Tests what the partner's news of a place makes of each status. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { EnrolmentStatus, StuckReason } from '../../src/enrolments/enrolment.ts'
import { type PlaceFacts, placeNews } from '../../src/enrolments/place-news.rules.ts'

/** A paid place that the partner has ended, not said by whom. */
const ended: PlaceFacts = {
  status: 'REGISTERED',
  stuckReason: null,
  isKnown: true,
  hasRegistration: true,
  isOurs: true,
  active: false,
  endedBy: null,
  endSeen: false,
  askedSince: false,
  later: false,
  moneyHere: true,
  nothingPaid: false,
  bounced: false,
  runCancelled: false,
  wasTarget: false,
}
/** The same, given back: asked for after its end was kept. */
const back: PlaceFacts = { ...ended, active: true, endSeen: true, askedSince: true }
const unknown = { isKnown: false, hasRegistration: false }

describe('ended', () => {
  it.each<[string, Partial<PlaceFacts>]>([
    ['STRAND', {}],
    ['STRAND', { endedBy: 'PARTNER' }],
    ['STRAND', { endedBy: 'GATEWAY', runCancelled: true }],
    ['KEEP_END', { runCancelled: true }],
    ['LEAVE', { endedBy: 'LEARNER' }],
    ['LEAVE', { moneyHere: false, nothingPaid: true }],
    ['LEAVE', { moneyHere: false, endedBy: 'PARTNER' }],
    ['KEEP_END', { status: 'COMPLETED', endedBy: 'PARTNER' }],
    ['KEEP_END', { status: 'REVOKED', endedBy: 'GATEWAY' }],
    ['KEEP_END', { status: 'DEFERRING', endedBy: 'PARTNER' }],
    ['KEEP_END', { status: 'DEFERRED', endedBy: 'GATEWAY' }],
    ['REGISTER_AGAIN', { status: 'REGISTERING', ...unknown }],
    ['NOTHING', { status: 'REGISTERING', endSeen: true }],
    ['REFUSED', { status: 'REGISTERING', isKnown: false, endSeen: true }],
    ['NOTHING', { status: 'REGISTERING', isKnown: false, isOurs: false, endSeen: true }],
    ['NOTHING', { isKnown: false }],
  ])('%s of %j', (news, change) => {
    expect(placeNews({ ...ended, ...change })).toBe(news)
  })
})

describe('active', () => {
  it.each<[string, Partial<PlaceFacts>]>([
    ['CURRENT', { status: 'REGISTERED', endSeen: false }],
    ['CURRENT', { status: 'REGISTERED', isKnown: false, later: true }],
    ['NOTHING', { status: 'REGISTERED', isKnown: false }],
    ['CURRENT', { status: 'REGISTERING', ...unknown }],
    ['BACK', { status: 'STUCK', stuckReason: 'REGISTRATION_ENDED' }],
    ['NOTHING', { status: 'STUCK', stuckReason: 'REFUND_BOUNCED' }],
    ['END_AGAIN', { status: 'STUCK', stuckReason: 'COMPENSATION_FAILED', ...unknown, endSeen: false }],
    ['BACK', { status: 'WITHDRAWN' }],
    ['BACK', { status: 'WITHDRAWN', moneyHere: false, nothingPaid: true }],
    ['END_AGAIN', { status: 'WITHDRAWN', endSeen: false, askedSince: false }],
    ['NOTHING', { status: 'COMPENSATING' }],
    ['END_AGAIN', { status: 'COMPENSATING', ...unknown, endSeen: false }],
    ['UNPAID', { status: 'COMPENSATED' }],
    ['END_AGAIN', { status: 'COMPENSATED', ...unknown, endSeen: false }],
    ['UNPAID', { status: 'REVOKED' }],
    ['UNPAID', { status: 'EXPIRED', ...unknown, endSeen: false }],
    ['UNPAID', { status: 'CANCELLED', ...unknown, endSeen: false }],
    ['NOTHING', { status: 'PAID', ...unknown, endSeen: false }],
    ['NOTHING', { status: 'REVOKING' }],
    ['NOTHING', { status: 'DEFERRING' }],
    ['UNPAID', { status: 'DEFERRED' }],
    ['UNPAID', { status: 'DEFERRED', ...unknown, endSeen: false }],
    ['END_AGAIN', { status: 'DEFERRED', endSeen: false, askedSince: false }],
    ['END_AGAIN', { status: 'CANCELLED', wasTarget: true, ...unknown, endSeen: false }],
    ['UNPAID', { status: 'CANCELLED', wasTarget: true }],
  ])('%s of %j', (news, change) => {
    expect(placeNews({ ...back, ...change })).toBe(news)
  })

  it('in an answer that was asked for before its end was kept says nothing, however it stands', () => {
    const statuses = Object.values(EnrolmentStatus).filter(
      (one) => !['PENDING_PAYMENT', 'CANCELLED', 'EXPIRED'].includes(one),
    )
    const facts = fc.record({
      status: fc.constantFrom(...statuses),
      stuckReason: fc.option(fc.constantFrom(...Object.values(StuckReason))),
      moneyHere: fc.boolean(),
      nothingPaid: fc.boolean(),
      later: fc.boolean(),
      runCancelled: fc.boolean(),
    })
    fc.assert(
      fc.property(facts, (change) => {
        expect(placeNews({ ...back, ...change, askedSince: false })).toBe('NOTHING')
      }),
    )
  })
})

it('only money that is here leaves somebody STUCK, and only a place that is registered or being made moves', () => {
  const facts = fc.record({
    status: fc.constantFrom(...Object.values(EnrolmentStatus)),
    isKnown: fc.boolean(),
    hasRegistration: fc.boolean(),
    isOurs: fc.boolean(),
    endSeen: fc.boolean(),
    endedBy: fc.constantFrom('LEARNER', 'PARTNER', 'GATEWAY', null),
    moneyHere: fc.boolean(),
    runCancelled: fc.boolean(),
  })
  fc.assert(
    fc.property(facts, (change) => {
      const news = placeNews({ ...ended, ...change })
      if (news === 'STRAND') expect(change).toMatchObject({ moneyHere: true, status: 'REGISTERED', isKnown: true })
      if (news === 'LEAVE') expect(change).toMatchObject({ status: 'REGISTERED', isKnown: true })
      if (news === 'REFUSED') expect(change).toMatchObject({ status: 'REGISTERING', endSeen: true, isOurs: true })
    }),
  )
})
