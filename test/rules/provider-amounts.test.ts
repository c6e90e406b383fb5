/** Tests each provider's units of every currency, written out, in both directions. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { moneyFromPayPal, payPalAmount, payPalExpresses, payPalTakes } from '../../src/adapters/paypal/paypal-amount.ts'
import { moneyFromStripe, stripeAmount, stripeExpresses, stripeTakes } from '../../src/adapters/stripe/stripe-amount.ts'
import { currencyExponent, isCurrency } from '../../src/values/money.ts'

/** Ten of the currency's major units: as ISO 4217 counts them here, and as Stripe is sent them. */
const wholeAtBoth = 'BIF CLP DJF GNF JPY KMF KRW PYG RWF VND VUV XAF XOF XPF'
const thousandths = 'BHD JOD KWD OMR TND'
const notCharged = ['IQD', 'LYD']
const ofStripe: Readonly<Record<string, [amountMinor: number, sent: number]>> = {
  ...Object.fromEntries(wholeAtBoth.split(' ').map((code) => [code, [10, 10]])),
  ...Object.fromEntries(thousandths.split(' ').map((code) => [code, [10_000, 10_000]])),
  MGA: [1_000, 10],
  ISK: [10, 1_000],
  UGX: [10, 1_000],
}
const everyCurrency = Intl.supportedValuesOf('currency').filter(isCurrency)
const chargedByCard = everyCurrency.filter((code) => !notCharged.includes(code))
/** Ten major units of each, as PayPal is sent them. */
const ofPayPal: Readonly<Record<string, [amountMinor: number, value: string]>> = {
  ...Object.fromEntries(
    'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD ILS MXN MYR NOK NZD PHP PLN SEK SGD THB USD'
      .split(' ')
      .map((code) => [code, [1_000, '10.00']]),
  ),
  HUF: [1_000, '10'],
  JPY: [10, '10'],
  TWD: [1_000, '10'],
}

describe('A1: Stripe', () => {
  it('names each special currency among those that can be paid in', () => {
    expect(Object.keys(ofStripe).filter((code) => !everyCurrency.includes(code))).toEqual([])
    expect(chargedByCard.length).toBeGreaterThan(140)
  })

  it.each(chargedByCard)('is sent ten of %s in its own unit, and understood', (currency) => {
    const [amountMinor, sent] = ofStripe[currency] ?? [1_000, 1_000]
    expect(stripeAmount({ amountMinor, currency })).toEqual({ amount: sent, currency: currency.toLowerCase() })
    expect(moneyFromStripe(sent, currency.toLowerCase())).toEqual({ amountMinor, currency })
    expect(amountMinor).toBe(10 * 10 ** currencyExponent(currency))
  })

  it.each([
    ['JPY', 500, 500],
    ['ISK', 500, 50_000],
    ['MGA', 100_000, 1_000],
    ['KWD', 1_250, 1_250],
    ['GBP', 500, 500],
    ['HUF', 50_050, 50_050],
    ['TWD', 50_050, 50_050],
  ])('is sent %s %i as %i', (currency, amountMinor, amount) => {
    expect(stripeAmount({ amountMinor, currency }).amount).toBe(amount)
    expect(moneyFromStripe(amount, currency.toLowerCase())).toEqual({ amountMinor, currency })
  })

  it('says every amount that it can exactly, there and back, and refuses every other', () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyCurrency), fc.integer({ min: 1, max: 2 ** 40 }), (currency, amountMinor) => {
        const asked = { amountMinor, currency }
        if (stripeExpresses(asked)) {
          expect(moneyFromStripe(stripeAmount(asked).amount, currency.toLowerCase())).toEqual(asked)
        } else {
          expect(() => stripeAmount(asked)).toThrow(expect.objectContaining({ kind: 'REFUSED' }))
          expect(stripeTakes(asked)).toBe(false)
        }
      }),
    )
  })

  it.each([
    ['MGA', 100_050],
    ['KWD', 1_005],
    ['IQD', 1_000],
    ['LYD', 1_000],
  ])('has no unit for %s %i', (currency, amountMinor) => {
    expect(stripeExpresses({ amountMinor, currency })).toBe(false)
  })

  it.each([
    ['a fraction of a krona', 50_050, 'isk'],
    ['a currency that it does not charge', 1_000, 'iqd'],
    ['a metal', 1_000, 'xau'],
  ])('is not believed %s', (_, amount, currency) => {
    expect(() => moneyFromStripe(amount, currency)).toThrow(RangeError)
  })

  it.each([
    ['GBP', 30, 99_999_999],
    ['JPY', 50, 99_999_999],
    ['HUF', 17_500, 99_999_999],
    ['MGA', 100, 9_999_999_900],
    ['ISK', 1, 999_999],
    ['KWD', 10, 99_999_990],
    ['IDR', 1, 999_999_999_999],
  ])('takes %s from %i to %i minor units', (currency, least, most) => {
    const step = { MGA: 100, KWD: 10 }[currency] ?? 1
    const takes = (amountMinor: number) => stripeTakes({ amountMinor, currency })
    expect([least - step, least, most, most + step].map(takes)).toEqual([false, true, true, false])
  })
})

describe('A1: PayPal', () => {
  it('takes its own currencies and no other', () => {
    const taken = everyCurrency.filter((currency) => payPalTakes({ amountMinor: 1_000_000, currency }))
    expect(taken).toEqual(Object.keys(ofPayPal).sort())
  })

  it.each(Object.entries(ofPayPal))('is sent ten of %s in its own unit, and understood', (currency, [minor, value]) => {
    expect(payPalAmount({ amountMinor: minor, currency })).toEqual({ currency_code: currency, value })
    expect(moneyFromPayPal({ currency_code: currency, value })).toEqual({ amountMinor: minor, currency })
  })

  it('says every amount that it can exactly, there and back, and refuses every other', () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyCurrency), fc.integer({ min: 1, max: 2 ** 40 }), (currency, amountMinor) => {
        const asked = { amountMinor, currency }
        if (payPalExpresses(asked)) expect(moneyFromPayPal(payPalAmount(asked))).toEqual(asked)
        else expect(() => payPalAmount(asked)).toThrow(expect.objectContaining({ kind: 'REFUSED' }))
      }),
    )
  })

  it.each([
    ['HUF', '1000.50'],
    ['TWD', '10.01'],
    ['JPY', '10.5'],
    ['GBP', '10.005'],
  ])('is not believed %s %s', (currency_code, value) => {
    expect(() => moneyFromPayPal({ currency_code, value })).toThrow(RangeError)
  })

  it('is refused a fraction of a forint, and nothing at all', () => {
    expect(payPalExpresses({ amountMinor: 100_050, currency: 'HUF' })).toBe(false)
    expect(payPalTakes({ amountMinor: 0, currency: 'GBP' })).toBe(false)
  })
})
