/** Tests which addresses the client of local front ends may be sent back to. */
import { describe, expect, it } from '@jest/globals'
import { identity } from './identity-sandbox-caller.ts'

async function authorize(changed: Record<string, string>): Promise<{ status: number; location: string | null }> {
  const question = {
    client_id: 'local-app',
    response_type: 'code',
    scope: 'openid email profile',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
    ...changed,
  }
  const answer = await fetch(`${identity.url}/auth?${new URLSearchParams(question)}`, { redirect: 'manual' })
  return { status: answer.status, location: answer.headers.get('location') }
}

describe('local-app is sent back to', () => {
  it.each([
    'http://localhost:3000/',
    'http://127.0.0.1:5173/any/path?with=search',
    'http://[::1]:8080/callback',
    'https://localhost:3000/callback',
    'http://localhost/callback',
  ])('%s', async (redirect_uri) => {
    expect(await authorize({ redirect_uri })).toMatchObject({
      status: 303,
      location: expect.stringContaining('/interaction/'),
    })
  })

  it.each([
    'http://localhost.evil.example/',
    'http://evil.example/localhost',
    'http://127.0.0.1@evil.example/',
    'http://user:password@localhost:3000/',
    'http://localhost:3000/#fragment',
    'javascript:alert(1)',
  ])('nowhere like %s', async (redirect_uri) => {
    expect(await authorize({ redirect_uri })).toMatchObject({ status: 400, location: null })
  })

  it('what GraphiQL is not sent back to', async () => {
    const redirect_uri = 'http://localhost:3000/callback'
    expect((await authorize({ client_id: 'graphiql', redirect_uri })).status).toBe(400)
    expect((await authorize({ redirect_uri })).status).toBe(303)
  })
})

describe('a login_hint', () => {
  /** The first page after the redirects, with the cookies of one browser. */
  async function follow(login_hint: string) {
    const first = await authorizeRaw(login_hint)
    const cookie = first.headers
      .getSetCookie()
      .map((one) => one.split(';', 1)[0])
      .join('; ')
    return fetch(new URL(first.headers.get('location') ?? '', identity.url), {
      redirect: 'manual',
      headers: { cookie },
    })
  }
  const authorizeRaw = (login_hint: string) =>
    fetch(
      `${identity.url}/auth?${new URLSearchParams({
        client_id: 'local-app',
        response_type: 'code',
        scope: 'openid',
        redirect_uri: 'http://localhost:3000/',
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
        login_hint,
      })}`,
      { redirect: 'manual' },
    )

  it.each(['ada', 'learner:zoe', 'operator'])('%s is signed in without a page', async (hint) => {
    expect((await follow(hint)).status).toBe(303)
  })

  it.each(['nobody-here', 'institution-client'])('%s is shown who there is', async (hint) => {
    const page = await follow(hint)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(`login_hint names ${hint}`)])
  })
})
