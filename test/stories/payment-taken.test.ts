/** Tests that money is captured once, whichever sign of it comes first. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { advancePayment } from '../../src/payments/advance-payment.ts'
import { closePayment } from '../../src/payments/close-payment.ts'
import type { ProviderPayment } from '../../src/payments/payment-provider.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())
beforeEach(() => {
  desk.shop.told.length = 0
  Object.assign(desk.shop.answers, { wanted: 'wanted', awaitsPayment: true })
})

/** What the provider's own books have of this payment. */
async function captured(id: string): Promise<number> {
  const { method, captureReference, reference } = await desk.payment(id)
  const url = method === 'CARD' ? desk.context.providers.STRIPE : desk.context.providers.PAYPAL
  const seen = await url.look(reference as string)
  expect(seen?.capture?.reference ?? null).toBe(captureReference)
  return desk.capturesOf(id)
}

describe.each(['CARD', 'PAYPAL'] as const)('money by %s', (method) => {
  it('is in the books with its facts once the webhook has come, though the browser never came back', async () => {
    const id = await desk.paid(method)
    expect(await desk.payment(id)).toMatchObject({
      status: 'SUCCEEDED',
      capturedMinor: 19_900,
      capturedCurrency: 'GBP',
      capturedAt: expect.any(Date),
      ...(method === 'CARD' ? { cardBrand: 'VISA', cardLast4: '4242' } : { cardBrand: null }),
    })
    expect(desk.shop.told).toEqual([{ what: 'paid', status: 'SUCCEEDED' }])
    expect(await captured(id)).toBe(1)
  })

  it('is taken once and told once when return, webhooks and jobs all come at the same moment', async () => {
    const id = await desk.open(method)
    await desk.pay(id)
    await Promise.all(Array.from({ length: 8 }, () => advancePayment(desk.context, id, 'BUYER_RETURNED')))
    await desk.settle()
    expect(desk.shop.heard()).toEqual(['paid'])
    expect(await captured(id)).toBe(1)
    expect((await desk.history(id)).filter((status) => status === 'SUCCEEDED')).toHaveLength(1)
  })

  it('goes back in full when what it is for has ended meanwhile, and the payment is corrected to match', async () => {
    const id = await desk.open(method)
    await desk.pay(id)
    const { reference } = await desk.payment(id)
    await desk.sql.query(`update payment set status = 'EXPIRED' where id = $1`, [id])
    desk.shop.answers.wanted = 'unwanted'
    // PayPal's money is only taken by us, and of an ended payment we take none: it is taken behind our back here.
    if (method === 'PAYPAL') await desk.context.providers.PAYPAL.capture(reference as string, 'somebody-else')
    await desk.settle()
    expect(await desk.payment(id)).toMatchObject({ status: 'SUCCEEDED', capturedMinor: 19_900 })
    expect(await desk.refunds(id)).toMatchObject([
      { origin: 'COMPENSATION', status: 'SUCCEEDED', amountMinor: 19_900, reason: 'PAID_BUT_NOT_WANTED' },
    ])
    expect(desk.shop.told).toEqual([
      { what: 'paid', status: 'SUCCEEDED' },
      { what: 'refunded', status: 'SUCCEEDED', backMinor: 19_900 },
    ])
  })

  it.each([
    { column: 'amount_minor', value: 20_000, cause: 'AMOUNT_DIFFERS' },
    { column: 'currency', value: 'EUR', cause: 'CURRENCY_DIFFERS' },
  ])('is CONFLICTED and goes back when $column is not what was asked', async ({ column, value, cause }) => {
    const id = await desk.open(method)
    await desk.sql.query(`update payment set ${column} = $2 where id = $1`, [id, value])
    await desk.pay(id)
    await desk.settle()
    expect(await desk.payment(id)).toMatchObject({ status: 'CONFLICTED', failureCode: cause, capturedMinor: 19_900 })
    expect(await desk.history(id)).not.toContain('SUCCEEDED')
    expect(await desk.refunds(id)).toMatchObject([{ origin: 'COMPENSATION', status: 'SUCCEEDED', currency: 'GBP' }])
    expect(desk.shop.heard()).toEqual(['refunded'])
  })

  it('is not taken when the payment was closed before the buyer paid', async () => {
    const id = await desk.open(method)
    await closePayment(desk.context, id, 'EXPIRED', 'HOLD_ENDED')
    await desk.pay(id).catch(() => undefined)
    await desk.settle()
    expect(await desk.capturesOf(id)).toBe(0)
    expect((await desk.payment(id)).status).toBe('EXPIRED')
  })

  it('wins over closing when the buyer was faster', async () => {
    const id = await desk.open(method)
    await desk.pay(id)
    if (method === 'PAYPAL') await advancePayment(desk.context, id, 'BUYER_RETURNED')
    expect(await closePayment(desk.context, id, 'EXPIRED', 'HOLD_ENDED')).toBe('SUCCEEDED')
    await desk.settle()
    expect(desk.shop.heard()).toEqual(['paid'])
  })
})

