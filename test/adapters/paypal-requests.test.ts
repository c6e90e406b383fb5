/** Tests our requests to PayPal against PayPal's official documents. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Parameter, readPayPalDocuments } from './paypal-documents.ts'
import { orderOf, type ProviderUnderTest, startPayPal } from './provider-under-test.ts'
import { openRecordingProxy, type Recorded, type RecordingProxy } from './recording-proxy.ts'

interface Ids {
  custom_id?: string
  invoice_id?: string
}
type SentBody = Ids & { purchase_units?: Ids[] }

describe('what is sent to PayPal', () => {
  const { documents, placeOf, fits: fitsBody, fitsAsText } = readPayPalDocuments()
  let at: ProviderUnderTest
  let proxy: RecordingProxy

  beforeAll(async () => {
    at = await startPayPal()
    proxy = await openRecordingProxy(at.url)
    const provider = at.connect({ baseUrl: proxy.url })
    const [paymentId, refundId] = [randomUUID(), randomUUID()]
    const longest = {
      description: 'D'.repeat(120),
      returnUrl: 'https://app.example.org/back?payment=P%3D&result=returned',
    }
    const { reference } = await provider.open(orderOf(paymentId, longest))
    await at.pay(reference)
    const { capture } = await provider.capture(reference, `${paymentId}:capture:1`)
    const captureReference = capture?.reference as string
    const amount = { amountMinor: 10_000, currency: 'GBP' }
    const made = await provider.refund({ refundId, captureReference, amount, key: `${refundId}:refund:1` })
    await at.dispute(captureReference, 'lost')
    await provider.look(reference)
    await provider.lookRefund(made.reference)
    await provider.refundsOf(captureReference)
    for (const list of provider.lists) for await (const _ of list.pagesSince(new Date(Date.now() - 3_600_000)));
  })
  afterAll(async () => {
    await proxy.close()
    await at.close()
  })

  /** The document's operation for a request, with where it stands in the document. */
  function operationOf({ method, path }: Recorded) {
    for (const [name, { paths }] of documents) {
      for (const [template, operations] of Object.entries(paths)) {
        const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`)
        const operation = operations[method.toLowerCase()]
        if (operation && pattern.test(path)) return { name, template, operation }
      }
    }
    throw new Error(`no document knows ${method} ${path}`)
  }

  function fits(request: Recorded): void {
    const { name, template, operation } = operationOf(request)
    if (request.body !== undefined) {
      fitsBody(request.body, `${placeOf(name, template, request.method)}/requestBody/content/application~1json/schema`)
    } else expect(operation.requestBody?.required ?? false).toBe(false)
    const parameters = (operation.parameters ?? []).map((one) => resolved(name, one))
    for (const [key, value] of request.query) {
      const index = parameters.findIndex((one) => one.parameter.in === 'query' && one.parameter.name === key)
      expect({ key, known: index >= 0 }).toEqual({ key, known: true })
      fitsAsText(value, parameters[index]?.schema as string)
    }
    for (const { parameter, schema } of parameters.filter((one) => one.parameter.in === 'header')) {
      const value = request.headers[parameter.name.toLowerCase()]
      if (parameter.required) expect({ header: parameter.name, value }).not.toMatchObject({ value: undefined })
      if (value !== undefined) fitsAsText(value, schema)
    }
  }

  function resolved(name: string, parameter: Parameter) {
    const key = parameter.$ref?.split('/').at(-1) as string
    const found = documents.get(name)?.components.parameters[key] as Parameter
    return { parameter: found, schema: `${name}#/components/parameters/${key}/schema` }
  }

  it('fits the official documents, call by call', () => {
    const calls = proxy.recorded.filter(({ path }) => path !== '/v1/oauth2/token')
    for (const call of calls) fits(call)
    expect(new Set(calls.map((call) => `${call.method} ${operationOf(call).template}`))).toEqual(
      new Set([
        'POST /v2/checkout/orders',
        'GET /v2/checkout/orders/{id}',
        'POST /v2/checkout/orders/{id}/capture',
        'GET /v2/payments/captures/{capture_id}',
        'POST /v2/payments/captures/{capture_id}/refund',
        'GET /v2/payments/refunds/{refund_id}',
        'GET /v1/customer/disputes',
        'GET /v1/customer/disputes/{id}',
        'GET /v1/notifications/webhooks-events',
      ]),
    )
  })

  it('carries an id of ours on whatever moves money, and both our ids in it', () => {
    const writes = proxy.recorded.filter(({ method, path }) => method === 'POST' && path !== '/v1/oauth2/token')
    expect(writes).toHaveLength(3)
    for (const { headers } of writes) {
      expect(headers['paypal-request-id']).toMatch(/^[0-9a-f-]{36}:\w+:1$/)
      expect(headers.prefer).toBe('return=representation')
    }
    const [order, , refund] = writes.map(({ body }) => body as SentBody)
    const unit = order?.purchase_units?.[0]
    expect(unit).toMatchObject({ custom_id: expect.any(String), invoice_id: unit?.custom_id })
    expect(refund).toMatchObject({ custom_id: expect.any(String), invoice_id: refund?.custom_id })
  })

  it('is checked by a check that can fail', () => {
    const [order] = proxy.recorded.filter(({ path }) => path === '/v2/checkout/orders')
    const { body } = order as Recorded & { body: { purchase_units: object[] } }
    expect(() => fits({ ...(order as Recorded), body: { ...body, intent: 'TAKE' } })).toThrow()
    expect(() => fits({ ...(order as Recorded), body: { ...body, purchase_units: [] } })).toThrow()
    const amount = { currency_code: 'GBP', value: 125 }
    expect(() => fits({ ...(order as Recorded), body: { ...body, purchase_units: [{ amount }] } })).toThrow()
    expect(() => fits({ ...(order as Recorded), query: new URLSearchParams({ force: 'yes' }) })).toThrow()
  })
})
