/** Tests that an upstream's answer is read no further than its limit, unzipped. */
import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGzip } from 'node:zlib'
import { afterEach, describe, expect, it } from '@jest/globals'
import { boundedFetch } from '../../src/adapters/bounded-fetch.ts'
import { partnerAdapter } from '../../src/adapters/partner/partner-adapter.ts'
import { payPalProvider } from '../../src/adapters/paypal/paypal-provider.ts'
import { stripeProvider } from '../../src/adapters/stripe/stripe-provider.ts'
import { MOST_REPLY_BYTES } from '../../src/adapters/upstream-reply.ts'
import { Authenticator } from '../../src/auth/authenticator.ts'
import { upstreamUnavailable } from '../../src/graph/contract/errors.ts'
import { orderOf } from './provider-under-test.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
})

const observed = { log: { info: () => undefined, warn: () => undefined }, onCall: () => undefined }
const spaces = Buffer.alloc(64 * 1024, ' ')

/** Sends blanks until the reader has left. */
function endless(response: ServerResponse, zipped: boolean) {
  response.writeHead(200, { 'content-type': 'application/json', ...(zipped && { 'content-encoding': 'gzip' }) })
  const out = zipped ? createGzip() : response
  if (out !== response) out.pipe(response)
  const more = () => {
    while (!response.destroyed && out.write(spaces)) sent += spaces.length
  }
  out.on('drain', more).on('error', () => undefined)
  response.on('close', () => left.resolve(null))
  more()
}

let sent = 0
let left = Promise.withResolvers<null>()

/** A server whose every answer but that to a request for a token has no end. */
async function serve(zipped: boolean): Promise<string> {
  sent = 0
  left = Promise.withResolvers()
  const server = createServer((request, response) => {
    request.resume()
    response.on('error', () => undefined)
    if (request.url?.startsWith('/v1/oauth2/token')) {
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify({ access_token: 'T', token_type: 'Bearer', expires_in: 900 }))
    }
    if (request.url === '/.well-known/openid-configuration' && request.headers.host === `127.0.0.1:${keysOnly}`) {
      const issuer = `http://127.0.0.1:${keysOnly}`
      return response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }))
    }
    return endless(response, zipped)
  })
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The port of an issuer that has an end to everything but its keys. */
let keysOnly = 0

const stripeAt = (baseUrl: string) =>
  stripeProvider({ ...observed, secretKey: 'sk_test_1', webhookSecrets: ['whsec_1'], baseUrl })
const payPalAt = (baseUrl: string) =>
  payPalProvider({
    ...observed,
    clientId: 'c',
    clientSecret: 's',
    webhookId: 'w',
    baseUrl,
    webUrl: baseUrl,
    extraCa: null,
  })
const partnerAt = (baseUrl: string) =>
  partnerAdapter({
    ...observed,
    consumerKey: 'c',
    sharedSecret: 's',
    webhookSecrets: ['w'],
    baseUrl,
    now: () => new Date(),
  })

describe('an answer without an end', () => {
  it.each<[string, boolean, (url: string) => Promise<unknown>]>([
    ['of Stripe to a write', false, (url) => stripeAt(url).open(orderOf(randomUUID()))],
    ['of Stripe, zipped', true, (url) => stripeAt(url).look('cs_test_1')],
    ['of PayPal to a write', false, (url) => payPalAt(url).open(orderOf(randomUUID()))],
    ['of PayPal to a read', false, (url) => payPalAt(url).look('ORDER')],
    ['of the partner', false, (url) => partnerAt(url).placesRemaining(['r-1'])],
    ['of the partner, zipped', true, (url) => partnerAt(url).placesRemaining(['r-1'])],
  ])('%s cannot be read, and is not read on', async (_name, zipped, ask) => {
    await expect(ask(await serve(zipped))).rejects.toMatchObject({
      kind: 'UNKNOWN',
      code: 'malformed',
      message: expect.stringContaining(`more than ${MOST_REPLY_BYTES} bytes`),
    })
    await left.promise
    // What was under way to the reader beside what it took.
    expect(sent).toBeLessThan(zipped ? 400_000_000 : 20_000_000)
  })

  it.each(['discovery', 'keys'])('of the issuer to a question for its %s is no answer', async (what) => {
    const issuer = await serve(false)
    keysOnly = what === 'keys' ? Number(new URL(issuer).port) : 0
    const authenticator = new Authenticator({
      issuer,
      audience: 'a',
      directory: { learnerId: async () => 'l', institutionId: async () => 'i' },
      fetch: boundedFetch(MOST_REPLY_BYTES, () => upstreamUnavailable('identity')),
    })
    const head = Buffer.from('{"alg":"RS256","kid":"k","typ":"at+jwt"}').toString('base64url')
    const token = `Bearer ${head}.${Buffer.from('{}').toString('base64url')}.c2ln`
    const refused = async () => authenticator.authenticate(token, { ip: '127.0.0.1' })
    await expect(refused()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    await left.promise
  })
})

describe('answers on a connection that is kept', () => {
  it('are counted each by itself', async () => {
    const text = JSON.stringify({ id: 7, blank: ' '.repeat(MOST_REPLY_BYTES / 2) })
    let connections = 0
    const server = createServer((request, response) => {
      request.resume()
      response.setHeader('content-type', 'application/json')
      const token = request.url?.startsWith('/v1/oauth2/token')
      response.end(token ? JSON.stringify({ access_token: 'T', token_type: 'Bearer', expires_in: 900 }) : text)
    })
    server.on('connection', () => {
      connections += 1
    })
    servers.push(server)
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const payPal = payPalAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    for (let time = 0; time < 4; time += 1) {
      // Read to its end, of another shape.
      await expect(payPal.look('ORDER')).rejects.toThrow(/^(?!.*bytes).*cannot be read/)
    }
    expect(connections).toBe(1)
  })
})