describe('a card', () => {
  it.each([
    ['mastercard', 'MASTERCARD'],
    ['amex', 'AMERICAN_EXPRESS'],
  ])('of %s is as good as any', async (card, brand) => {
    const id = await desk.paid('CARD', card)
    expect(await desk.payment(id)).toMatchObject({ status: 'SUCCEEDED', cardBrand: brand })
  })

  it('of another brand that slipped through at the provider is CONFLICTED, told, and paid back', async () => {
    const id = await desk.open('CARD')
    await desk.pay(id)
    const { look } = desk.context.providers.STRIPE
    desk.context.providers.STRIPE.look = async (reference) => {
      const seen = await look(reference)
      return seen?.capture ? ({ ...seen, capture: { ...seen.capture, cardBrand: 'OTHER' } } as ProviderPayment) : seen
    }
    try {
      await desk.settle()
    } finally {
      desk.context.providers.STRIPE.look = look
    }
    expect(await desk.payment(id)).toMatchObject({ status: 'CONFLICTED', cardBrand: 'OTHER' })
    expect(await desk.refunds(id)).toMatchObject([{ reason: 'CARD_BRAND_NOT_ACCEPTED', status: 'SUCCEEDED' }])
  })

  it('that is declined leaves the page open, says why, and another card then pays', async () => {
    const id = await desk.open('CARD')
    await expect(desk.pay(id, 'declined')).rejects.toThrow('402')
    await desk.settle()
    expect(await desk.payment(id)).toMatchObject({
      status: 'REQUIRES_ACTION',
      failureCode: 'GENERIC_DECLINE',
      failureRetryable: true,
    })
    await desk.pay(id, 'visa')
    await desk.settle()
    expect(await desk.payment(id)).toMatchObject({ status: 'SUCCEEDED', failureCode: null })
  })
})

