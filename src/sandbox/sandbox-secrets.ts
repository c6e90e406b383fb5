/** Lists the secrets that sandboxes and gateway share, which production refuses. */

export const sandboxSecrets = {
  STRIPE_SECRET_KEY: 'sk_test_sandbox',
  STRIPE_WEBHOOK_SECRET: 'whsec_sandbox',
  PAYPAL_CLIENT_ID: 'sandbox-client',
  PAYPAL_CLIENT_SECRET: 'sandbox-secret',
  PAYPAL_WEBHOOK_ID: 'WH-SANDBOX',
  PARTNER_CONSUMER_KEY: 'sandbox-consumer',
  PARTNER_SHARED_SECRET: 'sandbox-partner-secret',
  PARTNER_WEBHOOK_SECRET: 'sandbox-partner-webhook-secret',
  OIDC_AUDIENCE: 'urn:microcredential-gateway',
  /** Of the institutions' machine clients, at the identity provider alone. */
  IDENTITY_CLIENT_SECRET: 'sandbox-client-secret',
} as const
