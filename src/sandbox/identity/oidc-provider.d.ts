/** Declares the types used of oidc-provider, which ships none. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  import type { JWK } from 'jose'

  export interface AdapterPayload {
    uid?: string
    userCode?: string
    grantId?: string
    consumed?: number
    [field: string]: unknown
  }
  export interface Adapter {
    upsert(id: string, payload: AdapterPayload, expiresInSeconds?: number): Promise<void>
    find(id: string): Promise<AdapterPayload | undefined>
    findByUid(uid: string): Promise<AdapterPayload | undefined>
    findByUserCode(userCode: string): Promise<AdapterPayload | undefined>
    consume(id: string): Promise<void>
    destroy(id: string): Promise<void>
    revokeByGrantId(grantId: string): Promise<void>
  }
  export interface Grant {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }
  export interface Context {
    body: string
    type: string
    oidc: {
      provider: Provider
      client: { clientId: string }
      session: { accountId: string }
      params: { login_hint?: string }
    }
  }
  export interface Token {
    kind: string
    accountId?: string
    clientId: string
  }
  export interface Account {
    accountId: string
    claims(): Promise<{ sub: string; [claim: string]: unknown }>
  }
  export interface ClientMetadata {
    client_id: string
    client_secret?: string
    application_type?: 'web' | 'native'
    grant_types: string[]
    redirect_uris: string[]
    post_logout_redirect_uris?: string[]
    response_types: string[]
    token_endpoint_auth_method: 'none' | 'client_secret_basic' | 'client_secret_post'
  }
  export interface ResourceServer {
    scope: string
    audience: string
    accessTokenFormat: 'jwt'
    jwt: { sign: { alg: 'RS256' } }
  }
  export interface Configuration {
    adapter: new (model: string) => Adapter
    claims: Record<string, string[]>
    clientBasedCORS: (context: Context, origin: string) => boolean
    clients: ClientMetadata[]
    conformIdTokenClaims: boolean
    cookies: { keys: string[] }
    extraTokenClaims: (context: Context, token: Token) => object | undefined
    features: {
      devInteractions: { enabled: false }
      clientCredentials: { enabled: true }
      resourceIndicators: {
        enabled: true
        defaultResource: () => string
        getResourceServerInfo: (context: Context, resource: string) => ResourceServer
        useGrantedResource: () => boolean
      }
      rpInitiatedLogout: {
        enabled: true
        logoutSource: (context: Context, form: string) => void
        postLogoutSuccessSource: (context: Context) => void
      }
    }
    findAccount: (context: Context, sub: string) => Account | undefined
    interactions: { policy: Prompt[]; url: (context: Context, interaction: { uid: string }) => string }
    jwks: { keys: JWK[] }
    loadExistingGrant: (context: Context) => Promise<Grant>
    renderError: (context: Context, out: Record<string, string>) => void
    responseTypes: string[]
    scopes: string[]
    ttl: Record<string, number>
  }
  export interface Client {
    clientId: string
    redirectUriAllowed(address: string): boolean
    postLogoutRedirectUriAllowed(address: string): boolean
  }
  export interface Prompt {
    checks: { add(check: object): void }
  }
  export const interactionPolicy: {
    base(): Prompt[] & { get(name: 'login' | 'consent'): Prompt }
    Check: new (reason: string, description: string, isAsked: (context: Context) => boolean) => object
  }
  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    Client: { prototype: Client }
    Grant: new (owner: {
      accountId: string
      clientId: string
    }) => Grant
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    interactionDetails(
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<{ uid: string; prompt: { name: string }; params: { client_id: string; login_hint?: string } }>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: { login?: { accountId: string }; consent?: object },
      options: { mergeWithLastSubmission: boolean },
    ): Promise<void>
  }
  export const errors: {
    InvalidTarget: new (message?: string) => Error
    SessionNotFound: new (message?: string) => Error
  }
}
