/** Words why a token was refused, without helping an attacker. */
import { errors } from 'jose'
import { GraphError, unauthenticated, upstreamUnavailable } from '../graph/contract/errors.ts'

/** Refusals by jose's stable codes. */
const messages: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'The token has expired; sign in again.',
  ERR_JOSE_ALG_NOT_ALLOWED: 'The token is signed by an algorithm that is not accepted.',
  ERR_JOSE_NOT_SUPPORTED: 'The token is signed by an algorithm that is not accepted.',
  ERR_JWKS_NO_MATCHING_KEY: "The token is not signed by a key of the identity provider's.",
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'The token does not say which key signed it.',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "The token's signature does not hold.",
}

/** Whether a token was good once: honest clients send such, and are to hear of it. */
export function isExpiry(error: unknown): boolean {
  return error instanceof GraphError && error.message === messages.ERR_JWT_EXPIRED
}

const claimMessages: Readonly<Record<string, string>> = {
  aud: 'The token is meant for another service, not for this gateway.',
  iss: 'The token is from another identity provider than the one that this gateway trusts.',
  nbf: 'The token is not valid yet.',
}

/** UNAUTHENTICATED for a bad token; UPSTREAM_UNAVAILABLE when the provider's keys cannot be had; null for a fault of ours. */
export function tokenRefusal(error: unknown): GraphError | null {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return upstreamUnavailable('identity')
  if (error instanceof errors.JWTClaimValidationFailed) {
    return unauthenticated(claimMessages[error.claim] ?? `The token lacks a good "${error.claim}".`)
  }
  // The library throws its bare base class when the keys' address answers with anything but keys.
  if (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') return upstreamUnavailable('identity')
  if (error instanceof errors.JOSEError) return unauthenticated(messages[error.code] ?? 'The token cannot be read.')
  // What fetch throws when there is no connection.
  if (error instanceof TypeError && error.cause !== undefined) return upstreamUnavailable('identity')
  return null
}
