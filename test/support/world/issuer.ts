/** Runs an identity provider with one key that signs any token. */
import { fastify as createFastify } from 'fastify'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export const audience = 'urn:test-gateway'

export interface TestIssuer {
  url: string
  publicKey: JWK
  /** How often the keys were fetched. */
  fetches(): number
  /** A token of these claims; `sign` changes what the default says. */
  token(claims?: object, sign?: Partial<Signing>): Promise<string>
  close(): Promise<void>
}

interface Signing {
  issuer: string
  audience: string
  expiresAt: number
  alg: string
  kid: string
  /** Undefined: the token states no type. */
  typ: string | undefined
  key: CryptoKey | Uint8Array
}

/** Starts it on a free port. */
export async function startIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  const app = createFastify({ logger: false, forceCloseConnections: true })
  let url = ''
  let fetches = 0
  app.get('/.well-known/openid-configuration', async () => ({ issuer: url, jwks_uri: `${url}/jwks` }))
  app.get('/jwks', async () => {
    fetches += 1
    return { keys: [jwk] }
  })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    publicKey: jwk,
    fetches: () => fetches,
    close: () => app.close(),
    token: (claims = {}, sign = {}) => {
      const now = Math.floor(Date.now() / 1000)
      const to: Signing = {
        issuer: url,
        audience,
        expiresAt: now + 600,
        alg: 'ES256',
        kid: 'one',
        typ: 'at+jwt',
        key: privateKey,
        ...sign,
      }
      return new SignJWT({ sub: 'ada', email: 'ada@example.org', roles: ['learner'], ...claims })
        .setProtectedHeader({ alg: to.alg, kid: to.kid, ...(to.typ !== undefined && { typ: to.typ }) })
        .setIssuer(to.issuer)
        .setAudience(to.audience)
        .setIssuedAt(now - 10)
        .setExpirationTime(to.expiresAt)
        .sign(to.key)
    },
  }
}
