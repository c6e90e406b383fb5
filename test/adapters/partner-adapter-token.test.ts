/** Tests the partner adapter's client credentials, with tokens fetched before they are needed. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PartnerOptions } from '../../src/adapters/partner/partner-adapter.ts'
import { adapterOf, openPlainPartner, type PlainAnswer, type PlainPartner } from './plain-partner.ts'
import { failureOf } from './provider-under-test.ts'

let answers: Record<string, PlainAnswer>
let plain: PlainPartner
let now: Date

const connect = (more: Partial<PartnerOptions>) => adapterOf(plain, { now: () => now, ...more })

beforeEach(async () => {
  now = new Date()
  answers = {}
  plain = await openPlainPartner(answers)
})
afterEach(() => plain.close())

describe('client credentials', () => {
  const withCredentials = () => connect({ auth: 'oauth2-client-credentials', tokenUrl: `${plain.url}/token` })
  const tokensAsked = () => plain.asked.filter(({ path }) => path === '/token')

  it('are exchanged once for many calls, and again before the token ends', async () => {
    answers['POST /token'] = { body: { access_token: 'T-1', token_type: 'Bearer', expires_in: 600 } }
    const other = withCredentials()
    await Promise.all([other.run('r-1'), other.run('r-2'), other.program('p-1')])
    expect(tokensAsked()).toMatchObject([
      { body: 'grant_type=client_credentials', authorization: `Basic ${btoa('consumer:shared')}` },
    ])
    expect(plain.asked.at(-1)?.authorization).toBe('Bearer T-1')
    answers['POST /token'] = { body: { access_token: 'T-2', token_type: 'bearer', expires_in: 600 } }
    now = new Date(now.getTime() + 541_000)
    await other.run('r-1')
    expect(plain.asked.at(-1)?.authorization).toBe('Bearer T-2')
    expect(tokensAsked()).toHaveLength(2)
  })

  it('are exchanged anew after the partner did not take the token', async () => {
    answers['POST /token'] = { body: { access_token: 'T-1', token_type: 'Bearer' } }
    answers['GET /program_runs/r-1'] = { status: 401 }
    const other = withCredentials()
    expect(await failureOf(other.run('r-1'))).toBe('NOT_PERMITTED misconfigured')
    await other.run('r-2')
    expect(tokensAsked()).toHaveLength(2)
  })

  it.each<[string, PlainAnswer]>([
    ['is refused', { status: 401 }],
    ['is down', { status: 500 }],
    ['sends a page', { body: '<h1>Hello</h1>' }],
    ['sends no token', { body: { token_type: 'Bearer' } }],
  ])('when their endpoint %s, the write itself was never sent', async (_what, answer) => {
    answers['POST /token'] = answer
    const register = withCredentials().register({ membershipUuid: 'm', runUuid: 'r', externalReference: 'x' })
    expect(await failureOf(register)).toBe('UNAVAILABLE no_access_token')
    expect(new Set(plain.asked.map(({ path }) => path))).toEqual(new Set(['/token']))
  })

  it('without an endpoint are refused when the adapter is made', () => {
    expect(() => connect({ auth: 'oauth2-client-credentials' })).toThrow('tokenUrl')
  })
})
