/** Refuses, saying what it is, a token that is no access token for a bearer. */
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose'
import { unauthenticated } from '../graph/contract/errors.ts'

/** RFC 9068's media type, without its `application/`. */
export const ACCESS_TOKEN_TYPE = 'at+jwt'
/** In the setting: tokens that state no type. */
export const WITHOUT_TYPE = 'none'

/** Types that say of themselves that they are something else: no setting makes access tokens of them. */
const otherKinds = new Map([
  ['logout+jwt', 'a logout token'],
  ['dpop+jwt', 'a DPoP proof'],
  ['secevent+jwt', 'a security event'],
  ['id+jwt', 'an ID token'],
  ['rt+jwt', 'a refresh token'],
])

/** Keycloak's claim `typ`, in small letters; its access tokens carried a `nonce` for years. */
const kindOfTypeClaim = new Map([
  ['bearer', undefined],
  ['id', 'an ID token'],
  ['refresh', 'a refresh token'],
  ['offline', 'a refresh token'],
  ['logout', 'a logout token'],
])

const withoutPrefix = (type: string): string => type.toLowerCase().replace(/^application\//, '')

/** Whether the setting may name it: a media type's name, or that there is none, and nothing that is another kind. */
export function canBeAccessToken(type: string): boolean {
  return /^[\w.+/-]{1,64}$/.test(type) && !otherKinds.has(withoutPrefix(type))
}

/**
 * Looks at what the token says of itself, before its signature: refusing needs no proof. `accepted` are the values of
 * `typ` that mark access tokens. Throws UNAUTHENTICATED.
 */
export function requireAccessToken(token: string, accepted: readonly string[]): void {
  const { type, payload } = read(token)
  const allowed = accepted.map(withoutPrefix)
  const kind = type === ACCESS_TOKEN_TYPE ? undefined : (otherKinds.get(type) ?? kindByClaims(payload))
  if (kind !== undefined || !allowed.includes(type)) {
    throw unauthenticated(`Send an access token (${typesText(allowed)}); this is ${kind ?? typeText(type)}.`)
  }
  // RFC 7800: whoever has stolen it could not use it, and here they could.
  if (payload.cnf !== undefined) {
    throw unauthenticated(
      'The token is bound to a key (cnf), and no proof of keys is taken here; ask for a bearer token.',
    )
  }
}

function read(token: string): { type: string; payload: JWTPayload } {
  try {
    const { typ } = decodeProtectedHeader(token)
    return { type: typeof typ === 'string' ? withoutPrefix(typ) : WITHOUT_TYPE, payload: decodeJwt(token) }
  } catch {
    throw unauthenticated('The token cannot be read.')
  }
}

/** What only other kinds carry: OpenID Connect Core 2 and 3.3.2.11, Back-Channel Logout 2.4, Cognito's `token_use`. */
function kindByClaims(payload: JWTPayload): string | undefined {
  const { typ, token_use, events, nonce, at_hash, c_hash, htm, htu } = payload
  if (typeof typ === 'string' && kindOfTypeClaim.has(typ.toLowerCase())) return kindOfTypeClaim.get(typ.toLowerCase())
  if (htm !== undefined && htu !== undefined) return 'a DPoP proof'
  if (events !== undefined) return 'a logout token or another event'
  const ofIdTokens = token_use === 'id' || [nonce, at_hash, c_hash].some((claim) => claim !== undefined)
  return ofIdTokens ? 'an ID token' : undefined
}

const typesText = (types: readonly string[]): string =>
  types.map((type) => (type === WITHOUT_TYPE ? 'without a typ' : `typ "${type}"`)).join(' or ')

const typeText = (type: string): string =>
  type === WITHOUT_TYPE ? 'a token without a type' : `a token of the type "${type.slice(0, 64)}"`
