/** Tests what only PayPal does: approvals, refusals by issue and pending captures. */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { ProviderPayment } from '../../src/payments/payment-provider.ts'
import { control, failureOf, orderOf, type ProviderUnderTest, startPayPal } from './provider-under-test.ts'

const gbp = { amountMinor: 69_500, currency: 'GBP' }
let at: ProviderUnderTest
let paymentId: string
beforeEach(async () => {
  paymentId = randomUUID()
  at = await startPayPal()
})
afterEach(() => at.close())

async function approved(instrument = 'balance', id = paymentId, key = `${id}:open:1`): Promise<string> {
  const { reference } = await at.provider.open(orderOf(id, { key }))
  await control(at.url, `orders/${reference}/approve`, { instrument })
  return reference
}
const capture = (reference: string, attempt = 1) => at.provider.capture(reference, `${paymentId}:capture:${attempt}`)
const refuse = (operation: string, issue: string) => control(at.url, 'refusals', { operation, issue, times: 1 })

describe('an order', () => {
  it('that the buyer has approved waits for us to take the money', async () => {
    const reference = await approved()
    expect(await at.provider.look(reference)).toMatchObject({ state: 'APPROVED', redirectUrl: null, capture: null })
    expect(await at.captures()).toEqual([])
  })

  it('cannot be taken back: closing it tells how it stands', async () => {
    const { reference } = await at.provider.open(orderOf(paymentId))
    expect(await at.provider.close(reference, 'close:1')).toMatchObject({ state: 'REQUIRES_ACTION' })
    await at.pay(reference)
    expect(await at.provider.close(reference, 'close:2')).toMatchObject({ state: 'APPROVED' })
  })

  it('in a currency that PayPal does not take is refused without being sent', async () => {
    const dinars = orderOf(paymentId, { amount: { amountMinor: 1_250, currency: 'KWD' } })
    expect(await failureOf(at.provider.open(dinars))).toBe('REFUSED AMOUNT_NOT_ACCEPTED')
  })
})

describe('a capture', () => {
  it('whose instrument is declined is the buyer’s turn again, with somewhere to go', async () => {
    const seen = await capture(await approved('declined'))
    expect(seen).toMatchObject({ state: 'REQUIRES_ACTION', capture: null })
    expect(seen.failure).toMatchObject({ code: 'INSTRUMENT_DECLINED', retryable: true })
    expect((await fetch(seen.redirectUrl as string)).status).toBe(200)
    await at.pay(seen.reference)
    expect(await capture(seen.reference)).toMatchObject({ state: 'SUCCEEDED' })
  })

  it('that PayPal holds is PROCESSING and no money yet, then SUCCEEDED or FAILED', async () => {
    const held = await capture(await approved('echeck'))
    expect(held).toMatchObject({ state: 'PROCESSING', capture: null, failure: null })
    await control(at.url, `captures/${held.reference}/pending`, { outcome: 'completed' })
    expect(await at.provider.look(held.reference)).toMatchObject({ state: 'SUCCEEDED', capture: { amount: gbp } })
  })

  it('that fails for good is FAILED, though its order is COMPLETED', async () => {
    const seen = await capture(await approved('denied'))
    expect(seen).toMatchObject({ state: 'FAILED', capture: null, failure: { retryable: true } })
  })

  it.each(['ORDER_ALREADY_CAPTURED', 'ORDER_COMPLETION_IN_PROGRESS'])('refused as %s is looked at', async (issue) => {
    const reference = await approved()
    await refuse('orders.capture', issue)
    expect(await capture(reference)).toMatchObject({ state: 'PROCESSING' })
    expect(await capture(reference)).toMatchObject({ state: 'SUCCEEDED' })
    await refuse('orders.capture', issue)
    expect(await capture(reference, 2)).toMatchObject({ state: 'SUCCEEDED', capture: { amount: gbp } })
  })

  it.each(['ORDER_NOT_APPROVED', 'PAYER_ACTION_REQUIRED'])('refused as %s is the buyer’s turn', async (issue) => {
    const reference = await approved()
    await refuse('orders.capture', issue)
    const redirectUrl = expect.stringContaining(`token=${reference}`)
    expect(await capture(reference)).toMatchObject({ state: 'REQUIRES_ACTION', redirectUrl, failure: null })
  })

  it('of a second order for a payment that is paid answers with the first', async () => {
    const first = await approved()
    const second = await approved('balance', paymentId, `${paymentId}:open:2`)
    await capture(first)
    const seen = await capture(second, 2)
    expect(seen).toMatchObject({ reference: first, state: 'SUCCEEDED' })
    expect(await at.captures()).toHaveLength(1)
  })

  it('that PayPal refuses for another reason is REFUSED with the issue', async () => {
    const reference = await approved()
    await refuse('orders.capture', 'PAYEE_ACCOUNT_RESTRICTED')
    expect(await failureOf(capture(reference))).toBe('REFUSED PAYEE_ACCOUNT_RESTRICTED')
  })
})

