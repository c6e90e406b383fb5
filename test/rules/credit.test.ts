/** Tests conversion of credit between schemes and levels between frameworks. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  amountIn,
  CreditScheme,
  catsPerUnit,
  convert,
  convertLevel,
  eqfLevel,
  fheqLevels,
  isLevel,
} from '../../src/values/credit.ts'
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

  it.each([
    ['15', 'CATS', 'ECTS', true, '15 CATS ÷ 2 = 7.5 ECTS'],
    ['7.50', 'ECTS', 'CATS', true, '7.5 ECTS × 2 = 15 CATS'],
    ['15', 'CATS', 'US_QUARTER', true, '15 CATS × 3/8 = 5.625 US_QUARTER'],
    ['4', 'US_QUARTER', 'CATS', false, '4 US_QUARTER × 8/3 = 10.6667 CATS, rounded from 32/3'],
    ['15', 'SCQF', 'CATS', true, '15 SCQF × 1 = 15 CATS'],
  ] as const)('%s %s in %s is shown with its calculation', (amount, from, to, exact, method) => {
    expect(convert(amount, from, to)).toEqual({ amount: amountIn(amount, from, to), scheme: to, exact, method })
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
    [5, 'EQF', 'FHEQ', [4, 5], 'EQF level 5 may be FHEQ level 4 or 5; nothing in the level says which.'],
    [5, 'EQF', 'SCQF', [7, 8], 'EQF level 5 may be SCQF level 7 or 8; nothing in the level says which.'],
    [6, 'FHEQ', 'SCQF', [9, 10], 'FHEQ level 6 may be SCQF level 9 or 10; nothing in the level says which.'],
    [11, 'SCQF', 'EQF', [7], 'SCQF level 11 is EQF level 7.'],
    [10, 'SCQF', 'SCQF', [10], 'SCQF level 10 is SCQF level 10.'],
    [4, 'FHEQ', 'EQF', [5], 'FHEQ level 4 is EQF level 5.'],
    [9, 'FHEQ', 'EQF', [], 'FHEQ level 9 is in no table, so it is not converted.'],
  ] as const)('%s of %s in %s may be %j', (level, from, to, levels, method) => {
    expect(convertLevel(level, from, to)).toEqual({ framework: to, levels, ambiguous: levels.length > 1, method })
  })

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
