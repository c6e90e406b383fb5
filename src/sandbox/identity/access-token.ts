/** Signs a persona's access token without a login, equal to one from a login. */
import { randomUUID } from 'node:crypto'
import { importJWK, type JWK, SignJWT } from 'jose'
import type { Persona } from './persona.ts'
import { signingAlgorithm } from './signing-key.ts'

export interface TokenGrant {
  issuer: string
  audience: string
  signingKey: JWK
  now: Date
  /** Negative for a token that has expired already. */
  expiresInSeconds: number
}

export async function signAccessToken(persona: Persona, grant: TokenGrant): Promise<string> {
  const nowSeconds = Math.floor(grant.now.getTime() / 1000)
  const expiresAt = nowSeconds + grant.expiresInSeconds
  const clientId = persona.kind === 'machine' ? persona.sub : 'graphiql'
  return new SignJWT({ ...persona.claims, client_id: clientId })
    .setProtectedHeader({ alg: signingAlgorithm, typ: 'at+jwt', kid: grant.signingKey.kid ?? '' })
    .setIssuer(grant.issuer)
    .setAudience(grant.audience)
    .setSubject(persona.sub)
    .setJti(randomUUID())
    .setIssuedAt(Math.min(nowSeconds, expiresAt - 1))
    .setExpirationTime(expiresAt)
    .sign(await importJWK(grant.signingKey, signingAlgorithm))
}
