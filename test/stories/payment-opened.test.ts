/** Tests that opening a payment makes one page, whatever fails. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { closePayment } from '../../src/payments/close-payment.ts'
import { openPayment } from '../../src/payments/open-payment.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())
beforeEach(() => {
  desk.shop.told.length = 0
  desk.shop.answers.awaitsPayment = true
})

describe.each([
  { method: 'CARD', provider: 'stripe', operation: 'checkout.sessions.create' },
  { method: 'PAYPAL', provider: 'paypal', operation: 'orders.create' },
] as const)('a payment by $method', ({ method, provider, operation }) => {
  it('is opened with the page to send the buyer to', async () => {
    const id = await desk.open(method)
    const payment = await desk.payment(id)
    expect(payment).toMatchObject({ status: 'REQUIRES_ACTION', redirectUrl: expect.stringMatching(/^http/) })
    expect(payment.actionExpiresAt?.getTime()).toBeGreaterThan(Date.now())
    expect(await desk.history(id)).toEqual(['CREATED', 'REQUIRES_ACTION'])
  })

  it('is opened once by however many calls at the same moment', async () => {
    const id = await desk.add(method)
    const opened = await Promise.all(Array.from({ length: 5 }, () => openPayment(desk.context, id)))
    const pages = opened.flatMap(({ payment }) => payment.reference ?? [])
    expect(new Set(pages).size).toBe(1)
    await desk.settle()
    expect((await desk.payment(id)).status).toBe('REQUIRES_ACTION')
  })

  it.each(['timeout_after', 'reset_after', 'malformed', 'timeout_before', 'http_500'] as const)(
    'is UNKNOWN, never FAILED, after %s, and a job opens it for good',
    async (fault) => {
      await desk[provider]('faults', { operation, fault })
      const id = await desk.add(method)
      const { payment, failure } = await openPayment(desk.context, id)
      expect({ status: payment.status, kind: failure?.kind }).toEqual({ status: 'UNKNOWN', kind: 'UNKNOWN' })
      await desk.settle()
      expect(await desk.payment(id)).toMatchObject({ status: 'REQUIRES_ACTION', reference: expect.any(String) })
      expect(await desk.history(id)).toEqual(['CREATED', 'UNKNOWN', 'REQUIRES_ACTION'])
    },
  )

  it('stays CREATED while the provider does nothing at all, and is opened later', async () => {
    await desk[provider]('faults', { operation, fault: 'http_429' })
    const id = await desk.add(method)
    const { payment, failure } = await openPayment(desk.context, id)
    expect({ status: payment.status, kind: failure?.kind }).toEqual({ status: 'CREATED', kind: 'UNAVAILABLE' })
    await desk.settle()
    expect((await desk.payment(id)).status).toBe('REQUIRES_ACTION')
  })

  it('is opened by its job when the process dies before the call', async () => {
    const id = await desk.add(method)
    await desk.settle()
    expect((await desk.payment(id)).status).toBe('REQUIRES_ACTION')
  })

  it('is not opened any more when nobody waits for it', async () => {
    const id = await desk.add(method)
    desk.shop.answers.awaitsPayment = false
    await desk.settle()
    expect(await desk.history(id)).toEqual(['CREATED', 'CANCELLED'])
  })

  it('is closed, and cannot be paid afterwards', async () => {
    const id = await desk.open(method)
    expect(await closePayment(desk.context, id, 'CANCELLED', 'CANCELLED_BY_LEARNER')).toBe('CANCELLED')
    if (method === 'CARD') await expect(desk.pay(id)).rejects.toThrow('409')
    else await desk.pay(id)
    await desk.settle()
    expect((await desk.payment(id)).status).toBe('CANCELLED')
    expect(desk.shop.heard()).toEqual([])
  })

  it('is closed even when the page was opened by a call that was still on its way', async () => {
    const id = await desk.add(method)
    const opening = openPayment(desk.context, id)
    await closePayment(desk.context, id, 'CANCELLED', 'CANCELLED_BY_LEARNER')
    await opening
    await desk.settle()
    expect((await desk.payment(id)).status).toBe('CANCELLED')
  })
})

it('fails for good, and says that another try can help, when the provider refuses the order', async () => {
  // Stripe takes no charge of more than eight digits.
  const id = await desk.add('CARD', 100_000_000)
  const { payment, failure } = await openPayment(desk.context, id)
  expect(failure?.kind).toBe('REFUSED')
  expect(payment).toMatchObject({ status: 'FAILED', failureRetryable: true, failureMessage: expect.any(String) })
})
