/** Makes tokens that each have one thing wrong and must open nothing. */
import { type CryptoKey, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import type { World } from '../world/world.ts'

export interface BadToken {
  /** What is wrong with it. */
  name: string
  token: string
  /** What its owner is told. */
  says: RegExp
}

const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** Made from a good token of an operator, so that each would open everything were it taken. */
export async function badTokens(world: World): Promise<BadToken[]> {
  const [head = '', body = '', signature = ''] = (await world.tokenOf('operator')).split('.')
  const header = decoded(head) as { alg: string; kid: string }
  const claims = decoded(body) as Record<string, unknown>
  const jwk = await world.issuerKey()
  const key = await importJWK(jwk, header.alg)
  const nowSeconds = Math.floor(Date.now() / 1000)
  const signed = (changed: object, by = key, protectedHeader: object = header) =>
    new SignJWT({ ...claims, ...changed }).setProtectedHeader(protectedHeader as typeof header).sign(by)
  const stranger = (await generateKeyPair(header.alg)).privateKey
  const { exp: _exp, ...endless } = claims
  return [
    { name: 'expired', token: await signed({ exp: nowSeconds - 3600 }), says: /expired/ },
    { name: 'not valid yet', token: await signed({ nbf: nowSeconds + 3600 }), says: /not valid yet/ },
    { name: 'without an end', token: await new SignJWT(endless).setProtectedHeader(header).sign(key), says: /exp/ },
    { name: 'of the wrong audience', token: await signed({ aud: 'urn:another-service' }), says: /another service/ },
    {
      name: 'of the wrong issuer',
      token: await signed({ iss: 'https://evil.example' }),
      says: /another identity provider/,
    },
    { name: 'without a subject', token: await signed({ sub: undefined }), says: /sub/ },
    { name: 'of alg none', token: `${encoded({ alg: 'none', typ: 'at+jwt' })}.${body}.`, says: /algorithm|read/ },
    {
      name: 'of alg none with a signature',
      token: `${encoded({ alg: 'none', typ: 'at+jwt' })}.${body}.${signature}`,
      says: /algorithm|read/,
    },
    ...(await publicKeyAsSecret(jwk, header, claims)),
    {
      name: 'with tampered claims',
      token: `${head}.${encoded({ ...claims, sub: 'ada' })}.${signature}`,
      says: /signature/,
    },
    { name: 'with a tampered signature', token: `${head}.${body}.${tampered(signature)}`, says: /signature/ },
    { name: 'signed by a stranger under our kid', token: await signed({}, stranger), says: /signature/ },
    { name: 'of an unknown key', token: await signed({}, stranger, { ...header, kid: 'nobody' }), says: /key/ },
    { name: 'cut short', token: `${head}.${body}`, says: /read/ },
  ]
}

/** HS256 with what is published as the key: as text in both forms that careless verifiers use. */
async function publicKeyAsSecret(jwk: JWK, header: { alg: string; kid: string }, claims: object): Promise<BadToken[]> {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...open } = jwk
  const pem = await exportSPKI((await importJWK(open, header.alg)) as CryptoKey)
  const forge = (secret: string) =>
    new SignJWT({ ...claims }).setProtectedHeader({ ...header, alg: 'HS256' }).sign(Buffer.from(secret))
  return [
    { name: 'HS256 with the public key as PEM', token: await forge(pem), says: /algorithm/ },
    {
      name: 'HS256 with the public key as JWK',
      token: await forge(JSON.stringify(open).padEnd(32)),
      says: /algorithm/,
    },
  ]
}

/** Its first character changed: the last one may carry bits that do not count. */
const tampered = (signature: string) => `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`
