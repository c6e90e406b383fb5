/** Configures the OpenID Connect server: clients, token claims and no consent page. */
import type { JWK } from 'jose'
import { type ClientMetadata, type Context, errors, Provider } from 'oidc-provider'
import { isLoopback } from '../loopback.ts'
import { html, Markup, page } from '../page.ts'
import { freeAddressesOfLocalApp, localApp } from './local-app.ts'
import { loginPolicy } from './login-hint.ts'
import { personaOfSubject, personas } from './persona.ts'
import { sessionMemory } from './session-memory.ts'
import { signingAlgorithm } from './signing-key.ts'

export interface OpenidProviderOptions {
  issuer: string
  audience: string
  signingKey: JWK
  cookieKey: string
  /** Of every machine client. */
  clientSecret: string
  now: () => Date
}

/** Eight hours: a working day with the GraphiQL page before one has to sign in again. */
export const ACCESS_TOKEN_SECONDS = 8 * 3600
const loginScope = 'openid email profile'
/** The one permission of the gateway as a resource server; roles say the rest. */
const resourceScope = 'graph'

export function openidProvider(options: OpenidProviderOptions): Provider {
  const { issuer, audience, signingKey, cookieKey, clientSecret, now } = options
  const provider = new Provider(issuer, {
    adapter: sessionMemory(now),
    claims: { openid: ['sub'], email: ['email'], profile: ['given_name', 'family_name', 'name', 'zoneinfo'] },
    clientBasedCORS: (_context, origin) => isLoopback(origin),
    clients: clients(clientSecret),
    // The ID token itself tells name and email, since the access token is for the gateway and not for userinfo.
    conformIdTokenClaims: false,
    cookies: { keys: [cookieKey] },
    extraTokenClaims: (_context, token) => personaOfSubject(token.accountId ?? token.clientId)?.claims,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: (_context, resource) => {
          if (resource !== audience) throw new errors.InvalidTarget(`expected the resource ${audience}`)
          const sign = { alg: signingAlgorithm } as const
          return { scope: resourceScope, audience, accessTokenFormat: 'jwt', jwt: { sign } }
        },
        useGrantedResource: () => true,
      },
      rpInitiatedLogout: { enabled: true, logoutSource: showLogout, postLogoutSuccessSource: showLoggedOut },
    },
    findAccount: (_context, sub) => account(sub),
    interactions: { policy: loginPolicy(), url: (_context, { uid }) => `/interaction/${uid}` },
    jwks: { keys: [signingKey] },
    loadExistingGrant: (context) => grantEverything(context, audience),
    renderError: showError,
    responseTypes: ['code'],
    scopes: loginScope.split(' '),
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      ClientCredentials: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 3600,
      Session: ACCESS_TOKEN_SECONDS,
      Grant: ACCESS_TOKEN_SECONDS,
    },
  })
  freeAddressesOfLocalApp(provider)
  return provider
}

/** GraphiQL's page, front ends under work, and one confidential client for each machine persona. */
function clients(clientSecret: string): ClientMetadata[] {
  const graphiql: ClientMetadata = {
    client_id: 'graphiql',
    application_type: 'native',
    grant_types: ['authorization_code'],
    redirect_uris: ['127.0.0.1', 'localhost', '[::1]'].map((host) => `http://${host}:4000/graphql`),
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  const machines = personas.filter(({ kind }) => kind === 'machine')
  return [
    graphiql,
    localApp,
    ...machines.map(
      ({ sub }): ClientMetadata => ({
        client_id: sub,
        client_secret: clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'client_secret_basic',
      }),
    ),
  ]
}

function account(sub: string) {
  const persona = personaOfSubject(sub)
  if (persona?.kind !== 'person') return undefined
  return { accountId: sub, claims: async () => ({ sub, ...persona.claims }) }
}

async function grantEverything(context: Context, audience: string) {
  const { provider, client, session } = context.oidc
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
  grant.addOIDCScope(loginScope)
  grant.addResourceScope(audience, resourceScope)
  await grant.save()
  return grant
}

function showError(context: Context, out: Record<string, string>): void {
  context.type = 'html'
  context.body = brokenOffPage(out.error_description ?? out.error ?? 'unknown')
}

function showLogout(context: Context, form: string): void {
  const button = html`<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>`
  context.body = page({ title: 'Sign out of the local world?', body: html`${new Markup(form)}${button}` })
}

function showLoggedOut(context: Context): void {
  context.body = page({ title: 'You are signed out', body: html`<p>Go back to where you came from.</p>` })
}

/** What a person sees when a sign-in cannot go on. */
export function brokenOffPage(problem: string): string {
  const body = html`<p>Start again from the page that sent you here.</p>`
  return page({ title: 'The sign-in cannot go on', problem, body })
}
