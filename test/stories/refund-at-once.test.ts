/** Tests that a refund submitted by several at once is sent once. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { ProviderRefund } from '../../src/payments/payment-provider.ts'
import { submitRefund } from '../../src/payments/submit-refund.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())

const statuses = async (id: string) => (await desk.refunds(id)).map(({ status }) => status)

it('the others look again when the one who sends it must have ended', async () => {
  const id = await desk.paid('CARD')
  const { id: refundId } = await desk.refund(id, 5_000)
  const { refund } = desk.context.providers.STRIPE
  const sent: { answer(): void }[] = []
  const isSent = new Promise<void>((told) => {
    desk.context.providers.STRIPE.refund = (request) =>
      new Promise<ProviderRefund>((answered) => {
        sent.push({ answer: () => answered(refund(request)) })
        told()
      })
  })
  try {
    const first = submitRefund(desk.context, refundId)
    await isSent
    expect(await Promise.all([1, 2, 3].map(() => submitRefund(desk.context, refundId)))).toEqual([15, 15, 15])
    expect(sent).toHaveLength(1)
    sent[0]?.answer()
    expect(await first).toBeNull()
  } finally {
    desk.context.providers.STRIPE.refund = refund
  }
  expect(await desk.refunds(id)).toMatchObject([{ status: 'SUCCEEDED', sendingSince: null }])
  expect(await desk.refundedAtProvider(id)).toEqual([5_000])
})

it('whoever takes over from one who died sends the same key', async () => {
  const id = await desk.paid('CARD')
  const { id: refundId, callKey } = await desk.refund(id, 5_000)
  const { refund } = desk.context.providers.STRIPE
  desk.context.providers.STRIPE.refund = async () => {
    throw new Error('killed')
  }
  await expect(submitRefund(desk.context, refundId)).rejects.toThrow('killed')
  const keys: string[] = []
  desk.context.providers.STRIPE.refund = (request) => {
    keys.push(request.key)
    return refund(request)
  }
  try {
    expect(await submitRefund(desk.context, refundId)).toBe(15)
    desk.travel(15_000)
    expect(await submitRefund(desk.context, refundId)).toBeNull()
  } finally {
    desk.context.providers.STRIPE.refund = refund
  }
  expect(keys).toEqual([callKey])
  expect(await statuses(id)).toEqual(['SUCCEEDED'])
})

it('what is refused for now is not sent again by one who comes late: only its next attempt is', async () => {
  const id = await desk.paid('PAYPAL')
  await desk.paypal('refusals', { operation: 'captures.refund', issue: 'REFUND_FAILED_INSUFFICIENT_FUNDS', times: 1 })
  const { id: refundId } = await desk.refund(id, 5_000)
  await Promise.all(Array.from({ length: 8 }, () => submitRefund(desk.context, refundId)))
  expect(await statuses(id)).toEqual(['FAILED', 'REQUESTED'])
  expect(await desk.refundedAtProvider(id)).toEqual([])
  await desk.settle()
  expect(await statuses(id)).toEqual(['FAILED', 'SUCCEEDED'])
  expect(await desk.refundedAtProvider(id)).toEqual([5_000])
})

it('what is granted after all, although it was refused for good, is in the books as a refund of its own', async () => {
  const id = await desk.paid('PAYPAL')
  await desk.paypal('webhooks', { mode: 'hold' })
  const { id: refundId } = await desk.refund(id, 5_000)
  await submitRefund(desk.context, refundId)
  // As if its answer had been a refusal, and the money had gone all the same.
  await desk.sql.query(`update refund set status = 'FAILED', reference = null where id = $1`, [refundId])
  await desk.paypal('webhooks/flush')
  await desk.paypal('webhooks', { mode: 'deliver' })
  await desk.settle()
  expect((await desk.refunds(id)).map(({ origin, status }) => `${origin} ${status}`)).toEqual([
    'OPERATOR FAILED',
    'PROVIDER SUCCEEDED',
  ])
})