describe('a PayPal order', () => {
  it.each(['timeout_after', 'reset_after', 'malformed', 'timeout_before', 'http_500', 'http_503', 'http_429'] as const)(
    'whose capture meets %s is captured once and never told as failed',
    async (fault) => {
      const id = await desk.open('PAYPAL')
      await desk.paypal('webhooks', { mode: 'drop' })
      await desk.pay(id)
      await desk.paypal('faults', { operation: 'orders.capture', fault })
      await expect(advancePayment(desk.context, id, 'BUYER_RETURNED')).rejects.toMatchObject({
        name: 'UpstreamFailure',
      })
      expect(['UNKNOWN', 'PROCESSING']).toContain((await desk.payment(id)).status)
      await desk.settle()
      await desk.paypal('webhooks', { mode: 'deliver' })
      expect(await desk.payment(id)).toMatchObject({ status: 'SUCCEEDED' })
      expect(await captured(id)).toBe(1)
      expect(await desk.history(id)).not.toContain('FAILED')
    },
  )

  it.each([
    { fault: 'timeout_after', closed: 'SUCCEEDED' },
    { fault: 'timeout_before', closed: 'UNKNOWN' },
  ] as const)(
    'whose capture met $fault is not closed over the buyer’s money: it is $closed, then SUCCEEDED',
    async ({ fault, closed }) => {
      const id = await desk.open('PAYPAL')
      await desk.paypal('webhooks', { mode: 'drop' })
      await desk.pay(id)
      await desk.paypal('faults', { operation: 'orders.capture', fault })
      await expect(advancePayment(desk.context, id, 'BUYER_RETURNED')).rejects.toMatchObject({ kind: 'UNKNOWN' })
      expect(await closePayment(desk.context, id, 'EXPIRED', 'HOLD_ENDED')).toBe(closed)
      await desk.settle()
      await desk.paypal('webhooks', { mode: 'deliver' })
      expect((await desk.payment(id)).status).toBe('SUCCEEDED')
      expect(await captured(id)).toBe(1)
    },
  )

  it('whose process died between claim and capture is captured by the job, with the same key', async () => {
    const id = await desk.open('PAYPAL')
    await desk.paypal('webhooks', { mode: 'drop' })
    await desk.pay(id)
    const { capture } = desk.context.providers.PAYPAL
    desk.context.providers.PAYPAL.capture = async () => {
      throw new Error('killed')
    }
    await expect(advancePayment(desk.context, id, 'BUYER_RETURNED')).rejects.toThrow('killed')
    desk.context.providers.PAYPAL.capture = capture
    expect(await desk.payment(id)).toMatchObject({ status: 'PROCESSING', captureKey: `${id}:capture:1` })
    await desk.settle()
    await desk.paypal('webhooks', { mode: 'deliver' })
    expect(await captured(id)).toBe(1)
    expect(desk.shop.heard()).toEqual(['paid'])
  })

  it('whose instrument is declined is the buyer’s turn again, and the next capture has a new key', async () => {
    const id = await desk.open('PAYPAL')
    const { reference } = await desk.payment(id)
    await desk.paypal(`orders/${reference}/approve`, { instrument: 'declined' })
    await desk.settle()
    expect(await desk.payment(id)).toMatchObject({
      status: 'REQUIRES_ACTION',
      failureCode: 'INSTRUMENT_DECLINED',
      failureRetryable: true,
      captureKey: null,
    })
    expect((await desk.payment(id)).attempt).toBeGreaterThan(1)
    await desk.paypal(`orders/${reference}/approve`, { instrument: 'balance' })
    await desk.settle()
    expect(await desk.payment(id)).toMatchObject({ status: 'SUCCEEDED', failureCode: null })
    expect(await captured(id)).toBe(1)
  })

  it('whose capture is pending does not count as paid until PayPal says so', async () => {
    const id = await desk.open('PAYPAL')
    const { reference } = await desk.payment(id)
    await desk.paypal(`captures/${reference}/pending`)
    await desk.pay(id)
    await desk.settle()
    expect((await desk.payment(id)).status).toBe('PROCESSING')
    expect(desk.shop.heard()).toEqual([])
    await desk.paypal(`captures/${reference}/pending`, { outcome: 'completed' })
    await desk.settle()
    expect((await desk.payment(id)).status).toBe('SUCCEEDED')
    expect(desk.shop.heard()).toEqual(['paid'])
  })

  it('that was approved is not captured when what it is for has ended', async () => {
    const id = await desk.open('PAYPAL')
    desk.shop.answers.awaitsPayment = false
    await desk.pay(id)
    await desk.settle()
    expect(await desk.capturesOf(id)).toBe(0)
    expect((await desk.payment(id)).status).toBe('REQUIRES_ACTION')
  })
})
