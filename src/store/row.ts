/** Declares what every stored row has: a time-ordered id and its timestamps. */
import { v7 } from 'uuid'

/** A new row's id: uuid version 7, so that rows made later sort later and indexes grow at their end. */
export const newId = (): string => v7()

/** Column options of an instant: timestamptz to the millisecond, the precision of a JavaScript Date, so that cursors lose nothing. */
export const instant = { type: 'datetime', length: 3 } as const

/** Column options of an exact amount with at most two decimals, as text in the program. */
export const exactAmount = { type: 'decimal', precision: 10, scale: 2, runtimeType: 'string' } as const
