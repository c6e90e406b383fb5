/** Tests the PayPal sandbox's replies against PayPal's official documents. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { DISPUTES, ORDERS, PAYMENTS, readPayPalDocuments, WEBHOOKS } from './paypal-documents.ts'
import { captureIn, type OpenPaypal, openPaypal, orderOf, paid } from './paypal-sandbox-caller.ts'

describe('replies fit the official documents', () => {
  const { documents, placeOf, fits } = readPayPalDocuments()
  let paypal: OpenPaypal
  let token: string

  beforeAll(async () => {
    paypal = await openPaypal()
    const authorization = `Basic ${Buffer.from('client:secret').toString('base64')}`
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const granted = await fetch(`${paypal.sandbox.url}/v1/oauth2/token`, {
      method: 'POST',
      headers: { authorization },
      body,
    })
    token = ((await granted.json()) as { access_token: string }).access_token
  })
  afterAll(() => paypal.sandbox.close())

  /** Calls an address of a document and checks status and body against what the document says about them. */
  async function call(document: string, [method, template]: readonly [string, string], more: Call = {}) {
    const address = template.replace(/\{\w+\}/, more.id ?? '') + (more.query ?? '')
    const answer = await fetch(`${paypal.sandbox.url}${address}`, {
      method: method.toUpperCase(),
      headers: {
        authorization: `Bearer ${more.token ?? token}`,
        'content-type': 'application/json',
        prefer: `return=${more.minimal ? 'minimal' : 'representation'}`,
        ...(more.requestId && { 'paypal-request-id': more.requestId }),
      },
      ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
    })
    const body = (await answer.json()) as Body
    expect([answer.status, body.details?.[0]?.issue]).toEqual([more.expected ?? 200, more.issue])
    const { responses } = documents.get(document)?.paths[template]?.[method] ?? { responses: {} }
    const status = answer.status in responses ? String(answer.status) : 'default'
    const reference = responses[status]?.$ref
    const place = reference ? document + reference : `${placeOf(document, template, method)}/responses/${status}`
    fits(body, `${place}/content/application~1json/schema`)
    return body
  }

  const CREATE = ['post', '/v2/checkout/orders'] as const
  const ORDER = ['get', '/v2/checkout/orders/{id}'] as const
  const CAPTURE = ['post', '/v2/checkout/orders/{id}/capture'] as const
  const CAPTURE_OF = ['get', '/v2/payments/captures/{capture_id}'] as const
  const REFUND = ['post', '/v2/payments/captures/{capture_id}/refund'] as const
  const REFUND_OF = ['get', '/v2/payments/refunds/{refund_id}'] as const
  const EVENTS = ['get', '/v1/notifications/webhooks-events'] as const
  const EVENT = ['get', '/v1/notifications/webhooks-events/{event_id}'] as const
  const RESEND = ['post', '/v1/notifications/webhooks-events/{event_id}/resend'] as const
  const DISPUTES_LIST = ['get', '/v1/customer/disputes'] as const
  const DISPUTE = ['get', '/v1/customer/disputes/{id}'] as const

  const order = () => orderOf({ invoice_id: randomUUID() })
  const approved = async (instrument = 'balance') => {
    const { id } = (await paypal.create(order())).result
    await paypal.control(`orders/${id}/approve`, { instrument })
    return id
  }
  const captured = async (instrument?: string) =>
    (await paid(paypal, { invoice_id: randomUUID() }, instrument)).capture.id
  const gbp = (value: string) => ({ amount: { currency_code: 'GBP', value } })

  it('of orders', async () => {
    const { id } = await call(ORDERS, CREATE, { body: order(), expected: 201, requestId: 'a' })
    await call(ORDERS, CREATE, { body: order(), expected: 201, minimal: true })
    const payment_source = { paypal: { experience_context: { return_url: 'http://127.0.0.1:9/b' } } }
    await call(ORDERS, CREATE, { body: { ...order(), payment_source }, requestId: 'b' })
    await call(ORDERS, ORDER, { id })
    await paypal.control(`orders/${id}/approve`)
    await call(ORDERS, ORDER, { id })
    await call(ORDERS, CAPTURE, { id, expected: 201, requestId: 'c' })
    await call(ORDERS, CAPTURE, { id, expected: 200, requestId: 'c' })
    await call(ORDERS, CAPTURE, { id: await approved(), expected: 201, minimal: true })
    await call(ORDERS, CAPTURE, { id: await approved('echeck'), expected: 201 })
    await call(ORDERS, CAPTURE, { id: await approved('denied'), expected: 201 })
    await paypal.refund(captureIn((await paypal.order(id)).result).id, gbp('1.00'))
    await call(ORDERS, ORDER, { id })
  })

  it('about orders that are refused', async () => {
    const { id } = (await paypal.create(order())).result
    await call(ORDERS, CREATE, { body: {}, expected: 400, issue: 'MISSING_REQUIRED_PARAMETER' })
    await call(ORDERS, CREATE, { body: orderOf({ custom_id: '' }), expected: 400, issue: 'INVALID_STRING_LENGTH' })
    await call(ORDERS, CREATE, { body: orderOf(gbp('x')), expected: 400, issue: 'INVALID_PARAMETER_SYNTAX' })
    await call(ORDERS, CREATE, { body: orderOf(gbp('0')), expected: 422, issue: 'CANNOT_BE_ZERO_OR_NEGATIVE' })
    await call(ORDERS, CREATE, { body: orderOf(gbp('1.001')), expected: 422, issue: 'DECIMAL_PRECISION' })
    const dinars = orderOf({ amount: { currency_code: 'KWD', value: '1.000' } })
    await call(ORDERS, CREATE, { body: dinars, expected: 422, issue: 'INVALID_CURRENCY_CODE' })
    await call(ORDERS, CREATE, { body: order(), token: 'old', expected: 401 })
    const body = { ...order(), payment_source: { paypal: {} } }
    await call(ORDERS, CREATE, { body, expected: 400, issue: 'PAYPAL_REQUEST_ID_REQUIRED' })
    await call(ORDERS, ORDER, { id: 'NONE', expected: 404, issue: 'INVALID_RESOURCE_ID' })
    await call(ORDERS, CAPTURE, { id: 'NONE', expected: 404, issue: 'INVALID_RESOURCE_ID' })
    await call(ORDERS, CAPTURE, { id, expected: 422, issue: 'ORDER_NOT_APPROVED' })
    const declined = await approved('declined')
    await call(ORDERS, CAPTURE, { id: declined, expected: 422, issue: 'INSTRUMENT_DECLINED' })
    await call(ORDERS, CAPTURE, { id: declined, expected: 422, issue: 'PAYER_ACTION_REQUIRED' })
    await call(ORDERS, ORDER, { id: declined })
    const done = await approved()
    await paypal.capture(done)
    await call(ORDERS, CAPTURE, { id: done, expected: 422, issue: 'ORDER_ALREADY_CAPTURED' })
    await paypal.control('refusals', { operation: 'orders.capture', issue: 'ORDER_COMPLETION_IN_PROGRESS' })
    await call(ORDERS, CAPTURE, { id, expected: 422, issue: 'ORDER_COMPLETION_IN_PROGRESS' })
    await call(ORDERS, CREATE, { body: orderOf(), expected: 201, requestId: 'twice' })
    await call(ORDERS, CREATE, { body: order(), expected: 409, issue: 'DUPLICATE_REQUEST_ID', requestId: 'twice' })
  })

  it('of captures and refunds', async () => {
    for (const instrument of ['balance', 'echeck', 'denied']) {
      await call(PAYMENTS, CAPTURE_OF, { id: await captured(instrument) })
    }
    const id = await captured()
    const part = await call(PAYMENTS, REFUND, { id, body: { ...gbp('1.00'), note_to_payer: 'x' }, expected: 201 })
    await call(PAYMENTS, CAPTURE_OF, { id })
    await call(PAYMENTS, REFUND_OF, { id: part.id })
    await call(PAYMENTS, REFUND, { id, body: {}, expected: 201, minimal: true, requestId: 'r' })
    await call(PAYMENTS, REFUND, { id, body: {}, expected: 201, minimal: true, requestId: 'r' })
    await call(PAYMENTS, CAPTURE_OF, { id })
    const echeck = await captured('echeck')
    await call(PAYMENTS, REFUND, { id: echeck, body: {}, expected: 422, issue: 'PENDING_CAPTURE' })
    await paypal.control(`captures/${echeck}/pending`, { outcome: 'completed' })
    await call(PAYMENTS, REFUND, { id: echeck, body: {}, expected: 201 })
  })

  it('about refunds that are refused', async () => {
    const id = await captured()
    const euros = { amount: { currency_code: 'EUR', value: '1.00' } }
    await call(PAYMENTS, REFUND, { id, body: euros, expected: 422, issue: 'REFUND_CAPTURE_CURRENCY_MISMATCH' })
    await call(PAYMENTS, REFUND, { id, body: gbp('125.01'), expected: 422, issue: 'REFUND_AMOUNT_EXCEEDED' })
    await call(PAYMENTS, REFUND, { id, body: gbp('x'), expected: 400, issue: 'INVALID_PARAMETER_SYNTAX' })
    await call(PAYMENTS, REFUND, { id, body: { ...gbp('1.00'), invoice_id: 'once' }, expected: 201 })
    const again = { ...gbp('1.00'), invoice_id: 'once' }
    await call(PAYMENTS, REFUND, { id, body: again, expected: 422, issue: 'DUPLICATE_INVOICE_ID' })
    await paypal.control(`captures/${id}/dispute`)
    await call(PAYMENTS, REFUND, { id, body: gbp('1.00'), expected: 422, issue: 'TRANSACTION_DISPUTED' })
    await call(PAYMENTS, REFUND, { id, body: {}, expected: 201 })
    await call(PAYMENTS, REFUND, { id, body: {}, expected: 422, issue: 'CAPTURE_FULLY_REFUNDED' })
    const denied = await captured('denied')
    await call(PAYMENTS, REFUND, { id: denied, body: {}, expected: 422, issue: 'REFUND_NOT_ALLOWED' })
    for (const issue of ['REFUND_TIME_LIMIT_EXCEEDED', 'REFUND_FAILED_INSUFFICIENT_FUNDS']) {
      await paypal.control('refusals', { operation: 'captures.refund', issue })
      await call(PAYMENTS, REFUND, { id, body: {}, expected: 422, issue })
    }
    for (const address of [CAPTURE_OF, REFUND_OF]) {
      await call(PAYMENTS, address, { id: 'NONE', expected: 404, issue: 'INVALID_RESOURCE_ID' })
      await call(PAYMENTS, address, { id, token: 'old', expected: 401 })
    }
    await call(PAYMENTS, REFUND, { id: 'NONE', body: {}, expected: 404, issue: 'INVALID_RESOURCE_ID' })
  })

  it('about a request that is still in progress', async () => {
    const id = await captured()
    await paypal.control('faults', { operation: 'captures.refund', fault: 'slow' })
    const first = paypal.refund(id, {}, { id: 'p' })
    // The first has done its work and only answers slowly once its refund is there.
    while ((await paypal.captureOf(id)).result.status !== 'REFUNDED');
    await call(PAYMENTS, REFUND, {
      id,
      body: {},
      requestId: 'p',
      expected: 409,
      issue: 'PREVIOUS_REQUEST_IN_PROGRESS',
    })
    expect((await first).result.status).toBe('COMPLETED')
  })

  it('of disputes', async () => {
    const id = await captured()
    await call(DISPUTES, DISPUTES_LIST, { query: `?disputed_transaction_id=${id}` })
    const facts = { due_by: '2026-12-24T00:00:00Z', fee: '14.00', allowed_refund: '50.00', reason: 'UNAUTHORISED' }
    const outcomes = ['open', 'waiting_for_seller', 'waiting_for_buyer', 'under_review', 'lost', 'appeal', 'payout']
    for (const outcome of outcomes) {
      const { json } = await paypal.control(`captures/${id}/dispute`, { outcome, ...facts })
      await call(DISPUTES, DISPUTE, { id: json.dispute_id as string })
      await call(DISPUTES, DISPUTES_LIST, { query: `?disputed_transaction_id=${id}` })
    }
    await call(DISPUTES, DISPUTE, { id: 'NONE', expected: 404, issue: 'INVALID_RESOURCE_ID' })
  })

  it('of events', async () => {
    const { events } = (await call(WEBHOOKS, EVENTS, { query: '?page_size=100' })) as unknown as { events: Event[] }
    const schemas: Record<string, string> = {
      'checkout-order': `${ORDERS}#/components/schemas/order`,
      capture: `${PAYMENTS}#/components/schemas/capture-2`,
      refund: `${PAYMENTS}#/components/schemas/refund`,
      dispute: `${DISPUTES}#/components/schemas/dispute`,
    }
    expect(new Set(events.map((event) => event.resource_type))).toEqual(new Set(Object.keys(schemas)))
    for (const event of events) fits(event.resource, schemas[event.resource_type] ?? '')
    await call(WEBHOOKS, EVENT, { id: events[0]?.id })
    await call(WEBHOOKS, RESEND, { id: events[0]?.id, expected: 202 })
    await call(WEBHOOKS, EVENT, { id: 'NONE', expected: 404, issue: 'INVALID_RESOURCE_ID' })
  })

  it.each([
    ['http_500', 500],
    ['http_503', 503],
  ])('of an outage: %s', async (fault, expected) => {
    await paypal.control('faults', { operation: '*', fault })
    await call(ORDERS, CREATE, { body: order(), expected })
  })
})

interface Call {
  id?: string | undefined
  query?: string
  body?: object
  token?: string
  minimal?: true
  requestId?: string
  expected?: number
  issue?: string
}
interface Body {
  id: string
  details?: { issue: string }[]
}
interface Event extends Body {
  resource_type: string
  resource: object
}
