/** Declares the graph's own scalars, strict in input and exact in output. */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { GraphQLSafeInt } from 'graphql-scalars'
import { type QuickText, quickTextOfTexts } from './leaf-text.ts'

interface ScalarRule {
  name: string
  description: string
  /** Returns the value to work with, or null when the text does not fit. */
  read(text: string): unknown
  expected: string
  /** Characters at most: what is longer is not even looked at. */
  longest: number
  write?(value: unknown): string
  /** Values as they are stored, as JSON; null for others. Left out: the texts themselves. */
  quickText?: QuickText
  /** Where the texts are specified by those who did; each description says what of it is taken here. */
  specifiedByURL: string
}

function scalar({ name, description, read, expected, longest, write = String, ...rule }: ScalarRule) {
  const { quickText = quickTextOfTexts, specifiedByURL } = rule
  const parse = (value: unknown, node?: ValueNode) => {
    const parsed = typeof value === 'string' && value.length <= longest ? read(value) : null
    if (parsed === null) {
      throw new GraphQLError(`${name} expects ${expected}.`, { nodes: node, extensions: { code: 'BAD_USER_INPUT' } })
    }
    return parsed
  }
  return new GraphQLScalarType({
    name,
    description,
    specifiedByURL,
    extensions: { quickText },
    serialize: write,
    parseValue: (value) => parse(value),
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined, node),
  })
}

const instantPattern = /^\d{4}-(\d{2})-(\d{2})[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/
const datePattern = /^\d{4}-\d{2}-\d{2}$/

/** From year 1 on: PostgreSQL, like the calendar, has no year 0. */
function isCalendarDate(text: string): boolean {
  if (!datePattern.test(text) || text.startsWith('0000')) return false
  const instant = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text)
}

const firstInstant = new Date('0001-01-01T00:00:00Z')
const lastInstant = new Date('9999-12-31T23:59:59.999Z')

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** "2026-11-23T" by the number of the day, then "09:00:", "00" and ".123Z": toISOString takes five times as long. */
const dayTexts = new Map<number, string>()
const REMEMBERED_DAYS = 5000
const padded = (n: number, length: number) => String(n).padStart(length, '0')
const minuteTexts = Array.from({ length: 1440 }, (_, n) => `${padded(Math.floor(n / 60), 2)}:${padded(n % 60, 2)}:`)
const secondTexts = Array.from({ length: 60 }, (_, n) => padded(n, 2))
const fractionTexts = Array.from({ length: 1000 }, (_, n) => (n === 0 ? 'Z' : `.${padded(n, 3)}Z`))

function dayText(day: number): string {
  if (dayTexts.size >= REMEMBERED_DAYS) dayTexts.clear()
  const text = new Date(day * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length)
  dayTexts.set(day, text)
  return text
}

/** ISO text of an instant, whole seconds without a fraction. */
export function instantText(value: Date): string {
  const ms = value.getTime()
  const day = Math.floor(ms / DAY_MS)
  const inDay = ms - day * DAY_MS
  const minute = Math.floor(inDay / MINUTE_MS)
  const inMinute = inDay - minute * MINUTE_MS
  const second = Math.floor(inMinute / 1000)
  const date = dayTexts.get(day) ?? dayText(day)
  return `${date}${minuteTexts[minute]}${secondTexts[second]}${fractionTexts[inMinute - second * 1000]}`
}

export const DateTime = scalar({
  name: 'DateTime',
  description: 'RFC 3339 instant, always with an offset, e.g. 2026-11-23T09:00:00Z.',
  expected: 'an RFC 3339 instant with an offset, e.g. "2026-11-23T09:00:00Z"',
  // With nine decimals and an offset it has 35.
  longest: 35,
  read: (text) => {
    if (!instantPattern.test(text) || !isCalendarDate(text.slice(0, 10))) return null
    const instant = new Date(text)
    // An offset may lead out of those years that are written with four digits.
    return instant >= firstInstant && instant <= lastInstant ? instant : null
  },
  write: (value) => (value instanceof Date ? instantText(value) : String(value)),
  quickText: (value) => (value instanceof Date ? `"${instantText(value)}"` : null),
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
})

