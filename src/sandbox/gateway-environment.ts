/** Builds the environment variables that point a gateway at the local world. */
import { join } from 'node:path'
import type { LocalSettings } from './local-settings.ts'
import { sandboxSecrets } from './sandbox-secrets.ts'

/** Where the PayPal sandbox's root certificate is left for the gateway. */
export const paypalCaFile = (localFolder: string) => join(localFolder, 'paypal-ca.pem')
/** Where the gateway's private signing keys are kept. */
export const signingKeysFile = (localFolder: string) => join(localFolder, 'signing-keys.json')

/** Where the sandboxes keep the clock of the local world. */
export const clockFile = (localFolder: string) => join(localFolder, 'clock.json')

/** Front ends under work, on whatever port. */
const loopbackOrigins = ['http://localhost:*', 'http://127.0.0.1:*', 'http://[::1]:*']

const returnUrlOrigins = [
  ...loopbackOrigins,
  'https://example.org',
  'https://*.example.org',
  'https://example.com',
  'https://*.example.com',
  'https://app.example',
  'https://shop.example',
  'https://learn.example',
]

/**
 * What `env` says, completed for the parts that run here. Nothing is added for a replaced part: its gaps are the
 * gateway's to name. `databaseUrl` is the embedded server's, undefined when `env` names another.
 */
export function gatewayEnvironment(
  env: NodeJS.ProcessEnv,
  settings: LocalSettings,
  databaseUrl: string | undefined,
): NodeJS.ProcessEnv {
  const { gateway, localFolder, root, sandboxes } = settings
  const completed: NodeJS.ProcessEnv = {
    NODE_ENV: 'development',
    HOST: gateway.host,
    PORT: `${gateway.port}`,
    OPERATIONS_PORT: `${gateway.operationsPort}`,
    PUBLIC_URL: gateway.publicUrl,
    REGISTER_FILE: join(root, 'src', 'sandbox', 'seed', 'register.json'),
    CORS_ORIGINS: loopbackOrigins.join(','),
    RETURN_URL_ORIGINS: returnUrlOrigins.join(','),
    TERMS_VERSION: '2026-09-01',
    TERMS_URL: 'https://example.org/terms',
    TERMS_FROM: '2026-09-01T00:00:00Z',
    TERMS_EXPRESS_REQUEST: 'off',
    SIGNING_KEYS_FILE: signingKeysFile(localFolder),
    CLOCK_FILE: clockFile(localFolder),
    GRAPHIQL: 'on',
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...(sandboxes.partner && { PARTNER_BASE_URL: `${local(sandboxes.partner)}/partners`, ...secrets('PARTNER_') }),
    ...(sandboxes.stripe && { STRIPE_API_BASE: local(sandboxes.stripe), ...secrets('STRIPE_') }),
    ...(sandboxes.paypal && {
      PAYPAL_API_BASE: local(sandboxes.paypal),
      PAYPAL_WEB_BASE: local(sandboxes.paypal),
      PAYPAL_WEBHOOK_CA_FILE: paypalCaFile(localFolder),
      ...secrets('PAYPAL_'),
    }),
    ...(settings.smtpPort && {
      MAIL_URL: `smtp://127.0.0.1:${settings.smtpPort}`,
      MAIL_FROM: 'Microcredentials <no-reply@microcredentials.example>',
    }),
    ...(sandboxes.identity && { OIDC_ISSUER: local(sandboxes.identity), ...secrets('OIDC_') }),
  }
  for (const [name, value] of Object.entries(env)) if (value) completed[name] = value
  return completed
}

const local = (port: number) => `http://127.0.0.1:${port}`

const secrets = (prefix: string) =>
  Object.fromEntries(Object.entries(sandboxSecrets).filter(([name]) => name.startsWith(prefix)))
