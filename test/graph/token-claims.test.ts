/** Tests that no claim of a signed token makes a fault of ours. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type CryptoKey, importJWK, SignJWT } from 'jose'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let key: CryptoKey
let header: { alg: string; kid: string; typ: string }
let good: Record<string, unknown>

beforeAll(async () => {
  world = await startWorld()
  const [head = '', body = ''] = (await world.tokenOf('ada')).split('.')
  header = JSON.parse(Buffer.from(head, 'base64url').toString())
  good = JSON.parse(Buffer.from(body, 'base64url').toString())
  key = (await importJWK(await world.issuerKey(), header.alg)) as CryptoKey
})
afterAll(() => world?.close())

async function statusWith(claims: object): Promise<{ status: number; message: string }> {
  const token = await new SignJWT({ ...good, ...claims }).setProtectedHeader(header).sign(key)
  const response = await fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ viewer { learner { displayName email timeZone } } }' }),
  })
  const { errors = [] } = (await response.json()) as { errors?: { message: string }[] }
  return { status: response.status, message: errors[0]?.message ?? '' }
}

/** What tokens are read for. */
const texts = ['sub', 'email', 'given_name', 'family_name', 'name', 'zoneinfo', 'institution', 'client_id', 'azp']

describe.each(texts)('the claim %s', (name) => {
  it.each<[string, string]>([
    ['NUL', 'a\u0000da@example.org'],
    ['a line break', 'ada@example.org\n{"level":"info"}'],
    ['half a surrogate pair', 'ada@example.org\ud800'],
    ['too many characters', `ada@example.org${'x'.repeat(400)}`],
  ])('with %s answers 401 and names the claim', async (_what, value) => {
    expect(await statusWith({ [name]: value })).toEqual({
      status: 401,
      message: `The token lacks a good "${name}".`,
    })
  })
})

it('a name of many alphabets is taken as it is', async () => {
  expect(await statusWith({ sub: 'zoë-🙂', name: 'Zoë Ștefănescu 李 🙂' })).toEqual({ status: 200, message: '' })
})

it('whatever the claims are, the answer is no fault of ours', async () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.jsonValue({ stringUnit: 'binary' }),
    fc.constantFrom('\u0000', '\ud800', '__proto__', -1, 0, 1e300, null, [], {}),
  )
  const names = fc.constantFrom(...texts, 'roles', 'exp', 'iat', 'nbf', 'jti', 'cnf', '__proto__', 'events')
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, hostile, { minKeys: 1 }), async (claims) => {
      expect([200, 401, 403]).toContain((await statusWith(claims)).status)
    }),
    { numRuns: 150 },
  )
})
