/** Keeps the identity sandbox's signing key, so that tokens hold after a restart. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

export const signingAlgorithm = 'RS256'

/** A new private key as a JWK, with the key id under which its public half is published. */
export async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: signingAlgorithm, use: 'sig' }
}
