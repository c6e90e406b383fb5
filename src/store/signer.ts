/** Signs what others verify with nothing but the published keys: statements and credentials, as compact EdDSA JWS. */
import { readFileSync } from 'node:fs'
import { CompactSign, compactVerify, createLocalJWKSet, importJWK, type JWK } from 'jose'
import { z } from 'zod'

export interface Signer {
  /** A compact JWS of the payload, signed with the newest key. `type` is its `typ` header. */
  sign(payload: object, type: string): Promise<string>
  /** The payload when the signature holds with any published key, old ones among them; null when it does not. */
  verify(jws: string): Promise<Record<string, unknown> | null>
  /** What /.well-known/jwks.json publishes: public halves only. */
  readonly jwks: { keys: JWK[] }
}

const keyFile = z.object({
  keys: z
    .array(
      z.looseObject({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        kid: z.string().min(1),
        x: z.string(),
        /** Absent in a retired key: it still verifies, and signs nothing any more. */
        d: z.string().optional(),
      }),
    )
    .min(1),
})

/**
 * Reads the private JWKS: Ed25519 keys, the newest first; the first that has a private half signs.
 * Throws with a clear sentence when the file does not fit.
 */
export async function openSigner(path: string): Promise<Signer> {
  const read = keyFile.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!read.success) throw new Error(`SIGNING_KEYS_FILE ${path} is not a JWKS of Ed25519 keys, each with a kid.`)
  const current = read.data.keys.find((key) => key.d !== undefined)
  if (!current) throw new Error(`SIGNING_KEYS_FILE ${path} has no key with a private half (d): nothing can be signed.`)
  const privateKey = await importJWK({ ...current, alg: 'EdDSA' } as JWK, 'EdDSA')
  const publicKeys = read.data.keys.map(({ kid, x }) => ({
    kty: 'OKP',
    crv: 'Ed25519',
    kid,
    x,
    alg: 'EdDSA',
    use: 'sig',
  }))
  const published = createLocalJWKSet({ keys: publicKeys })
  const { kid } = current
  return {
    jwks: { keys: publicKeys },
    sign: (payload, type) =>
      new CompactSign(Buffer.from(JSON.stringify(payload), 'utf8'))
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: type })
        .sign(privateKey),
    verify: async (jws) => {
      try {
        const { payload } = await compactVerify(jws, published, { algorithms: ['EdDSA'] })
        return JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, unknown>
      } catch {
        return null
      }
    },
  }
}
