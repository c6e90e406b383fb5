/** Splits a price that includes tax into net and tax. */
import { exact } from './decimal.ts'

export const TaxTreatment = { EXEMPT: 'EXEMPT', TAXED: 'TAXED', OUTSIDE_SCOPE: 'OUTSIDE_SCOPE' } as const
export type TaxTreatment = (typeof TaxTreatment)[keyof typeof TaxTreatment]

/** How a price is taxed. */
export interface Tax {
  treatment: TaxTreatment
  /** Per cent, exact; null when exempt or outside the tax. */
  rate: string | null
  /** The words that the law wants when there is no tax. */
  note: string | null
}

/** The tax in a gross amount: the net is gross × 100 ÷ (100 + rate), half up to the minor unit, and the tax the rest. */
export function taxIn(grossMinor: number, { treatment, rate }: Pick<Tax, 'treatment' | 'rate'>): number {
  if (treatment !== 'TAXED' || rate === null) return 0
  const { numerator, denominator } = exact(rate)
  const divisor = 100n * denominator + numerator
  const net = (2n * BigInt(grossMinor) * 100n * denominator + divisor) / (2n * divisor)
  return grossMinor - Number(net)
}

/** Why the three do not fit together, in a sentence; null when they do. */
export function taxProblem({ treatment, rate, note }: Tax): string | null {
  if (treatment === 'TAXED') return rate === null ? 'TAXED needs a rate' : null
  if (rate !== null) return `${treatment} has no rate`
  return treatment === 'EXEMPT' && !note ? 'EXEMPT needs a note' : null
}
