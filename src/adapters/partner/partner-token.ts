/** Provides the bearer token for partner calls, signed here or fetched by client credentials. */
import { SignJWT } from 'jose'
import { z } from 'zod'
import { FailureKind, Upstream, UpstreamFailure } from '../../values/upstream-failure.ts'
import { fetchWithin } from '../bounded-fetch.ts'
import { MOST_REPLY_BYTES, reasonText, tooLargeReply } from '../upstream-reply.ts'

export const PartnerAuth = { Hs256Jwt: 'hs256-jwt', ClientCredentials: 'oauth2-client-credentials' } as const
export type PartnerAuth = (typeof PartnerAuth)[keyof typeof PartnerAuth]

export interface TokenOptions {
  consumerKey: string
  sharedSecret: string
  auth: PartnerAuth
  /** For client credentials only. */
  tokenUrl: string | null
  now: () => Date
}

export interface TokenSource {
  /** Throws UNAVAILABLE: without a token the call itself is not sent. */
  token(signal: AbortSignal): Promise<string>
  /** The partner did not take it: the next call gets a new one. */
  forget(): void
}

/** Short, so that one that leaks is soon worth nothing. */
const SIGNED_FOR_SECONDS = 600
/** A token is renewed this long before its end, for the call that carries it takes time too. */
const RENEWED_BEFORE_MS = 60_000

interface Token {
  text: string
  endsMs: number
}

/** One token for all calls until it is nearly over; however many wait, it is made once. */
export function tokenSource(options: TokenOptions): TokenSource {
  let kept: Promise<Token> | null = null
  let endsMs = 0
  const make = (signal: AbortSignal) =>
    options.auth === PartnerAuth.Hs256Jwt ? signedHere(options) : granted(options, signal)
  return {
    async token(signal) {
      if (kept === null || endsMs - RENEWED_BEFORE_MS <= options.now().getTime()) {
        // Until it is there it counts as good: others wait for the same one.
        endsMs = Number.POSITIVE_INFINITY
        kept = make(signal).then(
          (token) => {
            endsMs = token.endsMs
            return token
          },
          (error: unknown) => {
            kept = null
            throw error
          },
        )
      }
      return (await kept).text
    },
    forget() {
      kept = null
    },
  }
}

async function signedHere({ consumerKey, sharedSecret, now }: TokenOptions): Promise<Token> {
  const issuedSeconds = Math.floor(now().getTime() / 1000)
  const text = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(consumerKey)
    .setIssuedAt(issuedSeconds)
    .setExpirationTime(issuedSeconds + SIGNED_FOR_SECONDS)
    .sign(new TextEncoder().encode(sharedSecret))
  return { text, endsMs: (issuedSeconds + SIGNED_FOR_SECONDS) * 1000 }
}

const boundedFetch = fetchWithin(MOST_REPLY_BYTES, () => tooLargeReply(Upstream.Partner))

/** RFC 6749, section 4.4: the key and the secret as basic authentication. */
async function granted(options: TokenOptions, signal: AbortSignal): Promise<Token> {
  const { consumerKey, sharedSecret, tokenUrl, now } = options
  const credentials = [consumerKey, sharedSecret].map(encodeURIComponent).join(':')
  try {
    const response = await boundedFetch(tokenUrl ?? '', {
      method: 'POST',
      redirect: 'error',
      signal,
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        accept: 'application/json',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`)
    const { access_token, expires_in } = grant.parse(await response.json())
    return { text: access_token, endsMs: now().getTime() + expires_in * 1000 }
  } catch (error) {
    const text = `partner gave no access token: ${reasonText(error)}`
    throw new UpstreamFailure(FailureKind.Unavailable, Upstream.Partner, 'no_access_token', text, { cause: error })
  }
}

const grant = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i, 'expected Bearer'),
  expires_in: z.number().positive().default(SIGNED_FOR_SECONDS),
})
