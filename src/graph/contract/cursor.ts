/** Encodes a row's order values as an opaque cursor and decodes them strictly. */
import { crc32 } from 'node:zlib'
import { isStorable } from '../../values/kept-text.ts'
import { badUserInput } from './errors.ts'

/** What a key of an order holds, as PostgreSQL calls it. */
export type KeyType = 'uuid' | 'text' | 'timestamptz' | 'numeric' | 'int' | 'bigint' | 'date' | 'real'

const LONGEST_KEY_CHARACTERS = 2000
/** Of a key that long in characters of three bytes, and of an id and a sum beside it, four for every three bytes. */
export const LONGEST_CURSOR_CHARACTERS = 8400
const largestInt = 2 ** 31 - 1
const decimal = /^-?\d{1,40}(\.\d{1,40})?$/
const instant = /^\d{4}-\d\d-\d\d[ T]([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)$/

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** Whether PostgreSQL can read the text as that type: a changed cursor is the client's fault, never a fault of ours. */
const fits: Readonly<Record<KeyType, (text: string) => boolean>> = {
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  text: isStorable,
  // Orders may hold instants that are none: a course without a coming run is the last, at one infinity or the other.
  timestamptz: (text) => /^-?infinity$/.test(text) || (instant.test(text) && isDay(text.slice(0, 10))),
  numeric: (text) => decimal.test(text),
  int: (text) => /^-?\d{1,10}$/.test(text) && Math.abs(Number(text)) <= largestInt,
  bigint: (text) => /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text),
  real: (text) => /^-?\d(\.\d{1,20})?(e-?\d{1,2})?$/.test(text) || decimal.test(text),
}

const SUM_CHARACTERS = 8
/** Tells a cursor that was changed on its way from one that was not. Whoever makes one up gains nothing: it is only a place. */
const sumOf = (text: string) => crc32(text).toString(16).padStart(SUM_CHARACTERS, '0')

/** Cursor of a row: the list's name and its order's key values. */
export function writeCursor(list: string, keys: readonly unknown[]): string {
  const texts = keys.map((key) => (key instanceof Date ? key.toISOString() : String(key)))
  const text = JSON.stringify([list, ...texts])
  return Buffer.from(sumOf(text) + text, 'utf8').toString('base64url')
}

/** What `writeCursor` was given, as text. Throws for whatever it has not written. */
export function cursorParts(cursor: string): unknown[] {
  const bytes = Buffer.from(cursor, 'base64url')
  const text = bytes.toString('utf8')
  const own = text.slice(SUM_CHARACTERS)
  if (text.slice(0, SUM_CHARACTERS) !== sumOf(own) || bytes.toString('base64url') !== cursor)
    throw new Error('not a cursor')
  return JSON.parse(own)
}

/** The key values in a cursor that `list` gave, whose order has keys of these types. Throws BAD_USER_INPUT for any other text. */
export function readCursor(
  name: 'after' | 'before',
  list: string,
  types: readonly KeyType[],
  cursor: string,
): string[] {
  try {
    const [from, ...keys] = cursorParts(cursor)
    const isKey = (key: unknown, at: number) =>
      typeof key === 'string' && key.length <= LONGEST_KEY_CHARACTERS && fits[types[at] as KeyType](key)
    if (from === list && keys.length === types.length && keys.every(isKey)) return keys as string[]
  } catch {
    // Falls through: whatever is wrong with it, the client hears the same.
  }
  throw badUserInput(`"${name}" is not a cursor of this list; pass one that this list gave.`, name)
}
