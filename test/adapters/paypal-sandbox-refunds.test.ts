/** Tests the sandbox's PayPal refunds and disputes through PayPal's SDK. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type OpenPaypal, openPaypal, paid, refusal } from './paypal-sandbox-caller.ts'

let paypal: OpenPaypal
beforeEach(async () => {
  paypal = await openPaypal()
})
afterEach(() => paypal.sandbox.close())

const HOUR_MS = 3_600_000

describe('a refund', () => {
  const gbp = (value: string) => ({ amount: { currency_code: 'GBP', value } })

  it('is given in parts, never above the capture, and shows in capture, order and ledger', async () => {
    const { id, capture } = await paid(paypal)
    const first = await paypal.refund(capture.id, { ...gbp('25.00'), custom_id: 'refund-1' })
    expect(first).toMatchObject({ statusCode: 201, result: { status: 'COMPLETED', custom_id: 'refund-1' } })
    expect(await refusal(paypal.refund(capture.id, gbp('100.01')))).toMatchObject({ issue: 'REFUND_AMOUNT_EXCEEDED' })
    const euros = { amount: { currency_code: 'EUR', value: '1.00' } }
    expect(await refusal(paypal.refund(capture.id, euros))).toMatchObject({ issue: 'REFUND_CAPTURE_CURRENCY_MISMATCH' })
    expect((await paypal.captureOf(capture.id)).result.status).toBe('PARTIALLY_REFUNDED')
    const rest = (await paypal.refund(capture.id)).result
    expect(rest).toMatchObject({ ...gbp('100.00'), custom_id: 'payment-1' })
    expect((await paypal.captureOf(capture.id)).result.status).toBe('REFUNDED')
    expect(await refusal(paypal.refund(capture.id))).toMatchObject({ issue: 'CAPTURE_FULLY_REFUNDED' })
    const [unit] = (await paypal.order(id)).result.purchase_units as { payments: { refunds: object[] } }[]
    expect(unit?.payments.refunds).toHaveLength(2)
    expect((await paypal.refundOf(rest.id)).result).toEqual(rest)
    const ledger = await (await fetch(`${paypal.sandbox.url}/_sandbox/ledger`)).json()
    expect(ledger).toMatchObject({
      captures: [
        { id: capture.id, amount: 12_500, currency: 'GBP', status: 'REFUNDED', metadata: { custom_id: 'payment-1' } },
      ],
      refunds: [{ capture: capture.id, amount: 2_500, status: 'COMPLETED' }, { amount: 10_000 }],
    })
  })

  it('of an e-check is pending until the bank is done, and one that failed can be made again', async () => {
    const { capture } = await paid(paypal, {}, 'echeck')
    await paypal.control(`captures/${capture.id}/pending`, { outcome: 'completed' })
    const { result } = await paypal.refund(capture.id)
    expect(result.status).toBe('PENDING')
    expect((await paypal.control(`refunds/${result.id}/settle`, { outcome: 'failed' })).json.status).toBe('FAILED')
    const again = (await paypal.refund(capture.id)).result
    await paypal.control(`refunds/${again.id}/settle`)
    expect((await paypal.refundOf(again.id)).result.status).toBe('COMPLETED')
    expect((await paypal.eventTypes()).at(-1)).toBe('PAYMENT.CAPTURE.REFUNDED')
  })

  it('in the dashboard is told by an event whose resource is the refund', async () => {
    const { capture } = await paid(paypal)
    const { json } = await paypal.control(`captures/${capture.id}/refund`, { amount: '5.00' })
    const [event] = (await paypal.events('event_type=PAYMENT.CAPTURE.REFUNDED')).events
    expect(event?.resource).toMatchObject({ id: json.id, ...gbp('5.00') })
    expect(event?.resource.links).toContainEqual(
      expect.objectContaining({ rel: 'up', href: expect.stringContaining(capture.id) }),
    )
  })

  it('is refused after 180 days, and for reasons that are asked for', async () => {
    const { capture } = await paid(paypal)
    await paypal.control('refusals', { operation: 'captures.refund', issue: 'REFUND_FAILED_INSUFFICIENT_FUNDS' })
    expect(await refusal(paypal.refund(capture.id))).toMatchObject({ issue: 'REFUND_FAILED_INSUFFICIENT_FUNDS' })
    expect(await paypal.control('refusals', { operation: 'captures.refund', issue: 'NONSENSE' })).toMatchObject({
      status: 400,
    })
    paypal.later(181 * 24 * HOUR_MS)
    expect(await refusal(paypal.refund(capture.id))).toMatchObject({ issue: 'REFUND_TIME_LIMIT_EXCEEDED' })
  })
})

describe('a dispute', () => {
  it.each([
    ['won', 'RESOLVED_SELLER_FAVOUR', 'COMPLETED'],
    ['lost', 'RESOLVED_BUYER_FAVOUR', 'REFUNDED'],
    ['withdrawn', 'CANCELED_BY_BUYER', 'COMPLETED'],
  ])('that is %s is resolved as %s and leaves the capture %s', async (outcome, outcome_code, status) => {
    const { capture } = await paid(paypal)
    const opened = await paypal.control(`captures/${capture.id}/dispute`)
    expect(await refusal(paypal.refund(capture.id, { amount: { currency_code: 'GBP', value: '1.00' } }))).toMatchObject(
      {
        issue: 'TRANSACTION_DISPUTED',
      },
    )
    await paypal.control(`captures/${capture.id}/dispute`, { outcome: 'under_review' })
    await paypal.control(`captures/${capture.id}/dispute`, { outcome })
    const { result } = await paypal.get(`/v1/customer/disputes/${opened.json.dispute_id}`)
    expect(result).toMatchObject({ status: 'RESOLVED', dispute_outcome: { outcome_code } })
    expect((await paypal.captureOf(capture.id)).result.status).toBe(status)
    const listed = (await paypal.get(`/v1/customer/disputes?disputed_transaction_id=${capture.id}`)).result
    expect(listed.items).toMatchObject([{ dispute_id: opened.json.dispute_id, dispute_state: 'RESOLVED' }])
    const told = (await paypal.eventTypes()).filter((type) => type.startsWith('CUSTOMER') || type.endsWith('REVERSED'))
    const names = ['CREATED', 'UPDATED', 'RESOLVED'].map((name) => `CUSTOMER.DISPUTE.${name}`)
    expect(told).toEqual(outcome === 'lost' ? [...names, 'PAYMENT.CAPTURE.REVERSED'] : names)
  })

  it('is taken up again, and decided the other way, which brings the money back', async () => {
    const { capture } = await paid(paypal)
    const to = (outcome: string) => paypal.control(`captures/${capture.id}/dispute`, { outcome })
    expect(await to('appeal')).toMatchObject({ status: 409 })
    await to('open')
    expect(await to('appeal')).toMatchObject({ status: 409 })
    await to('lost')
    expect((await paypal.captureOf(capture.id)).result.status).toBe('REFUNDED')
    expect((await to('appeal')).json).toMatchObject({ status: 'UNDER_REVIEW' })
    expect((await to('won')).json).toMatchObject({ status: 'RESOLVED' })
    expect((await paypal.captureOf(capture.id)).result.status).toBe('COMPLETED')
  })

  it('that is lost in part shows it among the refunds, or leaves the capture as it is', async () => {
    const wish = { outcome: 'lost', refunded: '100.00' }
    const [listed, unlisted] = [await paid(paypal), await paid(paypal, { invoice_id: 'another' })]
    const { json } = await paypal.control(`captures/${listed.capture.id}/dispute`, { ...wish, listed: true })
    expect(json).toMatchObject({ dispute_outcome: { amount_refunded: { value: '100.00' } } })
    await paypal.control(`captures/${unlisted.capture.id}/dispute`, wish)
    expect((await paypal.captureOf(listed.capture.id)).result.status).toBe('PARTIALLY_REFUNDED')
    expect((await paypal.captureOf(unlisted.capture.id)).result.status).toBe('COMPLETED')
    const ledger = await fetch(`${paypal.sandbox.url}/_sandbox/ledger`)
    const { refunds, disputes } = (await ledger.json()) as Record<'refunds' | 'disputes', object[]>
    expect(refunds).toMatchObject([{ capture: listed.capture.id, amount: 10_000, status: 'COMPLETED' }])
    expect(disputes).toMatchObject([
      { capture: listed.capture.id, amount: 12_500, status: 'RESOLVED' },
      { capture: unlisted.capture.id, amount: 12_500, status: 'RESOLVED' },
    ])
    const rest = { amount: { currency_code: 'GBP', value: '25.00' } }
    expect(
      await refusal(paypal.refund(unlisted.capture.id, { amount: { currency_code: 'GBP', value: '25.01' } })),
    ).toMatchObject({ issue: 'REFUND_AMOUNT_EXCEEDED' })
    expect((await paypal.refund(unlisted.capture.id, rest)).statusCode).toBe(201)
  })

  it('says its stage, reason, due date, fee and what may be refunded meanwhile, and refuses what it does not know', async () => {
    const { capture } = await paid(paypal)
    const facts = { stage: 'INQUIRY', amount: '60.00', reason: 'UNAUTHORISED', due_by: '2026-12-24T00:00:00Z' }
    const dispute = (wish: object) => paypal.control(`captures/${capture.id}/dispute`, wish)
    const { json } = await dispute({ outcome: 'open', ...facts, fee: '14.00', allowed_refund: '50.00' })
    expect(json).toMatchObject({
      dispute_life_cycle_stage: 'INQUIRY',
      dispute_amount: { value: '60.00' },
      reason: 'UNAUTHORISED',
      seller_response_due_date: '2026-12-24T00:00:00Z',
      money_movements: [{ affected_party: 'SELLER', type: 'DEBIT', reason: 'DISPUTE_FEE', amount: { value: '14.00' } }],
      refund_details: { allowed_refund_amount: { value: '50.00' } },
    })
    expect(
      await refusal(paypal.refund(capture.id, { amount: { currency_code: 'GBP', value: '50.01' } })),
    ).toMatchObject({ issue: 'TRANSACTION_DISPUTED' })
    expect((await paypal.refund(capture.id, { amount: { currency_code: 'GBP', value: '50.00' } })).statusCode).toBe(201)
    for (const wrong of [{ outcome: 'prevented' }, { stage: 'APPEAL' }, { amount: 60 }, { refund: '1.00' }]) {
      expect(await dispute(wrong)).toMatchObject({ status: 400 })
    }
  })
})
