/** Signs statements and credentials as EdDSA JWS that published keys verify. */
import { readFileSync } from 'node:fs'
import { CompactSign, compactVerify, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import { ConfigRefused } from '../values/config-refused.ts'

export interface Signer {
  /** A compact JWS of the payload, signed with the newest key. `type` is its `typ` header. */
  sign(payload: object, type: string): Promise<string>
  /** The payload when the signature holds with any published key, old ones among them; null when it does not. */
  verify(jws: string): Promise<Record<string, unknown> | null>
  /** What /.well-known/jwks.json publishes: public halves only, each under the address where it is to be had alone. */
  readonly jwks: { keys: JWK[] }
  /** One published key by the last part of its address; null when there is none. */
  key(name: string): JWK | null
}

const keyFile = z.object({
  keys: z
    .array(
      z.looseObject({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        /** Ends an address. */
        kid: z.string().regex(/^[\w.~-]+$/),
        x: z.string(),
        /** Absent in a retired key: it still verifies, and signs nothing any more. */
        d: z.string().optional(),
      }),
    )
    .min(1),
})

/** Below the gateway's public address: Open Badges asks for a `kid` that leads to the key. */
const keysPath = '/.well-known/keys'

/**
 * Reads the private JWKS: Ed25519 keys, the newest first; the first that has a private half signs.
 * Throws with a clear sentence when the file does not fit.
 */
export async function openSigner(path: string, publicUrl: string): Promise<Signer> {
  const read = keyFile.safeParse(parsed(readFileSync(path, 'utf8')))
  if (!read.success) {
    throw new ConfigRefused(
      `SIGNING_KEYS_FILE ${path} is not a JWKS of Ed25519 keys, each with a kid of letters, digits and "._~-".`,
    )
  }
  const current = read.data.keys.find((key) => key.d !== undefined)
  if (!current) {
    throw new ConfigRefused(`SIGNING_KEYS_FILE ${path} has no key with a private half (d): nothing can be signed.`)
  }
  const privateKey = await importJWK({ ...current, alg: 'EdDSA' } as JWK, 'EdDSA')
  const published = new Map(read.data.keys.map(({ kid, x }) => [kid, publicHalf(`${publicUrl}${keysPath}/${kid}`, x)]))
  const verifying = new Map<string, Awaited<ReturnType<typeof importJWK>>>()
  for (const [name, key] of published) verifying.set(name, await importJWK(key, 'EdDSA'))
  return {
    jwks: { keys: [...published.values()] },
    key: (name) => published.get(name) ?? null,
    sign: (payload, type) =>
      new CompactSign(Buffer.from(JSON.stringify(payload), 'utf8'))
        .setProtectedHeader({ alg: 'EdDSA', kid: published.get(current.kid)!.kid, typ: type })
        .sign(privateKey),
    verify: async (jws) => {
      try {
        // By the key's own name alone: what was signed while the gateway had another address still verifies.
        const keyOf = ({ kid }: { kid?: string }) => verifying.get(kid?.split('/').at(-1) ?? '') ?? noSuchKey()
        const { payload } = await compactVerify(jws, keyOf, { algorithms: ['EdDSA'] })
        return JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, unknown>
      } catch {
        return null
      }
    },
  }
}

function publicHalf(kid: string, x: string): JWK & { kid: string } {
  return { kty: 'OKP', crv: 'Ed25519', kid, x, alg: 'EdDSA', use: 'sig' }
}

function noSuchKey(): never {
  throw new Error('None of the published keys has this name.')
}

/** Undefined for what is no JSON: it does not fit either. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
