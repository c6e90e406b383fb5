/** Tests the sandbox's PayPal orders and captures through PayPal's SDK. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { captureIn, type OpenPaypal, openPaypal, orderOf, paid, refusal } from './paypal-sandbox-caller.ts'

let paypal: OpenPaypal
beforeEach(async () => {
  paypal = await openPaypal()
})
afterEach(() => paypal.sandbox.close())

const relOf = (resource: { links: { rel: string }[] }) => resource.links.map(({ rel }) => rel)
const HOUR_MS = 3_600_000

describe('an order', () => {
  it('opens with a link to its approval page, whole or minimal as preferred', async () => {
    const whole = await paypal.create()
    expect(whole).toMatchObject({ statusCode: 201, result: { status: 'CREATED', intent: 'CAPTURE' } })
    expect(whole.result.purchase_units).toMatchObject([{ custom_id: 'payment-1', amount: { value: '125.00' } }])
    const approve = whole.result.links.find(({ rel }) => rel === 'approve')
    expect(approve?.href).toBe(`${paypal.sandbox.url}/checkoutnow?token=${whole.result.id}`)
    const minimal = await paypal.create(orderOf(), { minimal: true })
    expect(Object.keys(minimal.result)).toEqual(['id', 'status', 'links'])
  })

  it('that names its payment source waits for the payer, and needs a request id', async () => {
    const named = orderOf(
      {},
      { payment_source: { paypal: { experience_context: { return_url: 'http://127.0.0.1:9/b' } } } },
    )
    expect(await refusal(paypal.create(named))).toMatchObject({ status: 400, issue: 'PAYPAL_REQUEST_ID_REQUIRED' })
    const { statusCode, result } = await paypal.create(named, { id: 'r-1' })
    expect([statusCode, result.status, relOf(result)]).toEqual([200, 'PAYER_ACTION_REQUIRED', ['self', 'payer-action']])
    const approved = await paypal.control(`orders/${result.id}/approve`)
    expect(String(approved.json.url)).toMatch(/^http:\/\/127\.0\.0\.1:9\/b\?token=/)
  })

  it('is approved by the buyer, who is sent back with token and PayerID, and can then be captured', async () => {
    const { id } = (await paypal.create()).result
    expect(await refusal(paypal.capture(id))).toMatchObject({ status: 422, issue: 'ORDER_NOT_APPROVED' })
    const { json } = await paypal.control(`orders/${id}/approve`)
    const back = new URL(json.url as string)
    const { result } = await paypal.order(id)
    expect(result).toMatchObject({ status: 'APPROVED', payer: { payer_id: back.searchParams.get('PayerID') } })
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ a: '1', token: id })
    const captured = await paypal.capture(id)
    expect(captured).toMatchObject({ statusCode: 201, result: { status: 'COMPLETED' } })
    expect(captureIn(captured.result)).toMatchObject({
      status: 'COMPLETED',
      custom_id: 'payment-1',
      invoice_id: 'invoice-1',
    })
    expect(await refusal(paypal.capture(id))).toMatchObject({ status: 422, issue: 'ORDER_ALREADY_CAPTURED' })
    expect(await paypal.eventTypes()).toEqual([
      'CHECKOUT.ORDER.APPROVED',
      'PAYMENT.CAPTURE.COMPLETED',
      'CHECKOUT.ORDER.COMPLETED',
    ])
  })

  it('that the buyer cancels stays open', async () => {
    const { id } = (await paypal.create()).result
    expect((await paypal.control(`orders/${id}/cancel`)).json.url).toBe(`http://127.0.0.1:9/cancelled?token=${id}`)
    expect((await paypal.order(id)).result.status).toBe('CREATED')
  })

  it('is gone after three hours, and an approved one is reversed with an event', async () => {
    const left = (await paypal.create()).result.id
    const approved = (await paypal.create()).result.id
    paypal.later(2 * HOUR_MS)
    await paypal.control(`orders/${approved}/approve`)
    paypal.later(2 * HOUR_MS)
    expect(await refusal(paypal.order(left))).toMatchObject({ status: 404, issue: 'INVALID_RESOURCE_ID' })
    expect((await paypal.order(approved)).result.status).toBe('APPROVED')
    paypal.later(2 * HOUR_MS)
    expect((await paypal.order(approved)).result.status).toBe('VOIDED')
    expect((await paypal.eventTypes()).at(-1)).toBe('CHECKOUT.PAYMENT-APPROVAL.REVERSED')
  })

  it.each([
    [{ amount: { currency_code: 'GBP', value: '1.234' } }, 422, 'DECIMAL_PRECISION'],
    [{ amount: { currency_code: 'JPY', value: '100.5' } }, 422, 'DECIMAL_PRECISION'],
    [{ amount: { currency_code: 'KWD', value: '1.000' } }, 422, 'INVALID_CURRENCY_CODE'],
    [{ amount: { currency_code: 'GBP', value: '0.00' } }, 422, 'CANNOT_BE_ZERO_OR_NEGATIVE'],
    [{ amount: { currency_code: 'GBP', value: 'ten' } }, 400, 'INVALID_PARAMETER_SYNTAX'],
    [{ amount: undefined }, 400, 'MISSING_REQUIRED_PARAMETER'],
    [{ custom_id: 'x'.repeat(128) }, 400, 'INVALID_STRING_LENGTH'],
  ])('with %j is refused with %d %s', async (unit, status, issue) => {
    expect(await refusal(paypal.create(orderOf(unit)))).toMatchObject({ status, issue })
  })

  it('checks that a breakdown adds up', async () => {
    const money = (value: string) => ({ currency_code: 'GBP', value })
    const items = [{ name: 'x', quantity: '2', unit_amount: money('10.00') }]
    const total = (item_total: string) => ({
      items,
      amount: { ...money('20.00'), breakdown: { item_total: money(item_total) } },
    })
    expect((await paypal.create(orderOf(total('20.00')))).statusCode).toBe(201)
    expect(await refusal(paypal.create(orderOf(total('19.99'))))).toMatchObject({ issue: 'AMOUNT_MISMATCH' })
    expect(await refusal(paypal.create(orderOf({ items })))).toMatchObject({ issue: 'ITEM_TOTAL_REQUIRED' })
  })

  it('in yen has no decimals', async () => {
    const { capture } = await paid(paypal, { amount: { currency_code: 'JPY', value: '9000' } })
    expect(capture.amount).toEqual({ currency_code: 'JPY', value: '9000' })
  })
})

describe('a capture', () => {
  it('whose instrument is declined sends the buyer back to choose another', async () => {
    const { id } = (await paypal.create()).result
    await paypal.control(`orders/${id}/approve`, { instrument: 'declined' })
    const declined = await refusal(paypal.capture(id))
    expect(declined).toMatchObject({ status: 422, issue: 'INSTRUMENT_DECLINED' })
    expect(declined.body.links).toContainEqual(
      expect.objectContaining({ rel: 'payer-action', href: `${paypal.sandbox.url}/checkoutnow?token=${id}` }),
    )
    expect(await refusal(paypal.capture(id))).toMatchObject({ issue: 'PAYER_ACTION_REQUIRED' })
    await paypal.control(`orders/${id}/approve`)
    expect((await paypal.capture(id)).result.status).toBe('COMPLETED')
  })

  it('can be declined although the order is completed', async () => {
    const { order, capture } = await paid(paypal, {}, 'denied')
    expect([order.status, capture.status]).toEqual(['COMPLETED', 'DECLINED'])
    expect(await paypal.eventTypes()).toContain('PAYMENT.CAPTURE.DECLINED')
    expect(await refusal(paypal.refund(capture.id))).toMatchObject({ issue: 'REFUND_NOT_ALLOWED' })
  })

  it('is not made twice for one invoice', async () => {
    await paid(paypal)
    const { id } = (await paypal.create()).result
    await paypal.control(`orders/${id}/approve`)
    expect(await refusal(paypal.capture(id))).toMatchObject({ status: 422, issue: 'DUPLICATE_INVOICE_ID' })
  })

  it.each([
    ['completed', 'COMPLETED', 'PAYMENT.CAPTURE.COMPLETED'],
    ['denied', 'DECLINED', 'PAYMENT.CAPTURE.DENIED'],
    ['declined', 'DECLINED', 'PAYMENT.CAPTURE.DECLINED'],
  ])('by e-check is pending until it is %s', async (outcome, status, event) => {
    const { id, capture } = await paid(paypal, {}, 'echeck')
    expect(capture).toMatchObject({ status: 'PENDING', status_details: { reason: 'ECHECK' } })
    expect(await refusal(paypal.refund(capture.id))).toMatchObject({ issue: 'PENDING_CAPTURE' })
    await paypal.control(`captures/${id}/pending`, { outcome })
    expect((await paypal.captureOf(capture.id)).result.status).toBe(status)
    expect((await paypal.eventTypes()).at(-1)).toBe(event)
  })

  it('can be made pending before and after it is taken', async () => {
    const { id } = (await paypal.create()).result
    await paypal.control(`captures/${id}/pending`)
    await paypal.control(`orders/${id}/approve`)
    expect(captureIn((await paypal.capture(id)).result).status).toBe('PENDING')
    const second = await paid(paypal, { invoice_id: 'invoice-2' })
    const pending = await paypal.control(`captures/${second.capture.id}/pending`)
    expect(pending.json).toMatchObject({ status: 'PENDING', status_details: { reason: 'PENDING_REVIEW' } })
    await paypal.control('captures/next/pending')
    expect((await paid(paypal, { invoice_id: 'invoice-3' })).capture.status).toBe('PENDING')
    expect((await paid(paypal, { invoice_id: 'invoice-4' })).capture.status).toBe('COMPLETED')
    expect(await paypal.control('captures/NONE/pending')).toMatchObject({ status: 404 })
  })
})

describe('request ids', () => {
  it('repeat the stored reply of orders for six hours, with 200', async () => {
    const first = await paypal.create(orderOf(), { id: 'r-1' })
    const again = await paypal.create(orderOf(), { id: 'r-1' })
    expect([again.statusCode, again.result]).toEqual([200, first.result])
    paypal.later(6 * HOUR_MS + 1_000)
    expect((await paypal.create(orderOf(), { id: 'r-1' })).result.id).not.toBe(first.result.id)
  })

  it('repeat captures and refunds without moving money twice', async () => {
    const { id } = (await paypal.create(orderOf(), { id: 'r-1' })).result
    await paypal.control(`orders/${id}/approve`)
    const captured = await paypal.capture(id, { id: 'r-1' })
    expect((await paypal.capture(id, { id: 'r-1' })).result).toEqual(captured.result)
    const capture = captureIn(captured.result)
    const refunded = await paypal.refund(capture.id, {}, { id: 'r-1' })
    expect((await paypal.refund(capture.id, {}, { id: 'r-1' })).result).toEqual(refunded.result)
    const { refunds } = (await (await fetch(`${paypal.sandbox.url}/_sandbox/ledger`)).json()) as { refunds: object[] }
    expect(refunds).toHaveLength(1)
  })

  it('of another request are refused, those of a refused call may be used again', async () => {
    const { id } = (await paypal.create(orderOf(), { id: 'r-1' })).result
    const other = paypal.create(orderOf({ custom_id: 'payment-2' }), { id: 'r-1' })
    expect(await refusal(other)).toMatchObject({ status: 409, issue: 'DUPLICATE_REQUEST_ID' })
    expect(await refusal(paypal.capture(id, { id: 'c-1' }))).toMatchObject({ issue: 'ORDER_NOT_APPROVED' })
    await paypal.control(`orders/${id}/approve`)
    expect((await paypal.capture(id, { id: 'c-1' })).result.status).toBe('COMPLETED')
  })
})

it('survives a restart with its state file: orders, tokens, and the root it signs with', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paypal-sandbox-'))
  const stateFile = join(folder, 'paypal.json')
  try {
    const before = await openPaypal({ stateFile })
    const { id } = (await before.create()).result
    await before.sandbox.close()
    const after = await openPaypal({ stateFile })
    const found = await after.order(id).finally(() => after.sandbox.close())
    expect([found.result.status, after.sandbox.caPem]).toEqual(['CREATED', before.sandbox.caPem])
  } finally {
    await rm(folder, { recursive: true })
  }
})
