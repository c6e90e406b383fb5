/** Counts an answer's bytes while it is made and prices its long texts. */
import { callerKind, type Viewer } from '../../auth/viewer.ts'
import { ErrorCode, GraphError } from '../contract/errors.ts'

/**
 * The most that one answer's data may have as JSON in UTF-8. The largest that a screen asks for, a registrar's sheet of
 * 1,000 rows with every claim, problem and reason, comes to some 1.5 MB, and to 4 MB when every text in it is at its limit.
 */
export const ANSWER_BYTES = 10_000_000
/** The same of those who ask for themselves alone: a page of 100 courses with all that is said of them has some 400 kB. */
export const OWN_ANSWER_BYTES = 2_000_000

/** Sheets are for institutions and operators; others could only hold memory with as much. */
export function answerBytesFor(viewer: Viewer): number {
  return askForMany.has(callerKind(viewer)) ? ANSWER_BYTES : OWN_ANSWER_BYTES
}

const askForMany: ReadonlySet<string> = new Set(['staff', 'client', 'operator'])

/** A text of so many bytes costs nothing beside its object; each further thousand that is begun is a point. */
const FREE_TEXT_BYTES = 1000
/** A character has three bytes at most: what is shorter needs no closer look. */
const surelyFreeCharacters = Math.floor(FREE_TEXT_BYTES / 3)
/** JSON writes six characters for one, at most. */
const LONGEST_ESCAPE_CHARACTERS = 6

/** Points of a text as it stands in JSON. */
export function textPoints(json: string): number {
  if (json.length <= surelyFreeCharacters) return 0
  return Math.max(0, Math.ceil((Buffer.byteLength(json) - FREE_TEXT_BYTES) / FREE_TEXT_BYTES))
}

/** An answer of so many bytes was not sent; what it would have cost at least. */
export function pointsOfTooLarge(allowedBytes: number): number {
  return Math.ceil(allowedBytes / FREE_TEXT_BYTES)
}

/** The answer grew beyond what one request may have: no field is emptied for it, the whole request fails. */
export class AnswerTooLarge extends GraphError {
  constructor(allowed: number) {
    super(ErrorCode.TooComplex, `The answer would have more than ${allowed} bytes; ask for less of it at a time.`, {
      limit: 'answer bytes',
      allowed,
    })
  }
}

/** Whether the finished JSON fits; counts its bytes only when it can be too large. */
export function fits(json: string, allowedBytes: number): boolean {
  return json.length * 3 <= allowedBytes || Buffer.byteLength(json) <= allowedBytes
}

/**
 * What an answer's long texts cost. Throws AnswerTooLarge as soon as what was looked at cannot fit, so that text of that
 * size is never built.
 */
export function measureData(data: unknown, allowedBytes: number): number {
  let left = allowedBytes
  let points = 0
  const take = (characters: number) => {
    left -= characters
    if (left < 0) throw new AnswerTooLarge(allowedBytes)
  }
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      take(value.length)
      if (value.length * LONGEST_ESCAPE_CHARACTERS <= surelyFreeCharacters) return
      const json = JSON.stringify(value)
      take(json.length - value.length)
      points += textPoints(json)
    } else if (Array.isArray(value)) {
      take(value.length)
      for (const entry of value) look(entry)
    } else if (typeof value === 'object' && value !== null) {
      for (const key in value) {
        take(key.length)
        look((value as Record<string, unknown>)[key])
      }
    }
  }
  look(data)
  return points
}
