/** Tests that good tokens are accepted and bad ones never silently anonymous. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { Authenticator } from '../../src/auth/authenticator.ts'
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

function authenticator(options: { issuer?: string; now?: () => Date } = {}): Authenticator {
  return new Authenticator({ issuer: issuer.url, audience, directory, ...options })
}

async function ask(authorization: string | undefined) {
  const auth = authenticator()
  server = await startSmallServer({ authenticate: auth.authenticate.bind(auth) })
  return server.ask('{ whoAmI }', {}, authorization === undefined ? {} : { authorization })
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
    ['has no signature', /algorithm that is not accepted/, () => `${encode({ alg: 'none' })}.${encode(payload())}.`],
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

  it('without a role is signed in and may do nothing more', async () => {
    expect(await viewerFor({ roles: [] })).toMatchObject({
      learner: null,
      staff: null,
      client: null,
      operator: null,
      anonymous: false,
    })
  })
})
