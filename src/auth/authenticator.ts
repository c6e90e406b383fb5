/** Verifies bearer tokens against the issuer's published keys and caches the result. */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { unauthenticated, upstreamUnavailable } from '../graph/contract/errors.ts'
import { type Directory, readClaims, viewerOf } from './token-claims.ts'
import { tokenRefusal } from './token-refusal.ts'
import { anonymousViewer, type Viewer } from './viewer.ts'

export interface AuthenticatorOptions {
  /** The OpenID provider; its keys are found by discovery. */
  issuer: string
  /** What `aud` has to hold. */
  audience: string
  directory: Directory
  /** How the issuer is asked; left out: without a limit of bytes. */
  fetch?: typeof fetch
  now?: () => Date
}

/** Asymmetric ones only: with HS256 the issuer's public key would do as a secret. */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
const CLOCK_TOLERANCE_SECONDS = 30
/** Verified tokens that are remembered, by the header that brings them; about 2 kB each. */
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
    const known = this.verified.get(authorization)
    if (known && known.untilMs > this.now().getTime()) return known.viewer
    let verifying = this.underWay.get(authorization)
    if (verifying === undefined) {
      const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1]
      if (token === undefined) throw unauthenticated('Send the token as "Authorization: Bearer <token>".')
      verifying = this.verify(token, authorization).finally(() => this.underWay.delete(authorization))
      this.underWay.set(authorization, verifying)
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

  private async verify(token: string, authorization: string): Promise<Viewer> {
    const { issuer, audience, directory } = this.options
    const payload = await this.payloadOf(token, issuer, audience)
    const viewer = await viewerOf(issuer, readClaims(payload), directory)
    const expiresAtMs = (payload.exp ?? 0) * 1000
    this.expiries.set(viewer, expiresAtMs)
    this.verified.set(authorization, {
      viewer,
      untilMs: Math.min(expiresAtMs, this.now().getTime() + REMEMBERED_FOR_MS),
    })
    return viewer
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
