/** Tests PayPal's SDK against the sandbox's faults before and after its work. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { callerOf, captureIn, type OpenPaypal, openPaypal, orderOf, paid, refusal } from './paypal-sandbox-caller.ts'

let paypal: OpenPaypal
beforeEach(async () => {
  paypal = await openPaypal()
})
afterEach(() => paypal.sandbox.close())

const arm = (operation: string, fault: string, times = 1) => paypal.control('faults', { operation, fault, times })
const ledger = async () =>
  (await (await fetch(`${paypal.sandbox.url}/_sandbox/ledger`)).json()) as { captures: object[]; refunds: object[] }

describe('after success', () => {
  it.each(['timeout_after', 'reset_after'])(
    '%s: the money moved once, and the request id tells the story',
    async (fault) => {
      const { id } = (await paypal.create()).result
      await paypal.control(`orders/${id}/approve`)
      await arm('orders.capture', fault)
      const impatient = callerOf(paypal.sandbox.url, 300)
      await expect(impatient.capture(id, { id: 'c-1' })).rejects.toThrow()
      const again = await impatient.capture(id, { id: 'c-1' })
      expect([again.statusCode, captureIn(again.result).status]).toEqual([200, 'COMPLETED'])
      const capture = captureIn(again.result)
      await arm('captures.refund', fault)
      await expect(impatient.refund(capture.id, {}, { id: 'f-1' })).rejects.toThrow()
      expect((await impatient.refund(capture.id, {}, { id: 'f-1' })).result.status).toBe('COMPLETED')
      expect(await ledger()).toMatchObject({ captures: [{}], refunds: [{}] })
    },
  )

  it('malformed: the JSON is broken, the order is there', async () => {
    await paypal.create()
    await arm('orders.create', 'malformed')
    const token = await accessToken()
    const answer = await fetch(`${paypal.sandbox.url}/v2/checkout/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'paypal-request-id': 'm-1' },
      body: JSON.stringify(orderOf()),
    })
    const text = await answer.text()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([201, 'application/json; charset=utf-8'])
    expect(() => JSON.parse(text)).toThrow()
    expect((await paypal.create(orderOf(), { id: 'm-1' })).statusCode).toBe(200)
  })

  it('slow: another call with the request id is refused meanwhile', async () => {
    const { capture } = await paid(paypal)
    await arm('captures.refund', 'slow')
    const slow = paypal.refund(capture.id, {}, { id: 'f-1' })
    while ((await ledger()).refunds.length === 0);
    const second = paypal.refund(capture.id, {}, { id: 'f-1' })
    expect(await refusal(second)).toMatchObject({ status: 409, issue: 'PREVIOUS_REQUEST_IN_PROGRESS' })
    expect((await slow).result.status).toBe('COMPLETED')
  })
})

describe('before the work', () => {
  it.each([
    ['http_500', 500, 'INTERNAL_SERVER_ERROR'],
    ['http_503', 503, 'SERVICE_UNAVAILABLE'],
    ['http_429', 429, 'RATE_LIMIT_REACHED'],
  ])('%s: PayPal’s error, nothing done', async (fault, status, name) => {
    const { capture } = await paid(paypal)
    await arm('captures.refund', fault)
    const answer = await refusal(paypal.refund(capture.id))
    expect(answer).toMatchObject({ status, body: { name, debug_id: expect.any(String) } })
    expect((await ledger()).refunds).toEqual([])
  })

  it.each(['timeout_before', 'reset_before'])('%s: silence, nothing done', async (fault) => {
    const { capture } = await paid(paypal)
    await arm('*', fault)
    await expect(callerOf(paypal.sandbox.url, 300).refund(capture.id)).rejects.toThrow()
    expect((await ledger()).refunds).toEqual([])
  })

  it('does not keep the sandbox from closing', async () => {
    await paypal.create()
    await arm('orders.create', 'timeout_before')
    const hanging = expect(paypal.create()).rejects.toThrow()
    while (((await (await fetch(`${paypal.sandbox.url}/_sandbox/faults`)).json()) as { faults: [] }).faults.length > 0);
    await paypal.sandbox.close()
    await hanging
    paypal = await openPaypal()
  })
})

describe('access', () => {
  it('needs a token that this sandbox gave, for which it needs the right secret', async () => {
    const stale = await fetch(`${paypal.sandbox.url}/v2/checkout/orders/X`, {
      headers: { authorization: 'Bearer old' },
    })
    expect([stale.status, await stale.json()]).toMatchObject([401, { name: 'AUTHENTICATION_FAILURE' }])
    const wrong = await grant('wrong')
    expect([wrong.status, await wrong.json()]).toMatchObject([401, { error: 'invalid_client' }])
    expect(await (await grant('secret')).json()).toMatchObject({ token_type: 'Bearer', expires_in: 32_400 })
  })

  it('gives the SDK another token when the sandbox forgot the one it keeps', async () => {
    await paypal.create()
    const other = await openPaypal()
    const made = await other.create().finally(() => other.sandbox.close())
    expect(made.statusCode).toBe(201)
  })

  it('can fail too', async () => {
    await arm('oauth2.token', 'http_503')
    expect((await grant('secret')).status).toBe(503)
    expect((await grant('secret')).status).toBe(200)
  })

  it('answers 404 and 400 in PayPal’s shape', async () => {
    expect(await refusal(paypal.order('NONE'))).toMatchObject({ status: 404, body: { name: 'RESOURCE_NOT_FOUND' } })
    expect(await refusal(paypal.create({}))).toMatchObject({
      body: { name: 'INVALID_REQUEST', details: [{ field: '/intent' }, { field: '/purchase_units' }] },
    })
    const broken = await fetch(`${paypal.sandbox.url}/v2/checkout/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await accessToken()}`, 'content-type': 'application/json' },
      body: '{"intent":',
    })
    expect(await broken.json()).toMatchObject({ details: [{ issue: 'MALFORMED_REQUEST_JSON' }] })
    expect(await paypal.control('orders/NONE/approve')).toMatchObject({ status: 404 })
    expect(await arm('orders.make', 'http_500')).toMatchObject({ status: 400 })
  })
})

const grant = (secret: string) =>
  fetch(`${paypal.sandbox.url}/v1/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`client:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })

async function accessToken(): Promise<string> {
  return ((await (await grant('secret')).json()) as { access_token: string }).access_token
}
