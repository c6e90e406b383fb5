/** Tests that refunds never exceed the capture and are never sent twice. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { RefundExceeds } from '../../src/payments/add-refund.ts'
import { advancePayment } from '../../src/payments/advance-payment.ts'
import { submitRefund } from '../../src/payments/submit-refund.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await desk.stripe('webhooks', { mode: 'deliver' })
  await desk.paypal('webhooks', { mode: 'deliver' })
})

async function paid(method: 'CARD' | 'PAYPAL', card?: string): Promise<string> {
  const id = await desk.paid(method, card)
  desk.shop.told.length = 0
  return id
}

/** Somebody refunds in the provider's dashboard. */
async function refundInDashboard(id: string, amountMinor?: number) {
  const { method, captureReference } = await desk.payment(id)
  if (method === 'PAYPAL') {
    const amount = amountMinor === undefined ? {} : { amount: (amountMinor / 100).toFixed(2) }
    return desk.paypal(`captures/${captureReference}/refund`, amount)
  }
  return desk.stripe(
    `charges/${await desk.chargeOf(id)}/refund`,
    amountMinor === undefined ? {} : { amount: amountMinor },
  )
}

describe.each([
  { method: 'CARD', provider: 'stripe', operation: 'refunds.create' },
  { method: 'PAYPAL', provider: 'paypal', operation: 'captures.refund' },
] as const)('a refund of money by $method', ({ method, provider, operation }) => {
  it('goes back once and is told once, whatever its webhooks say', async () => {
    const id = await paid(method)
    const { id: refundId } = await desk.refund(id, 19_900)
    await desk.settle()
    expect(await desk.refunds(id)).toMatchObject([{ status: 'SUCCEEDED', settledAt: expect.any(Date) }])
    expect(await desk.history(refundId)).toEqual(['REQUESTED', 'SUBMITTED', 'SUCCEEDED'])
    expect(desk.shop.told).toEqual([{ what: 'refunded', status: 'SUCCEEDED', backMinor: 19_900 }])
    expect(await desk.refundedAtProvider(id)).toEqual([19_900])
  })

  it('is never above what was captured, however many ask at the same moment', async () => {
    const id = await paid(method)
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => desk.refund(id, 6_000)))
    const refused = asked.filter((one) => one.status === 'rejected').map((one) => one.reason as RefundExceeds)
    expect(asked.filter((one) => one.status === 'fulfilled')).toHaveLength(3)
    for (const one of refused) expect(one).toMatchObject({ name: 'RefundExceeds', maximumMinor: 1_900 })
    await desk.settle()
    expect(await desk.refundedAtProvider(id)).toEqual([6_000, 6_000, 6_000])
    expect(desk.shop.told.map(({ backMinor }) => backMinor)).toEqual([6_000, 12_000, 18_000])
  })

  it.each(['timeout_after', 'reset_after', 'malformed', 'timeout_before', 'http_500', 'http_503', 'http_429'] as const)(
    'is made once although its call meets %s',
    async (fault) => {
      const id = await paid(method)
      await desk[provider]('faults', { operation, fault })
      const { id: refundId } = await desk.refund(id, 19_900)
      await desk.settle()
      expect(await desk.refunds(id)).toMatchObject([{ status: 'SUCCEEDED' }])
      expect(await desk.refundedAtProvider(id)).toEqual([19_900])
      expect(await desk.history(refundId)).not.toContain('FAILED')
      expect(desk.shop.heard()).toEqual(['refunded'])
    },
  )

  it('is made once although the process died between the call and its record', async () => {
    const id = await paid(method)
    const { id: refundId } = await desk.refund(id, 5_000)
    const name = method === 'CARD' ? 'STRIPE' : 'PAYPAL'
    const { refund } = desk.context.providers[name]
    desk.context.providers[name].refund = async (request) => {
      await refund(request)
      throw new Error('killed')
    }
    await expect(submitRefund(desk.context, refundId)).rejects.toThrow('killed')
    desk.context.providers[name].refund = refund
    expect(await desk.refunds(id)).toMatchObject([{ status: 'SUBMITTED' }])
    await desk.settle()
    expect(await desk.refunds(id)).toMatchObject([{ status: 'SUCCEEDED' }])
    expect(await desk.refundedAtProvider(id)).toEqual([5_000])
  })

  it('made in the dashboard appears here, with its origin, and is told', async () => {
    const id = await paid(method)
    await refundInDashboard(id, 4_000)
    await desk.settle()
    expect(await desk.refunds(id)).toMatchObject([{ origin: 'PROVIDER', status: 'SUCCEEDED', amountMinor: 4_000 }])
    expect(desk.shop.heard()).toEqual(['refundStarted', 'refunded'])
    await expect(desk.refund(id, 15_901)).rejects.toThrow(RefundExceeds)
  })

  it('that finds everything refunded in the dashboard already has failed, and the money that is back has the last word', async () => {
    const id = await paid(method)
    await desk[provider]('webhooks', { mode: 'drop' })
    await refundInDashboard(id)
    const { id: refundId } = await desk.refund(id, 19_900)
    await desk.settle()
    const refunds = await desk.refunds(id)
    expect(refunds.find((refund) => refund.id === refundId)?.status).toBe('FAILED')
    expect(refunds.find((refund) => refund.id !== refundId)).toMatchObject({ status: 'SUCCEEDED', origin: 'PROVIDER' })
    expect(desk.shop.heard()).toEqual(['refundFailed', 'refundStarted', 'refunded'])
  })
})

