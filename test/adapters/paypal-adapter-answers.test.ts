/** Tests that broken PayPal answers fail one call and never end the process. */
import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { failureOf, orderOf, type ProviderUnderTest, startPayPal } from './provider-under-test.ts'

let at: ProviderUnderTest
let paymentId: string
beforeEach(async () => {
  paymentId = randomUUID()
  at = await startPayPal()
})
afterEach(() => at.close())

describe('an answer that the SDK cannot bear', () => {
  const servers: Server[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    }
  })
  async function answering(answer: RequestListener) {
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/v1/oauth2/token')) {
        response.setHeader('content-type', 'application/json')
        return response.end(JSON.stringify({ access_token: 'T', token_type: 'Bearer', expires_in: 900 }))
      }
      request.resume()
      return answer(request, response)
    })
    servers.push(server)
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    return at.connect({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  }

  it.each<[string, RequestListener]>([
    [
      'JSON that ends in the middle',
      (_call, answer) => answer.writeHead(201, { 'content-type': 'application/json' }).end('{"id":'),
    ],
    [
      'a page of a proxy',
      (_call, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'),
    ],
    ['nothing at all', (_call, answer) => answer.writeHead(200).end()],
    [
      'JSON of another shape',
      (_call, answer) => answer.writeHead(201, { 'content-type': 'application/json' }).end('{"id":7}'),
    ],
    [
      'an answer that says it is zipped',
      (_call, answer) => answer.writeHead(201, { 'content-encoding': 'gzip' }).end('{}'),
    ],
    [
      'half of a zipped answer',
      (_call, answer) =>
        answer.writeHead(201, { 'content-encoding': 'gzip' }).end(gzipSync('{"id":"1"}').subarray(0, 12)),
    ],
  ])('%s is UNKNOWN, and the process lives on', async (_what, answer) => {
    const provider = await answering(answer)
    expect(await failureOf(provider.open(orderOf(paymentId)))).toBe('UNKNOWN malformed')
  })

  it('names the field that was not as agreed', async () => {
    const provider = await answering((_call, answer) =>
      answer.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"1","status":"PAID"}'),
    )
    await expect(provider.open(orderOf(paymentId))).rejects.toThrow(/status: .*CREATED/)
  })

  it('without a content type, which the SDK throws at, is read all the same', async () => {
    const order = {
      id: '5O190127TN364715T',
      status: 'CREATED',
      create_time: '2026-03-01T12:00:00Z',
      links: [],
      purchase_units: [{ custom_id: paymentId }],
    }
    const provider = await answering((_call, answer) => answer.writeHead(201).end(JSON.stringify(order)))
    expect(await provider.open(orderOf(paymentId))).toMatchObject({ reference: order.id, state: 'REQUIRES_ACTION' })
  })

  it('that stops in the middle is UNKNOWN', async () => {
    const provider = await answering((request, answer) => {
      answer.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' })
      answer.write('{"id":', () => request.socket.destroy())
    })
    expect(await failureOf(provider.open(orderOf(paymentId)))).toBe('UNKNOWN connection_lost')
  })
})
