/** Opens the adapters of all upstreams. */
import { readFileSync } from 'node:fs'
import type { CallObservers } from './adapters/call-log.ts'
import { partnerAdapter } from './adapters/partner/partner-adapter.ts'
import { payPalProvider } from './adapters/paypal/paypal-provider.ts'
import { stripeProvider } from './adapters/stripe/stripe-provider.ts'
import type { CallLimits } from './adapters/upstream-call.ts'
import type { Config } from './config.ts'

/** Each has its own breaker; all are on one log and one clock. */
export function openUpstreams(
  config: Config,
  observed: CallObservers & { limits?: Partial<CallLimits> },
  now: () => Date,
) {
  return {
    stripe: stripeProvider({
      ...observed,
      secretKey: config.STRIPE_SECRET_KEY,
      webhookSecrets: config.STRIPE_WEBHOOK_SECRET,
      baseUrl: config.STRIPE_API_BASE,
    }),
    payPal: payPalProvider({
      ...observed,
      clientId: config.PAYPAL_CLIENT_ID,
      clientSecret: config.PAYPAL_CLIENT_SECRET,
      webhookId: config.PAYPAL_WEBHOOK_ID,
      baseUrl: config.PAYPAL_API_BASE,
      webUrl: config.PAYPAL_WEB_BASE,
      extraCa: config.PAYPAL_WEBHOOK_CA_FILE ? readFileSync(config.PAYPAL_WEBHOOK_CA_FILE, 'utf8') : null,
    }),
    partner: partnerAdapter({
      ...observed,
      baseUrl: config.PARTNER_BASE_URL,
      consumerKey: config.PARTNER_CONSUMER_KEY,
      sharedSecret: config.PARTNER_SHARED_SECRET,
      webhookSecrets: config.PARTNER_WEBHOOK_SECRET,
      auth: config.PARTNER_AUTH,
      tokenUrl: config.PARTNER_TOKEN_URL,
      now,
    }),
  }
}
