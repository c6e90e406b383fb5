/** Verifies bearer tokens against the issuer's published keys and caches the result. */
import { hash } from 'node:crypto'
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { unauthenticated, upstreamUnavailable } from '../graph/contract/errors.ts'
import { type Directory, readClaims, type TokenClaims, viewerOf } from './token-claims.ts'
import { ACCESS_TOKEN_TYPE, requireAccessToken } from './token-kind.ts'
import { tokenRefusal } from './token-refusal.ts'
import { anonymousViewer, type Viewer } from './viewer.ts'

export interface AuthenticatorOptions {
  /** The OpenID provider; its keys are found by discovery. */
  issuer: string
  /** What `aud` has to hold. */
  audience: string
  /** Values of `typ` that mark access tokens; RFC 9068's alone unless said. */
  tokenTypes?: readonly string[]
  /** Clients whose tokens are taken, by `client_id` or `azp`; none: of all clients. */
  clients?: readonly string[]
  directory: Directory
  /** How the issuer is asked; left out: without a limit of bytes. */
  fetch?: typeof fetch
  now?: () => Date
}

/** Asymmetric ones only: with HS256 the issuer's public key would do as a secret. */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
const CLOCK_TOLERANCE_SECONDS = 30
/** A stolen one is good for no longer; RFC 9068 leaves the length to us. */
const LONGEST_LIFE_SECONDS = 24 * 3600
/** Verified tokens that are remembered, by the hash of the header that brings them; about 1 kB each. */
const REMEMBERED_TOKENS = 10_000
/** At most this long, so that a change in the directory is seen, in ms. */
const REMEMBERED_FOR_MS = 5 * 60_000
const DISCOVERY_TIMEOUT_MS = 5000

const discoveryShape = z.object({ issuer: z.string(), jwks_uri: z.url() })

/** Where a request came from, as Fastify's requests say it. */
export interface Sender {
  readonly ip: string
}

interface Verified {
  viewer: Viewer
  untilMs: number
}

export class Authenticator {
  private readonly options: AuthenticatorOptions
  private readonly now: () => Date
  private readonly verified = new LRUCache<string, Verified>({ max: REMEMBERED_TOKENS })
  private readonly underWay = new Map<string, Promise<Viewer>>()
  private readonly expiries = new WeakMap<Viewer, number>()
  private keys: Promise<JWTVerifyGetKey> | null = null

  constructor(options: AuthenticatorOptions) {
    this.options = options
    this.now = options.now ?? (() => new Date())
  }

  /**
   * The sender of an Authorization header; without one, somebody anonymous at the sender's address, which is read only
   * then: finding it behind proxies costs something. A promise only when the token is new. Throws UNAUTHENTICATED for a
   * bad token, FORBIDDEN for an unknown institution, UPSTREAM_UNAVAILABLE when the issuer's keys cannot be had.
   */
  authenticate(authorization: string | undefined, sender: Sender): Viewer | Promise<Viewer> {
    if (authorization === undefined) return anonymousViewer(sender.ip)
    // The tokens themselves stay out of memory, and out of a dump of it.
    const key = hash('sha256', authorization, 'base64')
    const known = this.verified.get(key)
    if (known && known.untilMs > this.now().getTime()) return known.viewer
    let verifying = this.underWay.get(key)
    if (verifying === undefined) {
      const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1]
      if (token === undefined) throw unauthenticated('Send the token as "Authorization: Bearer <token>".')
      verifying = this.verify(token, key).finally(() => this.underWay.delete(key))
      this.underWay.set(key, verifying)
    }
    return verifying
  }

  /** When the viewer's token ends; null for somebody anonymous. Long-lived connections end with it. */
  expiryOf(viewer: Viewer): Date | null {
    const expiresAtMs = this.expiries.get(viewer)
    return expiresAtMs === undefined ? null : new Date(expiresAtMs)
  }

  /** Tokens that are remembered, for the metrics. */
  get remembered(): number {
    return this.verified.size
  }

  private async verify(token: string, key: string): Promise<Viewer> {
    const { issuer, audience, tokenTypes = [ACCESS_TOKEN_TYPE], directory } = this.options
    requireAccessToken(token, tokenTypes)
    const claims = readClaims(await this.payloadOf(token, issuer, audience))
    const expiresAtMs = claims.exp * 1000
    if (expiresAtMs > this.now().getTime() + (LONGEST_LIFE_SECONDS + CLOCK_TOLERANCE_SECONDS) * 1000) {
      throw unauthenticated('The token is good for more than 24 hours; ask for one of a shorter life.')
    }
    this.requireClient(claims)
    const viewer = await viewerOf(issuer, claims, directory)
    this.expiries.set(viewer, expiresAtMs)
    this.verified.set(key, {
      viewer,
      untilMs: Math.min(expiresAtMs, this.now().getTime() + REMEMBERED_FOR_MS),
    })
    return viewer
  }

  /** Both claims, where both are there: a token is of all the clients that it names. */
  private requireClient({ client_id, azp }: TokenClaims): void {
    const { clients = [] } = this.options
    if (clients.length === 0) return
    const named = [client_id, azp].filter((name) => name !== undefined)
    if (named.length === 0) throw unauthenticated('The token does not say to which client it was issued.')
    const stranger = named.find((name) => !clients.includes(name))
    if (stranger !== undefined) throw unauthenticated(`Tokens of the client "${stranger}" are not taken here.`)
  }

  private async payloadOf(token: string, issuer: string, audience: string) {
    try {
      const { payload } = await jwtVerify(token, await this.issuerKeys(), {
        issuer,
        audience,
        algorithms,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: this.now(),
        requiredClaims: ['sub', 'exp'],
      })
      return payload
    } catch (error) {
      throw tokenRefusal(error) ?? error
    }
  }

  /** The issuer's keys; a failed discovery is tried again by the next token. */
  private issuerKeys(): Promise<JWTVerifyGetKey> {
    this.keys ??= this.discover().catch((error: unknown) => {
      this.keys = null
      throw error
    })
    return this.keys
  }

  private async discover(): Promise<JWTVerifyGetKey> {
    const { issuer, fetch: ask = fetch } = this.options
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const answer = await ask(address, { signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS) }).catch(() => null)
    const read = discoveryShape.safeParse(answer?.ok ? await answer.json().catch(() => null) : null)
    if (!read.success) throw upstreamUnavailable('identity')
    if (read.data.issuer !== issuer) {
      throw new Error(`The identity provider at ${issuer} calls itself ${read.data.issuer}; set OIDC_ISSUER to that.`)
    }
    return createRemoteJWKSet(new URL(read.data.jwks_uri), {
      timeoutDuration: DISCOVERY_TIMEOUT_MS,
      [customFetch]: ask,
    })
  }
}
