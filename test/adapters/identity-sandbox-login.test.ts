/** Tests the identity sandbox's login by authorization code with PKCE. */
import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { identity, verified } from './identity-sandbox-caller.ts'

/** Keeps cookies and follows redirects within the sandbox; answers the page shown, or where it was sent away to. */
function browser() {
  const cookies = new Map<string, string>()
  return async function visit(address: string, form?: Record<string, string>): Promise<Visit> {
    const answer = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    })
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null) return { address, status: answer.status, text: await answer.text() }
    const next = new URL(location, identity.url)
    return next.href.startsWith(identity.url) ? visit(next.href) : { address, status: answer.status, left: next }
  }
}
interface Visit {
  address: string
  status: number
  text?: string
  left?: URL
}

const redirectUri = 'http://127.0.0.1:4000/graphql'
const verifier = randomBytes(32).toString('base64url')

function authorizeAddress(changed: Record<string, string> = {}): string {
  const question = {
    client_id: 'graphiql',
    response_type: 'code',
    scope: 'openid email profile',
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: 'kept',
    ...changed,
  }
  return `${identity.url}/auth?${new URLSearchParams(question)}`
}

function redeem(code: string, codeVerifier: string, redirect = redirectUri): Promise<Response> {
  const grant = { grant_type: 'authorization_code', client_id: 'graphiql', code, redirect_uri: redirect }
  return fetch(`${identity.url}/token`, {
    method: 'POST',
    headers: { origin: new URL(redirect).origin },
    body: new URLSearchParams({ ...grant, code_verifier: codeVerifier }),
  })
}

describe('a person with a browser', () => {
  it('signs in as a persona without being asked for consent, and the page redeems the code', async () => {
    const visit = browser()
    const login = await visit(authorizeAddress())
    expect(login.text).toContain('Ada Lovelace')
    const { left } = await visit(login.address, { persona: 'ada' })
    expect(left?.href.startsWith(`${redirectUri}?`)).toBe(true)
    expect(left?.searchParams.get('state')).toBe('kept')
    const answer = await redeem(left?.searchParams.get('code') ?? '', verifier)
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:4000')
    const tokens = (await answer.json()) as { access_token: string; id_token: string }
    const ada = { sub: 'ada', email: 'ada@example.org', zoneinfo: 'Asia/Singapore' }
    expect(await verified(tokens.access_token)).toMatchObject({ ...ada, roles: ['learner'], client_id: 'graphiql' })
    expect(decodeJwt(tokens.id_token)).toMatchObject({ ...ada, aud: 'graphiql', name: 'Ada Lovelace' })
  })

  it('signs in as any learner, from a page on any port of this machine, and stays signed in', async () => {
    const visit = browser()
    const elsewhere = 'http://localhost:5173/graphql'
    const login = await visit(authorizeAddress({ redirect_uri: elsewhere }))
    const refused = await visit(login.address, { learner: 'operator' })
    expect(refused).toMatchObject({ status: 400, text: expect.stringContaining('There is no operator here') })
    const { left } = await visit(login.address, { learner: 'zoe' })
    const answer = await redeem(left?.searchParams.get('code') ?? '', verifier, elsewhere)
    const { access_token } = (await answer.json()) as { access_token: string }
    expect(await verified(access_token)).toMatchObject({ sub: 'zoe', roles: ['learner'] })
    expect((await visit(authorizeAddress())).left?.searchParams.get('code')).toBeTruthy()
    expect((await visit(authorizeAddress({ prompt: 'consent' }))).left?.searchParams.get('code')).toBeTruthy()
  })

  it('is refused a code without PKCE, a code’s second use, and the wrong verifier', async () => {
    const visit = browser()
    const bare = authorizeAddress().replace(/&code_challenge(_method)?=[^&]*/g, '')
    expect((await visit(bare)).left?.searchParams.get('error')).toBe('invalid_request')
    const login = await visit(authorizeAddress())
    const { left } = await visit(login.address, { persona: 'grace' })
    const code = left?.searchParams.get('code') ?? ''
    expect((await redeem(code, randomBytes(32).toString('base64url'))).status).toBe(400)
    const again = (await visit(authorizeAddress())).left?.searchParams.get('code') ?? ''
    expect((await redeem(again, verifier)).status).toBe(200)
    expect((await redeem(again, verifier)).status).toBe(400)
  })

  it('is shown a page, and sent nowhere, when the redirect address is not registered', async () => {
    const answer = await browser()(authorizeAddress({ redirect_uri: 'http://127.0.0.1:4000/elsewhere' }))
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('The sign-in cannot go on') })
  })
  it('is told so when the sign-in that a form belongs to is over', async () => {
    const answer = await browser()(`${identity.url}/interaction/long-gone`, { persona: 'ada' })
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('This sign-in is over') })
  })
})
