/** Credit between schemes and levels between frameworks, by the tables. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { amountIn, CreditScheme, catsPerUnit, eqfLevel, fheqLevels, isLevel } from '../../src/values/credit.ts'
import { canonicalDecimal, print } from '../../src/values/decimal.ts'

const schemes = fc.constantFrom(...Object.values(CreditScheme))
const amounts = fc.integer({ min: 1, max: 10_000_000 }).map((hundredths) => String(hundredths / 100))

describe('an amount of credit', () => {
  it.each([
    ['15', 'CATS', 'ECTS', '7.5'],
    ['15', 'CATS', 'US_SEMESTER', '3.75'],
    ['15', 'CATS', 'US_QUARTER', '5.625'],
    ['15', 'SCQF', 'CATS', '15'],
    ['4', 'US_QUARTER', 'CATS', '10.6667'],
    ['4', 'US_QUARTER', 'ECTS', '5.3333'],
    ['0.01', 'ECTS', 'US_QUARTER', '0.0075'],
  ] as const)('%s %s is %s %s', (amount, from, to, converted) => {
    expect(amountIn(amount, from, to)).toBe(converted)
  })

  it('is the same in its own scheme', () => {
    fc.assert(
      fc.property(amounts, schemes, (amount, scheme) =>
        expect(amountIn(amount, scheme, scheme)).toBe(canonicalDecimal(amount)),
      ),
    )
  })

  it('comes back unchanged wherever the way there was printed in full', () => {
    const printedInFull = schemes.filter((scheme) => scheme !== 'US_QUARTER')
    fc.assert(
      fc.property(
        amounts,
        printedInFull,
        schemes.filter((scheme) => scheme !== 'US_QUARTER'),
        (amount, from, to) => {
          expect(amountIn(amountIn(amount, from, to), to, from)).toBe(canonicalDecimal(amount))
        },
      ),
    )
  })

  it('has the points of its scheme', () => {
    expect(Object.values(CreditScheme).map((scheme) => print(catsPerUnit(scheme)))).toEqual([
      '1',
      '2',
      '1',
      '4',
      '2.6667',
    ])
  })
})

describe('a level', () => {
  it.each([
    ['SCQF', [6, 7, 8, 9, 10, 11, 12], [[3], [4], [5], [6], [6], [7], [8]], [4, 5, 5, 6, 6, 7, 8]],
    ['EQF', [4, 5, 6, 7, 8], [[3], [4, 5], [6], [7], [8]], [4, 5, 6, 7, 8]],
    ['FHEQ', [3, 4, 5, 6, 7, 8], [[3], [4], [5], [6], [7], [8]], [4, 5, 5, 6, 7, 8]],
  ] as const)('of %s stands for the FHEQ and EQF levels of the tables', (framework, levels, fheq, eqf) => {
    expect(levels.map((level) => fheqLevels(level, framework))).toEqual(fheq)
    expect(levels.map((level) => eqfLevel(level, framework))).toEqual(eqf)
  })

  it.each([
    [2, 'FHEQ'],
    [9, 'FHEQ'],
    [3, 'EQF'],
    [5, 'SCQF'],
    [13, 'SCQF'],
    [6.5, 'FHEQ'],
    [Number.NaN, 'EQF'],
  ] as const)('%s of %s is in no table', (level, framework) => {
    expect(isLevel(level, framework)).toBe(false)
    expect(() => fheqLevels(level, framework)).toThrow(`Expected an ${framework} level of `)
    expect(() => eqfLevel(level, framework)).toThrow(RangeError)
  })
})
