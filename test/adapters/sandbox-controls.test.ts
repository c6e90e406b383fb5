/** Tests that control calls answer pages of this machine and no others. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createProviderServer } from '../../src/sandbox/provider-server.ts'

let done = 0
let url: string
const app = createProviderServer({ title: 'Any', intro: '', addresses: [], controls: [] })
beforeAll(async () => {
  app.post('/_sandbox/clock', async () => ({ done: ++done }))
  app.get('/v1/charges', async () => ({ charges: [] }))
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => app.close())

const call = (headers: Record<string, string>, path = '/_sandbox/clock') =>
  fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{}' })

describe('a control call', () => {
  it.each(['http://localhost:3000', 'http://127.0.0.1:5173', 'http://[::1]:8080', 'http://localhost'])(
    'of a page of %s is answered, and its preflight',
    async (origin) => {
      const preflight = await fetch(`${url}/_sandbox/clock`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      })
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin])
      expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type')
      const answer = await call({ origin })
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin])
    },
  )

  it.each(['https://evil.example', 'http://localhost.evil.example', 'null', 'http://localhost:3000.evil.example'])(
    'of a page of %s is refused before anything is done',
    async (origin) => {
      const before = done
      for (const path of ['/_sandbox/clock', '/%5fsandbox/clock', '/_sandbox/clock?x=1']) {
        const answer = await call({ origin }, path)
        expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null])
      }
      expect(done).toBe(before)
    },
  )

  it('of no page is answered', async () => {
    expect((await call({})).status).toBe(200)
  })

  it("is not what the provider's own addresses are", async () => {
    const answer = await fetch(`${url}/v1/charges`, { headers: { origin: 'https://evil.example' } })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, null])
  })
})
