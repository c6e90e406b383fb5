/** Starts the local world's OpenID Connect provider, with personas instead of passwords. */
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { JWK } from 'jose'
import type { Provider } from 'oidc-provider'
import { z } from 'zod'
import { registerClockControl } from '../clock/clock-control.ts'
import type { LocalClock } from '../clock/local-clock.ts'
import { createProviderServer } from '../provider-server.ts'
import { StateFile } from '../state-file.ts'
import { signAccessToken, type TokenGrant } from './access-token.ts'
import { identityFrontPage } from './front-page.ts'
import { serveLogin } from './login-page.ts'
import { ACCESS_TOKEN_SECONDS, openidProvider } from './openid-provider.ts'
import { findPersona, personaList, personas } from './persona.ts'
import { newSigningKey } from './signing-key.ts'

export interface IdentitySandboxOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  /** Whom the access tokens are for. */
  audience: string
  /** Of the machine clients. */
  clientSecret: string
  /** Keeps the keys across restarts; without it they are new each time. */
  stateFile?: string
  /** Taken where the state has none; without it, a new one is made. */
  signingKey?: JWK
  now?: () => Date
  /** That of the local world, which it serves and does not go by: nobody is logged out by a move. */
  clock?: LocalClock
}

export interface IdentitySandbox {
  /** Also the issuer. */
  url: string
  close(): Promise<void>
}

/** Rejects when the port is taken or the state file is not JSON. */
export async function startIdentitySandbox(options: IdentitySandboxOptions): Promise<IdentitySandbox> {
  const now = options.now ?? (() => new Date())
  const { audience, clientSecret } = options
  const file = await StateFile.open<{ signingKey?: JWK; cookieKey?: string }>(options.stateFile, () => ({}))
  file.state.signingKey ??= options.signingKey ?? (await newSigningKey())
  file.state.cookieKey ??= randomBytes(32).toString('hex')
  file.changed()
  await file.saved()
  const { signingKey, cookieKey } = file.state

  const app = createProviderServer(identityFrontPage)
  // The issuer is the address, and that is known only once the server listens.
  const openid = Promise.withResolvers<Provider>()
  const url = Promise.withResolvers<string>()
  app.addHook('onRequest', async (request, reply) => {
    if (/^\/(_sandbox|interaction)\/|^\/(\?|$)/.test(request.url)) return
    const answer = (await openid.promise).callback()
    reply.hijack()
    await answer(request.raw, reply.raw)
  })
  serveLogin(app, () => openid.promise)
  serveTokens(app, async () => ({ issuer: await url.promise, audience, signingKey, now: now() }))
  if (options.clock) registerClockControl(app, options.clock)
  await app.listen({ host: options.host, port: options.port })
  const issuer = `http://${options.host}:${(app.server.address() as AddressInfo).port}`
  openid.resolve(openidProvider({ issuer, audience, signingKey, cookieKey, clientSecret, now }))
  url.resolve(issuer)
  return { url: issuer, close: () => app.close() }
}

const tokenRequest = z.strictObject({
  persona: z.string(),
  expires_in: z.int().min(-31_536_000).max(31_536_000).default(ACCESS_TOKEN_SECONDS),
})

/** Serves POST /_sandbox/token and the list of whom it can be for. */
function serveTokens(app: FastifyInstance, grant: () => Promise<Omit<TokenGrant, 'expiresInSeconds'>>): void {
  app.get('/_sandbox/personas', async () => ({
    personas: personas.map(({ name, claims }) => ({ name, roles: claims.roles, institution: claims.institution })),
  }))
  app.post('/_sandbox/token', async (request, reply) => {
    const asked = tokenRequest.safeParse(request.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    const persona = findPersona(asked.data.persona)
    if (!persona) {
      return reply
        .code(400)
        .send({ error: `persona: there is no ${asked.data.persona}; expected one of ${personaList}` })
    }
    const expiresInSeconds = asked.data.expires_in
    const access_token = await signAccessToken(persona, { ...(await grant()), expiresInSeconds })
    return { access_token, expires_in: expiresInSeconds, token_type: 'Bearer' }
  })
}
