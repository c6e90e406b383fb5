/** Tests that good tokens are accepted and bad ones never silently anonymous. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { generateKeyPair } from 'jose'
import type { LRUCache } from 'lru-cache'
import { Authenticator, type AuthenticatorOptions } from '../../src/auth/authenticator.ts'
import type { Viewer } from '../../src/auth/viewer.ts'
import { audience, startIssuer, type TestIssuer } from '../support/world/issuer.ts'
import { type SmallServer, startSmallServer } from '../support/world/small-graph.ts'

let issuer: TestIssuer
let server: SmallServer | null = null
let learnersAsked = 0

const directory = {
  learnerId: async ({ subject }: { subject: string }) => {
    learnersAsked += 1
    return `id-of-${subject}`
  },
  institutionId: async (slug: string) => (slug === 'northgate' ? 'id-of-northgate' : null),
}

beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())
afterEach(async () => {
  await server?.close()
  server = null
})

/** Nobody here is anonymous. */
const nowhere = { ip: '' }

function authenticator(options: Partial<AuthenticatorOptions> = {}): Authenticator {
  return new Authenticator({ issuer: issuer.url, audience, directory, ...options })
}

async function ask(authorization: string | undefined) {
  const auth = authenticator()
  server = await startSmallServer({ authenticate: auth.authenticate.bind(auth) })
  return server.ask('{ whoAmI }', {}, authorization === undefined ? {} : { authorization })
}

/** Why a token is refused; null when it is taken. */
async function refusalOf(token: string, options: Partial<AuthenticatorOptions> = {}): Promise<string | null> {
  try {
    await authenticator(options).authenticate(`Bearer ${token}`, nowhere)
    return null
  } catch (error) {
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED' })
    return (error as Error).message
  }
}

const viewerFor = async (claims: object): Promise<Viewer> =>
  authenticator().authenticate(`Bearer ${await issuer.token(claims)}`, nowhere)