export const CalendarDate = scalar({
  name: 'Date',
  description: 'ISO 8601 calendar date, e.g. 2026-11-23.',
  expected: 'a calendar date, e.g. "2026-11-23"',
  longest: 10,
  read: (text) => (isCalendarDate(text) ? text : null),
  specifiedByURL: 'https://scalars.graphql.org/andimarek/local-date.html',
})

export const TimeZone = scalar({
  name: 'TimeZone',
  description: 'IANA time-zone name, e.g. Europe/London.',
  expected: 'an IANA time-zone name, e.g. "Europe/London"',
  // The longest of them has 32.
  longest: 64,
  // Asked for only to show things: a name that is not known shows them in another zone, and empties no page.
  read: (text) => text,
  specifiedByURL: 'https://www.iana.org/time-zones',
})

export const CurrencyCode = scalar({
  name: 'CurrencyCode',
  description: 'ISO 4217 code, e.g. GBP.',
  expected: 'a three-letter ISO 4217 code, e.g. "GBP"',
  longest: 3,
  read: (text) => (/^[A-Z]{3}$/.test(text) ? text : null),
  specifiedByURL: 'https://www.iso.org/iso-4217-currency-codes.html',
})

/** PostgreSQL's numeric keeps the zeros of its scale ("7.50"); the graph does not print them. */
function decimalText(value: string | number): string {
  const text = String(value)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

export const Decimal = scalar({
  name: 'Decimal',
  description: 'Exact decimal number as a string, e.g. "7.5". Never a float.',
  expected: 'an exact decimal number as a string of at most 20 characters, e.g. "7.5"',
  // More than any amount of credit or money has.
  longest: 20,
  read: (text) => (/^-?\d+(\.\d+)?$/.test(text) ? text : null),
  write: (value) => decimalText(value as string),
  quickText: (value) => (typeof value === 'string' ? `"${decimalText(value)}"` : null),
  specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#decimal',
})

export const Url = scalar({
  name: 'URL',
  description: 'Absolute URL.',
  expected: 'an absolute URL of at most 2000 characters, e.g. "https://example.org/back"',
  // Every browser takes so much; of PayPal's 4000 some are left for what we add.
  longest: 2000,
  read: (text) => (URL.canParse(text) ? text : null),
  specifiedByURL: 'https://url.spec.whatwg.org/',
})

export const Jwt = scalar({
  name: 'JWT',
  description: 'Compact JWS/JWT.',
  expected: 'a compact JWS of three base64url parts joined by dots, at most 65536 characters',
  // A statement of 40 claims has some 8,000; a status list without any pattern some 30,000.
  longest: 65_536,
  read: (text) => (/^[\w-]+\.[\w-]*\.[\w-]+$/.test(text) ? text : null),
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc7519',
})

/** In a literal, its digits; in variables, the number that JSON has. */
const safeIntOf = (value: unknown, node?: ValueNode) => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new GraphQLError('SafeInt expects a whole number of at most 9,007,199,254,740,991 in size.', {
    nodes: node,
    extensions: { code: 'BAD_USER_INPUT' },
  })
}

export const SafeInt = new GraphQLScalarType({
  ...GraphQLSafeInt.toConfig(),
  description: 'A whole number of at most 9,007,199,254,740,991 in size, as a JSON number.',
  extensions: {
    quickText: ((value) => (Number.isSafeInteger(value) ? `${value}` : null)) satisfies QuickText,
  },
  parseValue: (value) => safeIntOf(value),
  parseLiteral: (node) => safeIntOf(node.kind === Kind.INT ? Number(node.value) : undefined, node),
})
