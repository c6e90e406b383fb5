/** Verifies signed documents with only the gateway's address and a JOSE library. */
import { gunzipSync } from 'node:zlib'
import { expect } from '@jest/globals'
import { createRemoteJWKSet, jwtVerify } from 'jose'

// biome-ignore lint/suspicious/noExplicitAny: a test reads what was signed
export type Signed = Record<string, any>

/** The content, `typ` and `kid` of what a published key signed; throws when none did. */
export async function verified(jwt: string, url: string): Promise<{ payload: Signed; typ: string; kid: string }> {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', url))
  const { payload, protectedHeader } = await jwtVerify(jwt, keys, { issuer: 'http://127.0.0.1:4000' })
  expect(Object.keys(protectedHeader).toSorted()).toEqual(['alg', 'kid', 'typ'])
  expect(protectedHeader.alg).toBe('EdDSA')
  return { payload, typ: protectedHeader.typ!, kid: protectedHeader.kid! }
}

/** A credential's bits by their purpose, each read from its list once that has been verified. */
export async function bitsOf(credential: string, url: string): Promise<Record<string, number>> {
  const bits: Record<string, number> = {}
  for (const entry of (await verified(credential, url)).payload.credentialStatus as Signed[]) {
    expect(entry.type).toBe('BitstringStatusListEntry')
    const answer = await fetch(`${url}${new URL(entry.statusListCredential).pathname}`)
    expect(answer.headers.get('content-type')).toContain('application/vc+jwt')
    const { payload, typ } = await verified(await answer.text(), url)
    const { id, jti, iss, issuer, type, credentialSubject, validFrom, validUntil, nbf, exp } = payload
    expect([typ, type]).toEqual(['vc+jwt', ['VerifiableCredential', 'BitstringStatusListCredential']])
    expect([id, jti, issuer]).toEqual([entry.statusListCredential, entry.statusListCredential, iss])
    expect([Date.parse(validFrom), Date.parse(validUntil)]).toEqual([nbf * 1000, exp * 1000])
    expect(credentialSubject).toMatchObject({ type: 'BitstringStatusList', statusPurpose: entry.statusPurpose })
    const list = gunzipSync(Buffer.from(credentialSubject.encodedList.slice(1), 'base64url'))
    expect([credentialSubject.encodedList[0], list.length]).toEqual(['u', 16_384])
    const index = Number(entry.statusListIndex)
    bits[entry.statusPurpose] = (list[index >> 3]! >> (7 - (index & 7))) & 1
  }
  return bits
}
