/** Declares what every stored row has: a time-ordered id and its timestamps. */
import { v7 } from 'uuid'

/** A new row's id: uuid version 7, so that rows made later sort later and indexes grow at their end. */
export const newId = (): string => v7()

/** Column options of an instant: timestamptz to the millisecond, the precision of a JavaScript Date, so that cursors lose nothing. */
export const instant = { type: 'datetime', length: 3 } as const

/** Column options of money in minor units: up to 2^53 - 1, so that a number holds it exactly. */
export const minorUnits = { type: 'bigint', runtimeType: 'number' } as const

/** The check that a column of minor units is a number that JavaScript holds exactly. */
export const exactFrom = (leastMinor: 0 | 1, column: string): string =>
  `${column} >= ${leastMinor} and ${column} <= ${Number.MAX_SAFE_INTEGER}`

/** Column options of an exact amount with at most two decimals, as text in the program. */
export const exactAmount = { type: 'decimal', precision: 10, scale: 2, runtimeType: 'string' } as const
