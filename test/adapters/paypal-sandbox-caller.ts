/** Calls the PayPal sandbox with PayPal's SDK and acts for buyers and banks. */
import { createRequire } from 'node:module'
import { type PaypalSandboxOptions, startPaypalSandbox } from '../../src/sandbox/paypal/start-paypal.ts'
import { keptCertificates } from '../support/world/kept-keys.ts'
import { post } from './sandbox-inbox.ts'

interface SdkRequest {
  path: string
  verb: string
  headers: Record<string, string>
  body?: unknown
}
/** An SDK's answer; a refusal is thrown with `statusCode` and the raw text as `message`. */
export interface SdkAnswer {
  statusCode: number
  result: Resource
  headers: Record<string, string>
}
/** A reply, as far as tests look into it. */
export type Resource = Record<string, unknown> & {
  id: string
  status: string
  links: { href: string; rel: string; method: string }[]
}
interface Sdk {
  core: {
    PayPalEnvironment: new (id: string, secret: string, baseUrl: string, webUrl: string) => object
    PayPalHttpClient: new (
      environment: object,
    ) => { execute(request: object): Promise<SdkAnswer>; getTimeout(): number }
  }
  orders: Record<'OrdersCreateRequest' | 'OrdersGetRequest' | 'OrdersCaptureRequest', new (id?: string) => SdkRequest>
  payments: Record<'CapturesGetRequest' | 'CapturesRefundRequest' | 'RefundsGetRequest', new (id: string) => SdkRequest>
}
const sdk = createRequire(import.meta.url)('@paypal/checkout-server-sdk') as Sdk

const options = { host: '127.0.0.1', port: 0, clientId: 'client', clientSecret: 'secret', webhookId: 'WH-TEST' }

export interface Headers {
  /** PayPal-Request-Id. */
  id?: string
  minimal?: true
}

const jsonType = { 'Content-Type': 'application/json' }

/** Starts a sandbox whose clock the test can put forward, and a client. One that keeps its state makes its own certificates. */
export async function openPaypal(more: Partial<PaypalSandboxOptions> = {}) {
  let aheadMs = 0
  const now = () => new Date(Date.now() + aheadMs)
  const sandbox = await startPaypalSandbox({
    ...options,
    now,
    ...(more.stateFile === undefined && { certificates: await keptCertificates }),
    ...more,
  })
  const caller = callerOf(sandbox.url)
  return {
    sandbox,
    ...caller,
    later(ms: number) {
      aheadMs += ms
    },
    /** Oldest first. */
    eventTypes: async () => (await caller.events('page_size=100')).events.map((event) => event.event_type).reverse(),
  }
}
export type OpenPaypal = Awaited<ReturnType<typeof openPaypal>>

/** The calls of PayPal's SDK against `url`; `timeoutMs` is how long it waits. */
export function callerOf(url: string, timeoutMs = 5_000, secret = options.clientSecret) {
  // The SDK keeps one token per client id for the whole process; the sandbox's 401 makes it fetch another.
  const client = new sdk.core.PayPalHttpClient(
    new sdk.core.PayPalEnvironment(options.clientId, secret, url, `${url}/checkoutnow`),
  )
  client.getTimeout = () => timeoutMs
  const execute = (request: SdkRequest, body?: unknown, { id, minimal }: Headers = {}) => {
    if (id !== undefined) request.headers['PayPal-Request-Id'] = id
    request.headers.Prefer = minimal ? 'return=minimal' : 'return=representation'
    if (body !== undefined) request.body = body
    return client.execute(request)
  }
  const get = (path: string) => client.execute({ path, verb: 'GET', headers: { ...jsonType } })
  return {
    create: (body: object = orderOf(), headers?: Headers) =>
      execute(new sdk.orders.OrdersCreateRequest(), body, headers),
    order: (id: string) => execute(new sdk.orders.OrdersGetRequest(id)),
    capture: (id: string, headers?: Headers) => execute(new sdk.orders.OrdersCaptureRequest(id), {}, headers),
    captureOf: (id: string) => execute(new sdk.payments.CapturesGetRequest(id)),
    refund: (id: string, body: object = {}, headers?: Headers) =>
      execute(new sdk.payments.CapturesRefundRequest(id), body, headers),
    refundOf: (id: string) => execute(new sdk.payments.RefundsGetRequest(id)),
    get,
    resend: (id: string) =>
      execute({ path: `/v1/notifications/webhooks-events/${id}/resend`, verb: 'POST', headers: { ...jsonType } }),
    events: async (query = '') => (await get(`/v1/notifications/webhooks-events?${query}`)).result as unknown as Events,
    control: (path: string, body?: unknown) => post(`${url}/_sandbox/${path}`, body),
  }
}

export interface Events {
  count: number
  events: { id: string; event_type: string; resource: Resource; create_time: string }[]
  links: { href: string; rel: string }[]
}

/** An order over 125 pounds. */
export const orderOf = (unit: object = {}, more: object = {}) => ({
  intent: 'CAPTURE',
  purchase_units: [
    {
      amount: { currency_code: 'GBP', value: '125.00' },
      description: 'Ethics & <law>',
      custom_id: 'payment-1',
      invoice_id: 'invoice-1',
      ...unit,
    },
  ],
  application_context: { return_url: 'http://127.0.0.1:9/back?a=1', cancel_url: 'http://127.0.0.1:9/cancelled' },
  ...more,
})

/** The refusal of a call: its status and what the body says. */
export async function refusal(call: Promise<unknown>) {
  const problem = await call.then(
    () => Promise.reject(new Error('the call was expected to be refused')),
    (thrown: Error & { statusCode: number }) => thrown,
  )
  if (problem.statusCode === undefined) throw problem
  const body = JSON.parse(problem.message) as Refused
  return { status: problem.statusCode, body, issue: body.details?.[0]?.issue }
}
interface Refused {
  name: string
  debug_id: string
  details?: { issue: string; field?: string }[]
  links: { href: string; rel: string }[]
}

export type Caller = ReturnType<typeof callerOf>

/** Makes, approves and captures an order; answers the order's id and its capture. */
export async function paid({ create, capture, control }: Caller, unit: object = {}, instrument = 'balance') {
  const { id } = (await create(orderOf(unit))).result
  await control(`orders/${id}/approve`, { instrument })
  const order = (await capture(id)).result
  return { id, order, capture: captureIn(order) }
}

/** The capture in an order's reply. */
export function captureIn(order: Resource): Resource {
  const [unit] = order.purchase_units as { payments: { captures: Resource[] } }[]
  const capture = unit?.payments.captures[0]
  if (!capture) throw new Error('the order has no capture')
  return capture
}
