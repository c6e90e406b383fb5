/** Tests the refusals of enrolling, their order and the window's edges. */
import 'reflect-metadata'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type EnrolFacts, enrolmentRefusal } from '../../src/enrolments/enrolment.rules.ts'
import type { Enrolment } from '../../src/enrolments/enrolment.ts'
import type { PartnerAccount } from '../../src/learners/learner.ts'

const open: EnrolFacts = {
  run: {
    enrolmentOpensAt: new Date('2026-09-01T09:00:00Z'),
    startsAt: new Date('2026-10-01T09:00:00Z'),
    enrolmentClosesAt: new Date('2026-10-15T09:00:00Z'),
    endsAt: new Date('2026-12-24T09:00:00Z'),
    cancelled: false,
    priceMinor: 49_500,
  },
  withdrawn: false,
  now: new Date('2026-09-20T12:00:00Z'),
  active: null,
  freePlaces: 3,
}
const place = { id: 'mine' } as Enrolment
const invited = { status: 'PENDING' } as PartnerAccount
const account = { status: 'LINKED' } as PartnerAccount
const ends = ['2026-09-20T12:10:00Z', '2026-09-20T12:20:00Z', '2026-09-20T12:30:00Z'].map((text) => new Date(text))
const on = (instant: string, more: Partial<EnrolFacts> = {}): EnrolFacts => ({
  ...open,
  now: new Date(instant),
  ...more,
})

describe('enrolling', () => {
  it.each<[string, EnrolFacts]>([
    ['inside the window', open],
    ['at the instant the window opens', on('2026-09-01T09:00:00Z')],
    ['at the instant the window closes', on('2026-10-15T09:00:00Z')],
    ['after the start, while the window is open', on('2026-10-10T09:00:00Z')],
    ['when the partner cannot say how many places are left', on('2026-09-20T12:00:00Z', { freePlaces: null })],
    ['on the last place', on('2026-09-20T12:00:00Z', { freePlaces: 1 })],
    ['with a linked account and two unpaid holds', { ...open, partnerAccount: account, holdsEnd: ends.slice(1) }],
    [
      'with three unpaid holds, on what costs nothing',
      { ...open, run: { ...open.run, priceMinor: 0 }, partnerAccount: account, holdsEnd: ends },
    ],
  ])('is possible %s', (_, facts) => {
    expect(enrolmentRefusal(facts)).toBeNull()
  })

  it.each<[string, EnrolFacts, string, RegExp]>([
    ['before the window', on('2026-09-01T08:59:59.999Z'), 'ENROLMENT_CLOSED', /opens at 2026-09-01T09:00:00Z/],
    ['after the window', on('2026-10-15T09:00:00.001Z'), 'ENROLMENT_CLOSED', /closed at 2026-10-15T09:00:00Z/],
    ['after the end', on('2027-01-01T00:00:00Z'), 'ENROLMENT_CLOSED', /ended at 2026-12-24T09:00:00Z/],
    ['on a cancelled run', { ...open, run: { ...open.run, cancelled: true } }, 'ENROLMENT_CLOSED', /cancelled/],
    ['on a course that is not offered any more', { ...open, withdrawn: true }, 'ENROLMENT_CLOSED', /not offered/],
    ['when no place is left', { ...open, freePlaces: 0 }, 'RUN_FULL', /taken/],
    ['when more are held than there are', { ...open, freePlaces: -2 }, 'RUN_FULL', /taken/],
    ['twice', { ...open, active: place }, 'ALREADY_ENROLLED', /already/],
  ])('is not possible %s, and the refusal says why', (_, facts, code, message) => {
    const refusal = enrolmentRefusal(facts)
    expect(refusal).toMatchObject({ code, field: ['input', 'courseRunId'] })
    expect(refusal?.message).toMatch(message)
  })

  it('needs a linked account, then room for one more unpaid hold, before which the run itself is named', () => {
    const nothing = { ...open, holdsEnd: ends }
    expect(enrolmentRefusal({ ...nothing, partnerAccount: null })).toMatchObject({
      code: 'PARTNER_ACCOUNT_REQUIRED',
      partnerAccount: null,
      field: [],
    })
    expect(enrolmentRefusal({ ...nothing, partnerAccount: invited })).toMatchObject({ partnerAccount: invited })
    expect(enrolmentRefusal({ ...nothing, partnerAccount: account })).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'You hold 3 places that are not paid; pay for one, or give one up with cancelEnrolment.',
      retryAfter: 600,
    })
    expect(enrolmentRefusal({ ...nothing, partnerAccount: null, freePlaces: 0 })?.code).toBe('RUN_FULL')
  })

  it('tells when the window is, and which enrolment there is', () => {
    expect(enrolmentRefusal(on('2026-08-01T00:00:00Z'))).toMatchObject({
      opensAt: open.run.enrolmentOpensAt,
      closesAt: open.run.enrolmentClosesAt,
    })
    expect(enrolmentRefusal({ ...open, active: place })).toMatchObject({ enrolment: place })
  })

  it('names the place that the learner has before anything else, then the window, then the places', () => {
    const closed = { ...open.run, cancelled: true }
    expect(enrolmentRefusal({ ...open, active: place, run: closed, freePlaces: 0 })?.code).toBe('ALREADY_ENROLLED')
    expect(enrolmentRefusal({ ...open, run: closed, freePlaces: 0 })?.code).toBe('ENROLMENT_CLOSED')
  })

  it('is possible exactly in the window, with a place, once', () => {
    const instant = fc.date({ min: new Date('2026-08-01'), max: new Date('2027-02-01'), noInvalidDate: true })
    const places = fc.option(fc.integer({ min: -3, max: 3 }))
    fc.assert(
      fc.property(instant, places, fc.boolean(), fc.boolean(), (now, freePlaces, mine, withdrawn) => {
        const refusal = enrolmentRefusal({ ...open, now, freePlaces, withdrawn, active: mine ? place : null })
        const inWindow = now >= open.run.enrolmentOpensAt && now <= open.run.enrolmentClosesAt
        const room = freePlaces === null || freePlaces > 0
        expect(refusal === null).toBe(inWindow && room && !mine && !withdrawn)
      }),
    )
  })
})