describe('a refund that the bank sends back', () => {
  it('has SUCCEEDED, then FAILED, and what it was for is told both times', async () => {
    const id = await paid('CARD', 'refund_fails')
    const { id: refundId } = await desk.refund(id, 19_900)
    await desk.settle()
    expect(desk.shop.heard()).toEqual(['refunded'])
    desk.travel(5_000)
    await desk.until(async () => (await desk.refundedAtProvider(id)).length === 0)
    await desk.settle()
    expect(await desk.history(refundId)).toEqual(['REQUESTED', 'SUBMITTED', 'SUCCEEDED', 'FAILED'])
    expect(await desk.refunds(id)).toMatchObject([{ status: 'FAILED', failureReason: 'LOST_OR_STOLEN_CARD' }])
    expect(desk.shop.heard()).toEqual(['refunded', 'refundFailed'])
  })

  it('can be made again, for what failed does not count', async () => {
    const id = await paid('CARD', 'refund_fails')
    for (const expected of [['SUCCEEDED'], ['FAILED', 'SUCCEEDED']]) {
      await desk.refund(id, 19_900)
      await desk.settle()
      expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(expected)
      desk.travel(5_000)
      await desk.until(async () => (await desk.refundedAtProvider(id)).length === 0)
      await desk.settle()
    }
    expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(['FAILED', 'FAILED'])
  })
})

describe('a refund that PayPal takes its time over', () => {
  it.each([
    { outcome: 'completed', status: 'SUCCEEDED', told: ['refunded'] },
    { outcome: 'failed', status: 'FAILED', told: ['refundFailed'] },
    { outcome: 'cancelled', status: 'CANCELLED', told: ['refundFailed'] },
  ])('is PENDING until it is $outcome, and told only then', async ({ outcome, status, told }) => {
    const id = await desk.open('PAYPAL')
    const { reference } = await desk.payment(id)
    await desk.paypal(`orders/${reference}/approve`, { instrument: 'echeck' })
    await desk.settle()
    await desk.paypal(`captures/${reference}/pending`, { outcome: 'completed' })
    await desk.settle()
    desk.shop.told.length = 0
    const { id: refundId } = await desk.refund(id, 19_900)
    await desk.settle(3)
    const [pending] = await desk.refunds(id)
    expect(pending).toMatchObject({ status: 'PENDING', reference: expect.any(String), settledAt: null })
    expect(desk.shop.heard()).toEqual([])
    await expect(desk.refund(id, 1)).rejects.toThrow(RefundExceeds)
    await desk.paypal(`refunds/${pending?.reference}/settle`, { outcome })
    await desk.settle()
    expect(await desk.history(refundId)).toEqual(['REQUESTED', 'SUBMITTED', 'PENDING', status])
    expect(desk.shop.heard()).toEqual(told)
  })
})