describe('a refund', () => {
  const refund = (seen: ProviderPayment, refundId: string = randomUUID()) => {
    const captureReference = seen.capture?.reference as string
    return at.provider.refund({ refundId, captureReference, amount: gbp, key: `${refundId}:1` })
  }

  it.each([
    'REFUND_TIME_LIMIT_EXCEEDED',
    'TRANSACTION_DISPUTED',
    'REFUND_FAILED_INSUFFICIENT_FUNDS',
    'PENDING_CAPTURE',
    'REFUND_AMOUNT_EXCEEDED',
  ])('that PayPal refuses as %s is REFUSED by that name, and nothing is refunded', async (issue) => {
    const seen = await capture(await approved())
    await refuse('captures.refund', issue)
    expect(await failureOf(refund(seen))).toBe(`REFUSED ${issue}`)
    expect(await at.refunds()).toEqual([])
  })

  it('of a payment by e-check is PENDING until its bank has answered', async () => {
    const held = await capture(await approved('echeck'))
    await control(at.url, `captures/${held.reference}/pending`, { outcome: 'completed' })
    const made = await refund((await at.provider.look(held.reference)) as ProviderPayment)
    expect(made.state).toBe('PENDING')
    await control(at.url, `refunds/${made.reference}/settle`, { outcome: 'failed' })
    expect(await at.provider.lookRefund(made.reference)).toMatchObject({ state: 'FAILED', refundId: made.refundId })
  })
})

describe('a dispute', () => {
  it.each([
    ['won', 'WON'],
    ['withdrawn', 'WITHDRAWN'],
    ['under_review', 'UNDER_REVIEW'],
  ])('that is %s is %s', async (outcome, state) => {
    const seen = await capture(await approved())
    await at.dispute(seen.capture?.reference as string, outcome)
    const closed = state === 'UNDER_REVIEW' ? null : expect.any(Date)
    expect((await at.provider.look(seen.reference))?.disputes).toMatchObject([{ state, closedAt: closed, amount: gbp }])
  })
})

describe('the access token', () => {
  it.each(['http_500', 'http_503', 'http_429', 'malformed', 'reset_before'])(
    'that fails by %s is UNAVAILABLE for everybody who waits for it: nothing was sent',
    async (fault) => {
      await control(at.url, 'faults', { operation: 'oauth2.token', fault, times: 1 })
      const calls = [randomUUID(), randomUUID(), randomUUID()].map((id) => failureOf(at.provider.open(orderOf(id))))
      for (const outcome of await Promise.all(calls)) expect(outcome).toMatch(/^UNAVAILABLE/)
      expect((await at.provider.open(orderOf(paymentId))).state).toBe('REQUIRES_ACTION')
    },
  )

  it('is fetched once for many calls', async () => {
    await at.provider.look('0AB12345CD678901E')
    await control(at.url, 'faults', { operation: 'oauth2.token', fault: 'http_500', times: 5 })
    const opened = await Promise.all([1, 2, 3].map(() => at.provider.open(orderOf(randomUUID()))))
    expect(opened).toHaveLength(3)
  })

  it('is no other client’s, though it has the same id', async () => {
    await at.provider.open(orderOf(paymentId))
    expect(await failureOf(at.connect({ secret: 'wrong' }).open(orderOf(randomUUID())))).toBe(
      'NOT_PERMITTED misconfigured',
    )
  })
})