describe('a token', () => {
  it('names its owner', async () => {
    expect((await ask(`Bearer ${await issuer.token()}`)).data).toEqual({ whoAmI: `user:${issuer.url}|ada` })
  })

  it('that is not there leaves the caller anonymous', async () => {
    expect((await ask(undefined)).data).toEqual({ whoAmI: 'anonymous:127.0.0.1' })
  })

  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const payload = () => ({
    sub: 'ada',
    iss: issuer.url,
    aud: audience,
    exp: Date.now() / 1000 + 600,
    roles: ['operator'],
  })

  it.each<[string, RegExp, () => Promise<string> | string]>([
    ['is expired', /expired; sign in again/, () => issuer.token({}, { expiresAt: Date.now() / 1000 - 60 })],
    ['is for another audience', /meant for another service/, () => issuer.token({}, { audience: 'urn:other' })],
    ['is of another issuer', /another identity provider/, () => issuer.token({}, { issuer: 'https://evil.example' })],
    [
      'has no signature',
      /algorithm that is not accepted/,
      () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(payload())}.`,
    ],
    [
      'uses the public key as a secret',
      /algorithm that is not accepted/,
      () =>
        issuer.token(
          { roles: ['operator'] },
          { alg: 'HS256', key: new TextEncoder().encode(JSON.stringify(issuer.publicKey)) },
        ),
    ],
    [
      'was tampered with',
      /signature does not hold/,
      async () => {
        const [header, , signature] = (await issuer.token()).split('.')
        return [header, encode(payload()), signature].join('.')
      },
    ],
    [
      'is signed by a stranger under a known key id',
      /signature does not hold/,
      async () => issuer.token({}, { key: (await generateKeyPair('ES256')).privateKey }),
    ],
    [
      'is signed by an unknown key',
      /not signed by a key of the identity provider/,
      () => issuer.token({}, { kid: 'two' }),
    ],
    ['is no token', /cannot be read/, () => 'abc'],
    ['lacks an email', /lacks a good "email"/, () => issuer.token({ email: undefined })],
    ['has roles of another shape', /lacks a good "roles"/, () => issuer.token({ roles: 'operator' })],
    [
      'is good for more than a day',
      /more than 24 hours/,
      () => issuer.token({}, { expiresAt: Date.now() / 1000 + 24 * 3600 + 60 }),
    ],
    ['ends beyond all calendars', /more than 24 hours/, () => issuer.token({}, { expiresAt: 1e300 })],
    ['is bound to a key', /bound to a key \(cnf\)/, () => issuer.token({ cnf: { jkt: 'x' } })],
    ['is bound to nothing that is known', /bound to a key/, () => issuer.token({ cnf: null })],
  ])('that %s is UNAUTHENTICATED', async (_name, message, makeToken) => {
    const answer = await ask(`Bearer ${await makeToken()}`)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(answer.errors?.[0]?.message).toMatch(message)
    expect('data' in answer).toBe(false)
  })

  it('of another scheme is UNAUTHENTICATED', async () => {
    expect((await ask('Basic YTpi')).status).toBe(401)
  })

  it('of an unknown institution is FORBIDDEN, by name', async () => {
    const answer = await ask(`Bearer ${await issuer.token({ roles: ['staff'], institution: 'nowhere' })}`)
    expect(answer.status).toBe(403)
    expect(answer.errors?.[0]?.message).toBe('The token names the institution "nowhere", which is not registered here.')
  })

  it('is verified once, and again when it may have run out', async () => {
    let now = new Date()
    const auth = authenticator({ now: () => now })
    const header = `Bearer ${await issuer.token({ sub: 'grace' })}`
    learnersAsked = 0
    const [first, second] = await Promise.all([auth.authenticate(header, nowhere), auth.authenticate(header, nowhere)])
    expect([learnersAsked, first === second, auth.authenticate(header, nowhere) === first]).toEqual([1, true, true])
    now = new Date(now.getTime() + 11 * 60_000)
    await expect(auth.authenticate(header, nowhere)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('says when it ends', async () => {
    const auth = authenticator()
    const expiresAt = Math.floor(Date.now() / 1000) + 120
    const viewer = await auth.authenticate(`Bearer ${await issuer.token({}, { expiresAt })}`, nowhere)
    expect(auth.expiryOf(viewer)).toEqual(new Date(expiresAt * 1000))
  })

  it('cannot be verified while the provider is away, which is not its fault', async () => {
    const away = authenticator({ issuer: 'http://127.0.0.1:1' })
    await expect(away.authenticate(`Bearer ${await issuer.token()}`, nowhere)).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      extensions: { upstream: 'identity' },
    })
  })
})

describe('the type of a token', () => {
  const idToken = { nonce: 'n', at_hash: 'x' }
  const logout = { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])('%s is what access tokens have', async (typ) => {
    expect(await refusalOf(await issuer.token({}, { typ }))).toBeNull()
  })

  it.each<[string, string | undefined, object, string]>([
    ['JWT', 'JWT', {}, 'a token of the type "jwt"'],
    ['none', undefined, {}, 'a token without a type'],
    ['JWT with what ID tokens have', 'JWT', idToken, 'an ID token'],
    ['logout+jwt', 'logout+jwt', logout, 'a logout token'],
    ['application/logout+jwt', 'application/logout+jwt', {}, 'a logout token'],
    ['JWT with an event', 'JWT', logout, 'a logout token or another event'],
    ['dpop+jwt', 'dpop+jwt', { htm: 'POST', htu: 'https://graph.example' }, 'a DPoP proof'],
    ['JWT with a method and an address', 'JWT', { htm: 'POST', htu: 'https://graph.example' }, 'a DPoP proof'],
  ])('%s is refused, and the sentence says what was sent', async (_what, typ, claims, kind) => {
    const said = await refusalOf(await issuer.token(claims, { typ }))
    expect(said).toBe(`Send an access token (typ "at+jwt"); this is ${kind}.`)
  })

  const tokenTypes = ['JWT', 'none']
  it.each<[string, string | undefined, object, string | null]>([
    ['JWT', 'JWT', {}, null],
    ['none', undefined, {}, null],
    ["JWT of Keycloak's", 'JWT', { typ: 'Bearer', nonce: 'n' }, null],
    ['at+jwt', 'at+jwt', {}, 'a token of the type "at+jwt"'],
    ['JWT with what ID tokens have', 'JWT', idToken, 'an ID token'],
    ['JWT that calls itself ID', 'JWT', { typ: 'ID' }, 'an ID token'],
    ["JWT of Cognito's for itself", 'JWT', { token_use: 'id' }, 'an ID token'],
    ['JWT that calls itself Refresh', 'JWT', { typ: 'Refresh' }, 'a refresh token'],
    ['none with an event', undefined, logout, 'a logout token or another event'],
    ['logout+jwt', 'logout+jwt', {}, 'a logout token'],
    ['dpop+jwt', 'dpop+jwt', {}, 'a DPoP proof'],
  ])('with a setting for other providers, %s', async (_what, typ, claims, kind) => {
    const said = await refusalOf(await issuer.token(claims, { typ }), { tokenTypes })
    expect(said).toBe(kind && `Send an access token (typ "jwt" or without a typ); this is ${kind}.`)
  })
})

describe('where clients are listed, a token', () => {
  const clients = ['shop', 'desk']
  it.each<[string, object, RegExp | null]>([
    ['of one of them', { client_id: 'shop' }, null],
    ['of one of them by azp', { azp: 'desk' }, null],
    ['of another', { client_id: 'stranger' }, /"stranger" are not taken/],
    ['of another by azp', { client_id: 'shop', azp: 'stranger' }, /"stranger" are not taken/],
    ['of nobody', {}, /does not say to which client/],
  ])('%s', async (_what, claims, says) => {
    const said = await refusalOf(await issuer.token(claims), { clients })
    if (says === null) expect(said).toBeNull()
    else expect(said).toMatch(says)
  })
})

describe('what is remembered of a token', () => {
  it('is not the token', async () => {
    const auth = authenticator()
    const token = await issuer.token({ sub: 'remembered' })
    await auth.authenticate(`Bearer ${token}`, nowhere)
    const { verified } = auth as unknown as { verified: LRUCache<string, object> }
    expect([...verified.keys()]).toEqual([expect.stringMatching(/^[\w+/]{43}=$/)])
    expect(JSON.stringify([...verified.entries()])).not.toContain(token.split('.')[1])
  })
})

describe('a viewer', () => {
  it('can be several at once', async () => {
    const claims = {
      roles: ['learner', 'staff'],
      institution: 'northgate',
      given_name: 'Ada',
      family_name: 'L',
      zoneinfo: 'Europe/London',
    }
    expect(await viewerFor(claims)).toEqual({
      learner: {
        id: 'id-of-ada',
        issuer: issuer.url,
        subject: 'ada',
        email: 'ada@example.org',
        givenName: 'Ada',
        familyName: 'L',
        displayName: 'Ada L',
        timeZone: 'Europe/London',
      },
      staff: { subject: 'ada', displayName: 'ada', institutionSlug: 'northgate', institutionId: 'id-of-northgate' },
      client: null,
      operator: null,
      router: null,
      key: `user:${issuer.url}|ada`,
      anonymous: false,
    })
  })

  it('of a machine is its client, and nobody besides', async () => {
    const claims = {
      sub: 'm',
      email: undefined,
      roles: ['institution-client'],
      institution: 'northgate',
      client_id: 'northgate-records',
    }
    const viewer = await viewerFor(claims)
    expect(viewer).toMatchObject({ learner: null, staff: null, operator: null, key: 'client:northgate-records' })
    expect(viewer.client).toEqual({
      clientId: 'northgate-records',
      institutionSlug: 'northgate',
      institutionId: 'id-of-northgate',
    })
  })

  it('of a router is its client, and nobody of an institution', async () => {
    const viewer = await viewerFor({ sub: 'r', roles: ['router'], client_id: 'supergraph' })
    expect(viewer).toMatchObject({ learner: null, client: null, router: { clientId: 'supergraph' } })
    expect(viewer.key).toBe('client:supergraph')
    const nameless = viewerFor({ sub: 'r', roles: ['router'], client_id: undefined })
    await expect(nameless).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } })
  })

  it('without a role is signed in and may do nothing more', async () => {
    expect(await viewerFor({ roles: [] })).toMatchObject({
      learner: null,
      staff: null,
      client: null,
      operator: null,
      router: null,
      anonymous: false,
    })
  })
})
