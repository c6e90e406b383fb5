/** Tests that whatever nonsense an upstream answers is a typed failure of that call alone. */
import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { partnerAdapter } from '../../src/adapters/partner/partner-adapter.ts'
import { payPalProvider } from '../../src/adapters/paypal/paypal-provider.ts'
import { stripeProvider } from '../../src/adapters/stripe/stripe-provider.ts'
import { UpstreamFailure } from '../../src/values/upstream-failure.ts'
import { orderOf, refundOf } from './provider-under-test.ts'

const json = { 'content-type': 'application/json' }
const zipped = gzipSync(JSON.stringify({ id: 'x', data: Array(1000).fill('y') }))
const huge = '1'.repeat(400)

/** What every request is answered but that for a token. */
const answers: Record<string, (response: ServerResponse) => unknown> = {
  'an object of another shape': (response) => response.writeHead(200, json).end('{"hello":[1,{"id":7}]}'),
  'right keys with wrong values': (response) =>
    response.writeHead(200, json).end('{"id":{},"object":7,"status":[],"data":"x","results":{},"uuid":null,"links":1}'),
  'a list': (response) => response.writeHead(200, json).end('[[],null,{"id":[]}]'),
  'lists of nothing that is known': (response) =>
    response.writeHead(200, json).end('{"data":[null,7,{"id":7}],"results":[7],"events":[[]],"has_more":true}'),
  null: (response) => response.writeHead(200, json).end('null'),
  'a text': (response) => response.writeHead(200, json).end('"ok"'),
  'huge numbers': (response) =>
    response
      .writeHead(200, json)
      .end(`{"id":${huge},"amount":${huge},"amount_total":1e999,"created":-1e308,"results":[{"capacity":${huge}}]}`),
  'a page of HTML': (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title>'),
  'HTML that calls itself JSON': (response) => response.writeHead(200, json).end('<html><body>Sign in</body></html>'),
  'nothing, with 200': (response) => response.writeHead(200, json).end(),
  'half of its JSON': (response) => response.writeHead(200, json).end('{"id":"x","data":[{'),
  'half of its gzip': (response) =>
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(zipped.subarray(0, zipped.length / 2)),
  'no gzip where it says so': (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('{}'),
  'fewer bytes than it says': (response) => {
    response.writeHead(200, { ...json, 'content-length': '100' }).write('{"id":')
    setImmediate(() => response.destroy())
  },
  'bytes that are no UTF-8': (response) =>
    response.writeHead(200, json).end(Buffer.from([0x22, 0xff, 0xfe, 0x00, 0x22])),
  'brackets without end': (response) => response.writeHead(200, json).end('['.repeat(200_000)),
  'HTML, with 500': (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>'),
  'nonsense, with 503': (response) => response.writeHead(503, json).end('{"error":{"error":{"error":[]}}}'),
}

let answer: (response: ServerResponse) => unknown
let server: Server
let baseUrl: string
/** What nobody awaited: in the gateway it would be heard as a stray error. */
const stray: unknown[] = []
const hear = (error: unknown) => stray.push(error)
beforeAll(async () => {
  process.on('unhandledRejection', hear)
  server = createServer((request, response) => {
    request.resume()
    response.on('error', () => undefined)
    if (!request.url?.startsWith('/v1/oauth2/token')) return answer(response)
    return response
      .writeHead(200, json)
      .end(JSON.stringify({ access_token: 'T', token_type: 'Bearer', expires_in: 900 }))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  process.off('unhandledRejection', hear)
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
})

const observed = {
  log: { info: () => undefined, warn: () => undefined },
  onCall: () => undefined,
  // No breaker opens, and no read is tried for long.
  limits: { timeoutMs: 2_000, liveTimeoutMs: 500, breakerWindow: 10_000 },
}
const since = new Date('2026-01-01T00:00:00Z')

/** Every call of every adapter. */
function calls(): Record<string, () => Promise<unknown>> {
  const stripe = stripeProvider({ ...observed, secretKey: 'sk_test_1', webhookSecrets: ['whsec_1'], baseUrl })
  const web = { webUrl: baseUrl, extraCa: null }
  const payPal = payPalProvider({ ...observed, ...web, clientId: 'c', clientSecret: 's', webhookId: 'w', baseUrl })
  const secrets = { consumerKey: 'c', sharedSecret: 's', webhookSecrets: ['w'] }
  const partner = partnerAdapter({ ...observed, ...secrets, baseUrl, now: () => new Date() })
  const ofProviders = Object.entries({ stripe, payPal }).flatMap(([name, provider]) =>
    Object.entries({
      open: () => provider.open(orderOf(randomUUID())),
      look: () => provider.look('cs_test_1'),
      findByPaymentId: () => provider.findByPaymentId(randomUUID(), since),
      capture: () => provider.capture('cs_test_1', 'key'),
      close: () => provider.close('cs_test_1', 'key'),
      refund: () => provider.refund(refundOf('pi_1', randomUUID())),
      refundsOf: () => provider.refundsOf('pi_1'),
      lookRefund: () => provider.lookRefund('re_1'),
      eventsSince: () => provider.eventsSince(since),
    }).map(([operation, call]) => [`${name}.${operation}`, call] as const),
  )
  const changes = { updatedSince: null, etag: null }
  return {
    ...Object.fromEntries(ofProviders),
    'partner.find': () => partner.find('m', 'r'),
    'partner.register': () => partner.register({ membershipUuid: 'm', runUuid: 'r', externalReference: 'e' }),
    'partner.registration': () => partner.registration('u'),
    'partner.registrations': () => partner.registrations(['u']),
    'partner.changedSince': () => partner.changedSince(since),
    'partner.deactivate': () => partner.deactivate('u', 'no more'),
    'partner.findMembership': () => partner.findMembership('l'),
    'partner.membership': () => partner.membership('u'),
    'partner.programs': () => partner.programs(changes),
    'partner.runs': () => partner.runs(changes),
    'partner.program': () => partner.program('u'),
    'partner.run': () => partner.run('u'),
    'partner.placesRemaining': () => partner.placesRemaining(['r-1']),
  }
}

/** What may be made of it without a failure: there is nothing to be read, or nothing in it is taken for a fact. */
const harmless: Record<string, RegExp> = {
  // That it was done is in the status.
  'partner.deactivate': /^answered undefined$/,
  // PayPal leaves out lists that are empty.
  'payPal.findByPaymentId': /^answered null$/,
  'payPal.eventsSince': /^answered \[\]$/,
  // Each entry is judged by itself, and those that are wrong are told.
  'partner.programs': /^answered {"kind":"changed","facts":\[\],"etag":null,"rejected":\[{/,
  'partner.runs': /^answered {"kind":"changed","facts":\[\],"etag":null,"rejected":\[{/,
  'partner.changedSince': /^answered \[\]$/,
}

/** What came of each call: `typed`, or what should not have come. */
async function outcomes(): Promise<Record<string, string>> {
  const all = Object.entries(calls()).map(async ([name, call]) => {
    try {
      return [name, `answered ${JSON.stringify(await call())}`]
    } catch (error) {
      return [name, error instanceof UpstreamFailure ? 'typed' : `threw ${(error as Error).stack}`]
    }
  })
  return Object.fromEntries(await Promise.all(all))
}

it.each(Object.entries(answers))('%s is a typed failure of every call', async (_what, given) => {
  answer = given
  const untyped = Object.entries(await outcomes()).filter(
    ([name, outcome]) => outcome !== 'typed' && !harmless[name]?.test(outcome),
  )
  expect(untyped).toEqual([])
  await new Promise(setImmediate)
  expect(stray).toEqual([])
})