describe('a refund that PayPal refuses', () => {
  const refuse = (issue: string, times = 1) =>
    desk.paypal('refusals', { operation: 'captures.refund', issue, times }) as Promise<unknown>

  it('for good has FAILED with PayPal’s code, and is told', async () => {
    const id = await paid('PAYPAL')
    await refuse('REFUND_TIME_LIMIT_EXCEEDED')
    await desk.refund(id, 19_900)
    await desk.settle()
    expect(await desk.refunds(id)).toMatchObject([
      { status: 'FAILED', failureReason: 'REFUND_TIME_LIMIT_EXCEEDED', waitingFor: 'OPERATOR', nextTryAt: null },
    ])
    expect(desk.shop.heard()).toEqual(['refundFailed'])
  })

  it('for want of funds is tried again as a new refund with a new key, and only its end is told', async () => {
    const id = await paid('PAYPAL')
    await refuse('REFUND_FAILED_INSUFFICIENT_FUNDS', 2)
    await desk.refund(id, 19_900)
    await desk.settle()
    const refunds = await desk.refunds(id)
    expect(refunds.map(({ status, attempt }) => ({ status, attempt }))).toEqual([
      { status: 'FAILED', attempt: 1 },
      { status: 'FAILED', attempt: 2 },
      { status: 'SUCCEEDED', attempt: 3 },
    ])
    expect(new Set(refunds.map(({ callKey }) => callKey)).size).toBe(3)
    expect(desk.shop.heard()).toEqual(['refunded'])
  })

  it('for want of funds is given up after 30 days, and that is told', async () => {
    const id = await paid('PAYPAL')
    await refuse('REFUND_FAILED_INSUFFICIENT_FUNDS', 2)
    await desk.refund(id, 19_900)
    await desk.settle(1)
    desk.travel(30 * 86_400_000)
    await desk.settle()
    desk.travel(-30 * 86_400_000)
    expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(['FAILED', 'FAILED'])
    expect(desk.shop.heard()).toEqual(['refundFailed'])
  })
})

describe('a dispute', () => {
  it.each([
    { outcome: 'won', end: 'WON' },
    { outcome: 'lost', end: 'LOST' },
    { outcome: 'withdrawn', end: 'WITHDRAWN' },
  ])('of a card that is $outcome is told from its beginning to its end', async ({ outcome, end }) => {
    const id = await paid('CARD')
    const charge = await desk.chargeOf(id)
    await desk.stripe(`charges/${charge}/dispute`, { outcome: outcome === 'withdrawn' ? 'inquiry' : 'open' })
    await desk.settle()
    await desk.stripe(`charges/${charge}/dispute`, { outcome })
    await desk.settle()
    expect(desk.shop.told).toEqual([
      { what: 'disputed', status: 'OPEN' },
      { what: 'disputed', status: end },
    ])
    const [dispute] = await desk.disputes(id)
    expect(dispute).toMatchObject({ status: end, closedAt: expect.any(Date), amountMinor: 19_900, currency: 'GBP' })
  })

  it('of PayPal is imported, and its end too', async () => {
    const id = await paid('PAYPAL')
    const { captureReference } = await desk.payment(id)
    await desk.paypal(`captures/${captureReference}/dispute`, { outcome: 'open' })
    await desk.settle()
    await desk.paypal(`captures/${captureReference}/dispute`, { outcome: 'lost' })
    await desk.settle()
    expect(desk.shop.told.map(({ status }) => status)).toEqual(['OPEN', 'LOST'])
  })

  it('makes Stripe refuse a refund, which has then FAILED and not vanished', async () => {
    const id = await paid('CARD')
    await desk.stripe(`charges/${await desk.chargeOf(id)}/dispute`, { outcome: 'open' })
    await desk.refund(id, 19_900)
    await desk.settle()
    expect(await desk.refunds(id)).toMatchObject([{ status: 'FAILED', failureReason: 'DISPUTED', waitingFor: null }])
  })
})

it('a look at a payment that changed nothing says so', async () => {
  const id = await paid('CARD')
  expect(await advancePayment(desk.context, id, 'BUYER_RETURNED')).toMatchObject({ changes: [] })
})
