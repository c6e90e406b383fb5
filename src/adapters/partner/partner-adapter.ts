/** Joins the partner's catalogue, accounts and registrations behind the three ports that need them. */
import type { CourseSource } from '../../courses/course-source.ts'
import type { RegistrationPartner } from '../../enrolments/registration-partner.ts'
import type { AccountPartner } from '../../learners/account-partner.ts'
import { Upstream } from '../../values/upstream-failure.ts'
import type { CallObservers } from '../call-log.ts'
import { type BreakerState, type CallLimits, upstreamCall } from '../upstream-call.ts'
import { partnerAccounts } from './partner-accounts.ts'
import { partnerCatalogue } from './partner-catalogue.ts'
import { partnerExchange } from './partner-exchange.ts'
import { partnerRegistrations } from './partner-registrations.ts'
import { PartnerAuth, tokenSource } from './partner-token.ts'
import { verifyPartnerNotice } from './partner-webhook.ts'

export interface PartnerOptions extends CallObservers {
  /** E.g. https://partner.example/partners */
  baseUrl: string
  /** With client credentials: the client's id and secret. */
  consumerKey: string
  sharedSecret: string
  /** One, or several while one is being replaced. */
  webhookSecrets: readonly string[]
  auth?: PartnerAuth
  /** Where tokens are fetched, for client credentials. */
  tokenUrl?: string | undefined
  now: () => Date
  limits?: Partial<CallLimits>
}

export type Partner = CourseSource & AccountPartner & RegistrationPartner & { state(): BreakerState }

/** The adapter, and the state of its breaker for health and metrics. Throws a TypeError for credentials without a token URL. */
export function partnerAdapter(options: PartnerOptions): Partner {
  const {
    log,
    onCall,
    onHeldBack,
    limits,
    baseUrl,
    webhookSecrets,
    auth = PartnerAuth.Hs256Jwt,
    tokenUrl = null,
  } = options
  if (auth === PartnerAuth.ClientCredentials && tokenUrl === null) {
    throw new TypeError(`Expected tokenUrl, where ${auth} fetches its tokens.`)
  }
  const held = onHeldBack && { onHeldBack }
  const call = upstreamCall({ upstream: Upstream.Partner, log, onCall, ...held, ...(limits && { limits }) })
  const tokens = tokenSource({ ...options, auth, tokenUrl })
  const exchange = partnerExchange({ baseUrl, tokens, call })
  return {
    ...partnerCatalogue(exchange),
    ...partnerAccounts(exchange),
    ...partnerRegistrations(exchange, log),
    state: call.state,
    silent: call.silent,
    verifyNotice: (rawBody, headers) => verifyPartnerNotice({ rawBody, headers }, webhookSecrets, baseUrl),
  }
}
