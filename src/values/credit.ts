/** Converts credit exactly between schemes, and levels between frameworks. */
import { canonicalDecimal, compare, divide, type Exact, exact, multiply, print, ratio } from './decimal.ts'

export const CreditScheme = {
  CATS: 'CATS',
  ECTS: 'ECTS',
  SCQF: 'SCQF',
  US_SEMESTER: 'US_SEMESTER',
  US_QUARTER: 'US_QUARTER',
} as const
export type CreditScheme = (typeof CreditScheme)[keyof typeof CreditScheme]

export const LevelFramework = { FHEQ: 'FHEQ', EQF: 'EQF', SCQF: 'SCQF' } as const
export type LevelFramework = (typeof LevelFramework)[keyof typeof LevelFramework]

/** An amount of credit is meaningless without its scheme and level. `amount` is a decimal text in units of the scheme. */
export interface Credit {
  readonly amount: string
  readonly scheme: CreditScheme
  readonly level: number
  readonly framework: LevelFramework
}

/** CATS points in one unit of each scheme. */
const catsOfScheme: Readonly<Record<CreditScheme, Exact>> = {
  CATS: ratio(1n, 1n),
  SCQF: ratio(1n, 1n),
  ECTS: ratio(2n, 1n),
  US_SEMESTER: ratio(4n, 1n),
  US_QUARTER: ratio(8n, 3n),
}

/** FHEQ levels that a level of another framework may be; EQF 5 is one of two, and nothing in the level says which. */
const fheqOfFramework: Readonly<Record<LevelFramework, Readonly<Record<number, readonly number[]>>>> = {
  FHEQ: { 3: [3], 4: [4], 5: [5], 6: [6], 7: [7], 8: [8] },
  SCQF: { 6: [3], 7: [4], 8: [5], 9: [6], 10: [6], 11: [7], 12: [8] },
  EQF: { 4: [3], 5: [4, 5], 6: [6], 7: [7], 8: [8] },
}

const eqfOfFheq: Readonly<Record<number, number>> = { 3: 4, 4: 5, 5: 5, 6: 6, 7: 7, 8: 8 }

/** CATS points in one unit of the scheme, exactly. */
export function catsPerUnit(scheme: CreditScheme): Exact {
  return catsOfScheme[scheme]
}

/**
 * The amount in another scheme, as a decimal text: exact where it terminates, else rounded half-even to 4 decimals.
 * Throws a RangeError when the amount is not a decimal.
 */
export function amountIn(amount: string, from: CreditScheme, to: CreditScheme): string {
  return print(divide(multiply(exact(amount), catsOfScheme[from]), catsOfScheme[to]))
}

/** An amount in another scheme, and how it comes about. */
export interface Conversion {
  readonly amount: string
  readonly scheme: CreditScheme
  /** False when the amount is rounded, as it is only when it does not terminate. */
  readonly exact: boolean
  /** The calculation, e.g. "15 CATS ÷ 2 = 7.5 ECTS". */
  readonly method: string
}

/** Throws a RangeError when the amount is not a decimal. */
export function convert(amount: string, from: CreditScheme, to: CreditScheme): Conversion {
  const by = divide(catsOfScheme[from], catsOfScheme[to])
  const value = multiply(exact(amount), by)
  const converted = print(value)
  const isExact = compare(exact(converted), value) === 0
  const { numerator, denominator } = by
  const factor =
    denominator === 1n ? ` × ${numerator}` : numerator === 1n ? ` ÷ ${denominator}` : ` × ${numerator}/${denominator}`
  const fraction = `${value.numerator}/${value.denominator}`
  const method = `${canonicalDecimal(amount)} ${from}${factor} = ${converted} ${to}`
  return {
    amount: converted,
    scheme: to,
    exact: isExact,
    method: isExact ? method : `${method}, rounded from ${fraction}`,
  }
}

/** Whether the framework's table has the level. */
export function isLevel(level: number, framework: LevelFramework): boolean {
  return fheqOfFramework[framework][level] !== undefined
}

/** The FHEQ levels that a level may stand for, ascending: one, or two for EQF 5. Throws a RangeError outside the tables. */
export function fheqLevels(level: number, framework: LevelFramework): readonly number[] {
  const found = fheqOfFramework[framework][level]
  if (found === undefined) throw new RangeError(`Expected ${levelsExpected(framework)}, got ${level}.`)
  return found
}

/** The EQF level that a level stands for: always exactly one. Throws a RangeError outside the tables. */
export function eqfLevel(level: number, framework: LevelFramework): number {
  const [fheq] = fheqLevels(level, framework)
  return eqfOfFheq[fheq!]!
}

/** The levels a framework may name, in words for an error. */
export function levelsExpected(framework: LevelFramework): string {
  return `an ${framework} level of ${Object.keys(fheqOfFramework[framework]).join(', ')}`
}

/** Levels of a framework that a level of another may be. */
export interface LevelConversion {
  readonly framework: LevelFramework
  /** Ascending; several when the tables do not say which, none when they do not have the level. */
  readonly levels: readonly number[]
  readonly ambiguous: boolean
  readonly method: string
}

/** By way of FHEQ, in which every table is written. */
export function convertLevel(level: number, from: LevelFramework, to: LevelFramework): LevelConversion {
  const own = `${from} level ${level}`
  if (!isLevel(level, from)) {
    return { framework: to, levels: [], ambiguous: false, method: `${own} is in no table, so it is not converted.` }
  }
  const fheq = fheqLevels(level, from)
  const levels = from === to ? [level] : levelsThatMayBe(fheq, to)
  const ambiguous = levels.length > 1
  const meant = `${to} level ${levels.join(' or ')}`
  const method = ambiguous ? `${own} may be ${meant}; nothing in the level says which.` : `${own} is ${meant}.`
  return { framework: to, levels, ambiguous, method }
}

function levelsThatMayBe(fheq: readonly number[], framework: LevelFramework): number[] {
  return Object.entries(fheqOfFramework[framework])
    .filter(([, meant]) => meant.some((level) => fheq.includes(level)))
    .map(([level]) => Number(level))
}
