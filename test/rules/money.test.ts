/** Tests that money is exact in every currency that can be paid. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  currencyExponent,
  formatted,
  isCurrency,
  majorUnits,
  money,
  moneyFromMajorUnits,
  subtract,
  sum,
} from '../../src/values/money.ts'

const tested = ['GBP', 'EUR', 'USD', 'JPY', 'KWD']
const all = Intl.supportedValuesOf('currency').filter(isCurrency)
const safe = fc.maxSafeInteger()

describe('money in major units', () => {
  it.each([
    [1990, 'GBP', '19.90'],
    [5, 'EUR', '0.05'],
    [-5, 'USD', '-0.05'],
    [500, 'JPY', '500'],
    [1250, 'KWD', '1.250'],
    [9_007_199_254_740_991, 'GBP', '90071992547409.91'],
    [0, 'KWD', '0.000'],
  ] as const)('%s of %s is %s', (amountMinor, currency, text) => {
    expect(majorUnits({ amountMinor, currency })).toBe(text)
  })

  it.each(tested)('comes back unchanged in %s', (currency) => {
    fc.assert(
      fc.property(safe, (amountMinor) => {
        expect(moneyFromMajorUnits(majorUnits({ amountMinor, currency }), currency)).toEqual({ amountMinor, currency })
      }),
    )
  })

  it('comes back unchanged in every currency', () => {
    expect(all.length).toBeGreaterThan(140)
    for (const currency of all) {
      expect(moneyFromMajorUnits(majorUnits({ amountMinor: 1999, currency }), currency).amountMinor).toBe(1999)
    }
  })

  it.each([
    ['19.99', 'JPY'],
    ['19.999', 'GBP'],
    ['1.2345', 'KWD'],
    ['1e3', 'GBP'],
    ['', 'GBP'],
    [' 1', 'GBP'],
    ['90071992547409.92', 'GBP'],
  ])('is not read from "%s" of %s, and nothing is rounded', (text, currency) => {
    expect(() => moneyFromMajorUnits(text, currency)).toThrow(RangeError)
  })

  it('may be written shorter or with zeros that say nothing', () => {
    expect(moneyFromMajorUnits('19.9', 'GBP').amountMinor).toBe(1990)
    expect(moneyFromMajorUnits('19.9000', 'GBP').amountMinor).toBe(1990)
    expect(moneyFromMajorUnits('500.00', 'JPY').amountMinor).toBe(500)
    expect(Object.is(moneyFromMajorUnits('-0.00', 'GBP').amountMinor, 0)).toBe(true)
  })
})

describe('a currency', () => {
  it('has the decimals of ISO 4217, also where custom has fewer', () => {
    const exponents = ['GBP', 'JPY', 'KWD', 'IQD', 'ISK', 'LBP', 'UGX', 'TND'].map(currencyExponent)
    expect(exponents).toEqual([2, 0, 3, 3, 0, 2, 0, 3])
  })

  it.each(['gbp', 'XAU', 'ZZZ', '', 'POUND'])('is not "%s"', (code) => {
    expect(isCurrency(code)).toBe(false)
    expect(() => money(1, code)).toThrow('Expected an ISO 4217 currency code such as "GBP"')
  })
})

describe('money as people write it', () => {
  it.each([
    [1_234_550, 'GBP', 'en-GB', '£12,345.50'],
    [1990, 'EUR', 'de-DE', '19,90\u00A0€'],
    [500, 'JPY', 'en-GB', 'JP¥500'],
    [1250, 'KWD', 'en-GB', 'KWD\u00A01.250'],
    [9_007_199_254_740_991, 'GBP', 'en-GB', '£90,071,992,547,409.91'],
  ] as const)('%s of %s in %s is %s', (amountMinor, currency, locale, text) => {
    expect(formatted({ amountMinor, currency }, locale)).toBe(text)
  })

  it('has every digit, however large it is', () => {
    fc.assert(
      fc.property(safe, fc.constantFrom(...all), (amountMinor, currency) => {
        const digits = formatted({ amountMinor, currency }, 'en-GB').replace(/\D/g, '')
        expect(BigInt(digits)).toBe(BigInt(Math.abs(amountMinor)))
      }),
    )
  })

  it('says which locale it was not given', () => {
    expect(() => formatted({ amountMinor: 1, currency: 'GBP' }, 'not a locale')).toThrow('got "not a locale"')
  })

  it('goes on after many locales', () => {
    for (let at = 0; at < 450; at += 1) {
      expect(formatted({ amountMinor: 1, currency: 'GBP' }, `en-GB-x-n${at}`)).toBe('£0.01')
    }
  })
})

describe('adding and subtracting', () => {
  it('keeps to one currency', () => {
    const pounds = money(100, 'GBP')
    expect(sum([pounds, money(23, 'GBP')], 'GBP')).toEqual({ amountMinor: 123, currency: 'GBP' })
    expect(sum([], 'GBP')).toEqual({ amountMinor: 0, currency: 'GBP' })
    expect(subtract(pounds, money(30, 'GBP'))).toEqual({ amountMinor: 70, currency: 'GBP' })
    expect(() => sum([pounds, money(1, 'EUR')], 'GBP')).toThrow('Expected an amount of GBP, got EUR.')
    expect(() => subtract(pounds, money(1, 'EUR'))).toThrow(RangeError)
  })

  it('never leaves the integers that are exact', () => {
    expect(() => money(0.5, 'GBP')).toThrow('Expected a whole number of minor units of GBP, got 0.5.')
    expect(() => sum([money(Number.MAX_SAFE_INTEGER, 'GBP'), money(1, 'GBP')], 'GBP')).toThrow(RangeError)
  })
})
