/** Tests that decimals stay exact and only endless ones are rounded. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  canonicalDecimal,
  compareDecimals,
  divide,
  exact,
  isDecimal,
  multiply,
  print,
  ratio,
} from '../../src/values/decimal.ts'

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.nat(6))
  .map(([digits, places]) => print(ratio(digits, 10n ** BigInt(places))))

describe('a decimal text', () => {
  it.each(['0', '7.5', '-3', '007.50', '0.01', '123456789012345678901234567890'])('may be %s', (text) => {
    expect(isDecimal(text)).toBe(true)
  })

  it.each(['', ' 1', '1e3', '+1', '.5', '5.', '1,5', '0x10', 'NaN', 'Infinity', '--1', '1'.repeat(41)])(
    'may not be "%s"',
    (text) => {
      expect(isDecimal(text)).toBe(false)
      expect(() => exact(text)).toThrow(/^Expected a decimal number such as "7.5", got /)
      expect(() => compareDecimals(text, '1')).toThrow(RangeError)
      expect(() => canonicalDecimal(text)).toThrow(RangeError)
    },
  )

  it('is printed as it was read, without what says nothing', () => {
    fc.assert(
      fc.property(decimals, fc.nat(3), fc.nat(3), (text, before, after) => {
        const [, sign, digits] = /^(-?)(.*)$/.exec(text)!
        const padded = `${sign}${'0'.repeat(before)}${digits}${digits!.includes('.') ? '0'.repeat(after) : ''}`
        expect(canonicalDecimal(padded)).toBe(text)
        expect(print(exact(padded))).toBe(text)
      }),
    )
  })
})

describe('comparing', () => {
  it('is exact where doubles cannot tell', () => {
    expect(compareDecimals('0.10000000000000000001', '0.1')).toBe(1)
    expect(compareDecimals('9007199254740993', '9007199254740992')).toBe(1)
    expect(compareDecimals('7.50', '7.5')).toBe(0)
    expect(compareDecimals('-2', '-1.99')).toBe(-1)
  })

  it('agrees with subtracting', () => {
    fc.assert(
      fc.property(decimals, decimals, (left, right) => {
        const difference =
          exact(left).numerator * exact(right).denominator - exact(right).numerator * exact(left).denominator
        expect(compareDecimals(left, right)).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0)
      }),
    )
  })
})

describe('what does not end', () => {
  it.each([
    [32n, 3n, '10.6667'],
    [1n, 3n, '0.3333'],
    [-2n, 3n, '-0.6667'],
    [200n, 3n, '66.6667'],
    [29_999_999n, 30_000n * 1_000n, '1'],
  ])('%s/%s is printed as %s', (numerator, denominator, printed) => {
    expect(print(ratio(numerator, denominator))).toBe(printed)
  })

  it('is never rounded before it is printed', () => {
    const third = divide(exact('1'), exact('3'))
    expect(print(multiply(third, exact('3')))).toBe('1')
    expect(print(multiply(third, exact('30000')))).toBe('10000')
  })

  it('cannot come from nothing', () => {
    expect(() => divide(exact('1'), exact('0'))).toThrow(RangeError)
  })
})
