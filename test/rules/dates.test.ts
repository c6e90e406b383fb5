/** Tests calendar dates and wall-clock times where zones change their clocks. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  addDays,
  addYears,
  compareDates,
  dateIn,
  inZone,
  isDate,
  isTimeZone,
  refundDeadline,
} from '../../src/values/dates.ts'

// Before 1973 some zones were off by odd seconds, which RFC 3339 cannot write.
const instants = fc.date({ min: new Date('1973-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
const dates = instants.map((instant) => instant.toISOString().slice(0, 10))

describe('a calendar date', () => {
  it.each(['2026-11-23', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('may be %s', (text) => {
    expect(isDate(text)).toBe(true)
  })

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '0000-01-01',
    '2026-1-1',
    '2026-11-23T00:00',
    '',
    ' 2026-11-23',
  ])('may not be "%s"', (text) => {
    expect(isDate(text)).toBe(false)
  })

  it('is every day that there is', () => {
    fc.assert(fc.property(dates, (date) => expect(isDate(date)).toBe(true)))
  })

  it.each([
    ['2024-06-01', 5, '2029-06-01'],
    ['2024-02-29', 1, '2025-02-28'],
    ['2024-02-29', 4, '2028-02-29'],
    ['2096-02-29', 4, '2100-02-28'],
    ['9990-01-01', 16, '9999-12-31'],
    ['0009-03-04', 0, '0009-03-04'],
  ])('%s and %s years is %s', (date, years, later) => {
    expect(addYears(date, years)).toBe(later)
  })

  it('goes on by days, across months, years and leap days', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
    fc.assert(
      fc.property(dates, fc.integer({ min: -4000, max: 4000 }), (date, days) => {
        expect(addDays(addDays(date, days), -days)).toBe(date)
        expect(Math.sign(compareDates(addDays(date, days), date))).toBe(Math.sign(days))
      }),
    )
  })
})

describe('an instant in a zone', () => {
  it.each([
    ['2026-07-01T12:00:00Z', 'Europe/London', '2026-07-01T13:00:00+01:00', '2026-07-01'],
    ['2026-12-01T23:30:00Z', 'Asia/Kolkata', '2026-12-02T05:00:00+05:30', '2026-12-02'],
    ['2026-12-01T03:30:00.250Z', 'America/New_York', '2026-11-30T22:30:00.25-05:00', '2026-11-30'],
    ['2026-12-01T00:00:00Z', 'UTC', '2026-12-01T00:00:00+00:00', '2026-12-01'],
  ])('%s in %s is %s', (instant, zone, text, date) => {
    expect(inZone(new Date(instant), zone)).toBe(text)
    expect(dateIn(new Date(instant), zone)).toBe(date)
  })

  it('is the same instant, whatever the zone', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
    fc.assert(fc.property(instants, zones, (instant, zone) => expect(new Date(inZone(instant, zone))).toEqual(instant)))
  })

  it.each(['Europe/London', 'UTC', 'America/Argentina/Buenos_Aires'])('knows the zone %s', (name) => {
    expect(isTimeZone(name)).toBe(true)
  })

  it.each(['+01:00', 'Mars/Olympus', '', 'Europe/', '2026'])('knows no zone "%s"', (name) => {
    expect(isTimeZone(name)).toBe(false)
  })
})

describe('the refund deadline', () => {
  it.each([
    ['an ordinary fortnight', '2026-05-04T09:00:00Z', 'Europe/London', '2026-05-18T09:00:00Z'],
    ['clocks that go forward', '2026-03-16T09:00:00Z', 'Europe/London', '2026-03-30T08:00:00Z'],
    ['clocks that go back', '2026-10-19T08:00:00Z', 'Europe/London', '2026-11-02T09:00:00Z'],
    ['clocks that move by half an hour', '2026-03-25T13:00:00Z', 'Australia/Lord_Howe', '2026-04-08T13:30:00Z'],
    ['a time that the clocks skip: as much later', '2026-03-15T01:30:00Z', 'Europe/London', '2026-03-29T01:30:00Z'],
    ['a time that comes twice: the first', '2026-10-11T00:30:00Z', 'Europe/London', '2026-10-25T00:30:00Z'],
  ])('of %s', (_, startsAt, zone, deadline) => {
    expect(refundDeadline(new Date(startsAt), zone)).toEqual(new Date(deadline))
  })
})
