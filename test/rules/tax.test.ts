/** Tests that a price is split into net and tax to the minor unit. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Tax, taxIn, taxProblem } from '../../src/values/tax.ts'

const taxed = (rate: string) => ({ treatment: 'TAXED' as const, rate })

describe('the tax in a price', () => {
  it.each([
    // Net is gross × 100 ÷ (100 + rate), half up: 1 p at 100 % is half a penny, and counts as one.
    [49_500, '20', 8_250],
    [10_000, '20', 1_667],
    [1, '20', 0],
    [1, '100', 0],
    [3, '100', 1],
    [9_999, '5.5', 521],
    [Number.MAX_SAFE_INTEGER, '20', 1_501_199_875_790_165],
    [100, '0', 0],
  ])('of %d at %s %% is %d', (gross, rate, tax) => {
    expect(taxIn(gross, taxed(rate))).toBe(tax)
  })

  it('is none of what is exempt or outside the tax', () => {
    expect(taxIn(49_500, { treatment: 'EXEMPT', rate: null })).toBe(0)
    expect(taxIn(49_500, { treatment: 'OUTSIDE_SCOPE', rate: null })).toBe(0)
  })

  it('is never more than the price, and net with tax on it is the price again, give or take half a unit', () => {
    const amounts = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 100 }), (gross, rate) => {
        const net = BigInt(gross - taxIn(gross, taxed(`${rate}`)))
        const twiceOff = 2n * (net * BigInt(100 + rate) - BigInt(gross) * 100n)
        expect(twiceOff <= BigInt(100 + rate) && twiceOff > -BigInt(100 + rate)).toBe(true)
      }),
    )
  })
})

describe('a tax', () => {
  it.each<[Tax, string | null]>([
    [{ treatment: 'TAXED', rate: '20', note: null }, null],
    [{ treatment: 'TAXED', rate: null, note: null }, 'TAXED needs a rate'],
    [{ treatment: 'EXEMPT', rate: null, note: 'Exempt: education.' }, null],
    [{ treatment: 'EXEMPT', rate: null, note: null }, 'EXEMPT needs a note'],
    [{ treatment: 'EXEMPT', rate: '0', note: 'Exempt.' }, 'EXEMPT has no rate'],
    [{ treatment: 'OUTSIDE_SCOPE', rate: null, note: null }, null],
  ])('%j: %s', (tax, problem) => {
    expect(taxProblem(tax)).toBe(problem)
  })
})
