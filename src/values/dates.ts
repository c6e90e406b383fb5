/** Reads calendar dates, instants and wall-clock times in a zone. */
import { LRUCache } from 'lru-cache'
import { Temporal } from 'temporal-polyfill'

/** Days after a run's start during which a refund can be asked for. */
const REFUND_WINDOW_DAYS = 14
const calendarDate = /^\d{4}-\d{2}-\d{2}$/
const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const lastDate = '9999-12-31'

/** Whether the text is a real calendar date of the years 0001 to 9999, written YYYY-MM-DD. */
export function isDate(text: string): boolean {
  if (!calendarDate.test(text)) return false
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  return yearOf(text) >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(yearOf(text), month)
}

/** Negative, zero or positive, as left is before, on or after right. Both are calendar dates. */
export function compareDates(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** The same day that many years on; 29 February clamps to the 28th, and nothing passes 9999-12-31. */
export function addYears(date: string, years: number): string {
  const year = yearOf(date) + years
  if (year > 9999) return lastDate
  const inYear = date.slice(4)
  return String(year).padStart(4, '0') + (inYear === '-02-29' && daysInMonth(year, 2) === 28 ? '-02-28' : inYear)
}

/** The date that many days on (or back, when negative). */
export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString()
}

/** The calendar date at an instant in a zone. */
export function dateIn(instant: Date, timeZone: string): string {
  return zoned(instant, timeZone).toPlainDate().toString()
}

/** Asking Intl takes a tenth of a millisecond, and a catalogue names the same few zones again and again. */
const askedZones = new LRUCache<string, boolean>({ max: 1000 })

/** Whether the text is an IANA time-zone name, e.g. Europe/London; offsets such as +01:00 are not names. */
export function isTimeZone(name: string): boolean {
  let known = askedZones.get(name)
  if (known === undefined) {
    known = /^[A-Za-z]/.test(name) && knowsZone(name)
    askedZones.set(name, known)
  }
  return known
}

function knowsZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone }) !== null
  } catch {
    // A RangeError is how Intl says no.
    return false
  }
}

/** The instant as RFC 3339 text with the zone's own offset at that instant, e.g. 2026-11-23T09:00:00+00:00. */
export function inZone(instant: Date, timeZone: string): string {
  return zoned(instant, timeZone).toString({ timeZoneName: 'never' })
}

/**
 * The last instant, itself included, at which a refund can be asked for: 14 calendar days after the start at the same
 * wall-clock time in the run's zone. Where clocks skip that time it is as much later as they skip; where it comes twice,
 * it is the first of the two (RFC 5545's rule).
 */
export function refundDeadline(startsAt: Date, timeZone: string): Date {
  const deadline = zoned(startsAt, timeZone).add({ days: REFUND_WINDOW_DAYS })
  return new Date(deadline.epochMilliseconds)
}

/** The calendar date as it is said in British English: 7 December 2026. */
export function spokenDay(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone }).format(instant)
}

/** The instant to the second, as it is said in the language: 7 December 2026 at 09:00:00. */
export function spokenInstant(instant: Date, timeZone: string, language: 'en' | 'cy'): string {
  const locale = language === 'cy' ? 'cy' : 'en-GB'
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'medium', timeZone }).format(instant)
}

/** Days after the day of the contract during which the law lets a consumer withdraw. */
const STATUTORY_DAYS = 14

/**
 * The last instant, itself included, at which the law lets whoever bought then withdraw: one millisecond before the day
 * begins that follows the 14th after that of the contract, wherever the clocks of the zone have its midnight.
 */
export function withdrawalDeadline(contractAt: Date, timeZone: string): Date {
  const dayAfter = zoned(contractAt, timeZone)
    .toPlainDate()
    .add({ days: STATUTORY_DAYS + 1 })
  return new Date(dayAfter.toZonedDateTime(timeZone).epochMilliseconds - 1)
}

function zoned(instant: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone)
}

function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && leap ? 29 : daysOfMonths[month - 1]!
}

function yearOf(date: string): number {
  return twoDigits(date, 0) * 100 + twoDigits(date, 2)
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
}
