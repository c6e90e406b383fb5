/** Converts credit to integer 300ths of a CATS point, so that nothing rounds. */
import { CreditScheme } from '../../values/credit.ts'
import { canonicalDecimal } from '../../values/decimal.ts'

/** A hundredth of a US quarter credit is 8/300 of a CATS point: the finest step that an input can take. */
export const UNITS_PER_CATS = 300

/** Sums of 40 amounts below this, in any scheme, stay exact in a double. */
const LARGEST_AMOUNT_POINTS = 100_000_000_000

const unitsPerHundredth: Readonly<Record<CreditScheme, number>> = {
  CATS: 3,
  SCQF: 3,
  ECTS: 6,
  US_SEMESTER: 12,
  US_QUARTER: 8,
}

const amountPattern = /^\d{1,12}(\.\d{1,2}0*)?$/

/**
 * The amount in units, or null when it is not a plain decimal from 0 to 100,000,000,000 with at most two decimals.
 * `amount` is a decimal text in units of the scheme.
 */
export function unitsOf(amount: string, scheme: CreditScheme = CreditScheme.CATS): number | null {
  if (!amountPattern.test(amount)) return null
  // A double carries 15 digits and these are at most 14, so that rounding to whole hundredths gives back the text exactly.
  const hundredths = Math.round(Number(amount) * 100)
  return hundredths <= LARGEST_AMOUNT_POINTS * 100 ? hundredths * unitsPerHundredth[scheme] : null
}

/** The units as CATS points: a decimal text without trailing zeros; thirds of a hundredth are rounded to 4 decimals. */
export function printUnits(units: number): string {
  const whole = Math.floor(units / UNITS_PER_CATS)
  const rest = units - whole * UNITS_PER_CATS
  if (rest === 0) return String(whole)
  // A third is never half-way between two decimals, so rounding half-even is plain rounding.
  const tenThousandths = Math.round((rest * 100) / 3)
  let digits = String(tenThousandths).padStart(4, '0')
  while (digits.endsWith('0')) digits = digits.slice(0, -1)
  return `${whole}.${digits}`
}

/** "15 CATS points", whichever way the amount is written. */
export function points(amount: string): string {
  const shortest = canonicalDecimal(amount)
  return `${shortest} CATS ${shortest === '1' ? 'point' : 'points'}`
}

/** The greatest multiple of the step that does not exceed the units. */
export function roundDown(units: number, step: number): number {
  return units - (units % step)
}
