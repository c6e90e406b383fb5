/** Reads and checks the environment once, as the only user of process.env. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import proxyAddr from '@fastify/proxy-addr'
import { z } from 'zod'
import { ACCESS_TOKEN_TYPE, canBeAccessToken } from './auth/access-token.ts'
import { type KeysFile, problemsOfProduction } from './production.rules.ts'
import { ConfigRefused } from './values/config-refused.ts'

export { ConfigRefused } from './values/config-refused.ts'

const text = z.string().trim().min(1)
const port = z.coerce.number().int().min(0).max(65_535)
const httpUrl = z.url({ protocol: /^https?$/ }).transform((address) => address.replace(/\/+$/, ''))
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ })
const file = text.refine(existsSync, 'there is no such file')
const whole = (fallback: number, least = 1) => z.coerce.number().int().min(least).default(fallback)

const partsOf = (parts: string): string[] =>
  parts
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

/** Parts with commas between them, each of which `fits`. */
const list = (fits: (part: string) => boolean, expected: string, fallback = '') =>
  z
    .string()
    .default(fallback)
    .transform(partsOf)
    .refine((parts) => parts.every(fits), `expected ${expected}, with commas between them`)

/** One, or several with commas between them while one is being replaced: what any of them signed holds. */
const secrets = z
  .string()
  .transform(partsOf)
  .refine(({ length }) => length > 0, 'expected a secret, or several with commas between them')

const isHost = (part: string) => /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(part)

/** Stripe takes a page of 30 minutes to 24 hours: one minute is for the call, five are for clocks that differ. */
const SHORTEST_HOLD_MINUTES = 31
const LONGEST_HOLD_MINUTES = 24 * 60 - 5
const holdExpected = `expected ${SHORTEST_HOLD_MINUTES} to ${LONGEST_HOLD_MINUTES} minutes, because Stripe takes 30 minutes to 24 hours`
/** With any other number of minutes cron's last step of an hour is shorter than the rest, or there is none. */
const cronMinutes = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30]

const isOrigin = (part: string) => !part.includes('*') && URL.canParse(part) && new URL(part).origin === part
/** `*` stands for any port. */
const isOriginOfAnyPort = (part: string) => isOrigin(part.replace(/:\*$/, ''))
/** `*` stands for any port or any one label. */
const isOriginPattern = (part: string) =>
  /^https?:\/\/(\[[\da-f:]+\]|[\w-]*(\*?[\w-]*\.)*[\w*-]+)(:(\d+|\*))?$/.test(part)

function isProxy(part: string): boolean {
  try {
    proxyAddr.compile(part)
    return true
  } catch {
    return false
  }
}

/** Every variable with what it does; `npm run variables` writes the table of them in src/README.md. */
export const variables = z.object({
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('production')
    .describe('`production`: safe settings only, no introspection, trusted documents only; or `development`, `test`'),
  HOST: text.default('127.0.0.1').describe('address on which it listens'),
  PORT: port.default(4000).describe('port on which it listens'),
  OPERATIONS_PORT: port.default(4001).describe('port of health and metrics, which answers however busy the gateway is'),
  HEALTH_ON_PUBLIC_PORT: z
    .enum(['on', 'off'])
    .default('off')
    .describe('`on`: health and metrics are answered on `PORT` too, for anybody'),
  PUBLIC_URL: httpUrl.describe('where clients reach the gateway'),
  DATABASE_URL: postgresUrl.describe('PostgreSQL 18; migrations run at start'),
  DATABASE_POOL: whole(10).describe('connections for writes; reads take four more, the worker six'),
  STRIPE_SECRET_KEY: text.describe('secret API key; production takes a live one only'),
  STRIPE_WEBHOOK_SECRET: secrets.describe(
    'signing secret of the endpoint `/webhooks/stripe`; several while one is being replaced',
  ),
  STRIPE_API_BASE: httpUrl.default('https://api.stripe.com').describe('where Stripe is asked'),
  PAYPAL_CLIENT_ID: text.describe('client id of the REST app'),
  PAYPAL_CLIENT_SECRET: text.describe('secret of the REST app'),
  PAYPAL_WEBHOOK_ID: text.describe('id of the webhook to `/webhooks/paypal`'),
  PAYPAL_API_BASE: httpUrl.default('https://api-m.paypal.com').describe('where PayPal is asked'),
  PAYPAL_WEB_BASE: httpUrl.default('https://www.paypal.com').describe('where buyers are sent'),
  PROVIDER_HOSTS: list(isHost, 'hosts, e.g. stripe.egress.example.org').describe(
    "hosts besides the providers' own at which production may ask Stripe and PayPal, e.g. of a proxy",
  ),
  PAYPAL_WEBHOOK_CA_FILE: file
    .optional()
    .describe('a further root for webhook certificates: for the sandbox, refused in production'),
  PARTNER_BASE_URL: httpUrl.describe("the registration partner's API; its webhooks go to `/webhooks/partner`"),
  PARTNER_CONSUMER_KEY: text.describe('name of this gateway at the partner'),
  PARTNER_SHARED_SECRET: text.describe('signs the tokens for the partner, or fetches them'),
  PARTNER_WEBHOOK_SECRET: secrets.describe("signs the partner's webhooks; several while one is being replaced"),
  PARTNER_AUTH: z
    .enum(['hs256-jwt', 'oauth2-client-credentials'])
    .default('hs256-jwt')
    .describe('`hs256-jwt`: tokens are signed here; `oauth2-client-credentials`: they are fetched'),
  PARTNER_TOKEN_URL: httpUrl.optional().describe('where tokens are fetched; required for client credentials'),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .describe('who vouches for callers; tokens carry `roles` and `institution`'),
  OIDC_AUDIENCE: text.describe('what their `aud` must hold'),
  OIDC_TOKEN_TYPES: list(canBeAccessToken, 'types of access tokens, e.g. at+jwt or JWT', ACCESS_TOKEN_TYPE).describe(
    'what their `typ` may be; `JWT`, or `none` for no `typ`, is for providers that do not know RFC 9068',
  ),
  OIDC_CLIENTS: list((part) => part !== '', 'client ids').describe(
    'clients whose tokens are taken, by `client_id` or `azp`; without it those of all clients',
  ),
  SIGNING_KEYS_FILE: file.describe('private JWKS of Ed25519 keys, the newest first; keys without `d` still verify'),
  REGISTER_FILE: file.optional().describe('JSON of the seller, institutions, qualifications and their first policies'),
  RETURN_URL_ORIGINS: list(isOriginPattern, 'origins, e.g. https://app.example.org').describe(
    'origins that buyers may be sent back to; required in production',
  ),
  CORS_ORIGINS: list(isOriginOfAnyPort, 'origins, e.g. https://app.example.org').describe(
    "browser origins that may ask, besides the gateway's own; outside production the port may be `*`",
  ),
  TRUST_PROXY: list(isProxy, 'addresses or ranges, e.g. 10.0.0.0/8').describe('proxies whose X-Forwarded-For counts'),
  TRUSTED_DOCUMENTS_FILE: file
    .optional()
    .describe('manifest of known operations; without it only operators and routers may ask in production'),
  PLAINTEXT_HOSTS: list(isHost, 'hosts, e.g. db.internal').describe(
    'hosts of PostgreSQL and Redis that production may reach without TLS',
  ),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('rate limits and kept answers shared over replicas; in memory otherwise'),
  DRAIN_NOTICE_MS: whole(0, 0).describe(
    'ms for which a gateway told to stop goes on answering while `/health/ready` says no: for balancers that do not repeat',
  ),
  GRAPHIQL: z
    .enum(['on', 'off'])
    .optional()
    .describe('`on` or `off`; unless said, on, but in production off, and introspection with it'),
  COMPILED_QUERIES: z.enum(['on', 'off']).default('on').describe('`off`: every operation runs in graphql-js'),
  HOLD_MINUTES: z.coerce
    .number()
    .int(holdExpected)
    .min(SHORTEST_HOLD_MINUTES, holdExpected)
    .max(LONGEST_HOLD_MINUTES, holdExpected)
    .default(35)
    .describe(`minutes that a place is held for a payment, ${SHORTEST_HOLD_MINUTES} to ${LONGEST_HOLD_MINUTES}`),
  TERMS_VERSION: text
    .max(100)
    .optional()
    .describe('version of the terms of sale, e.g. `2026-09-01`; required in production'),
  TERMS_URL: httpUrl.optional().describe('where the terms can be read and kept; required in production'),
  TERMS_FROM: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('instant from which the terms hold, e.g. `2026-09-01T00:00:00Z`; required in production'),
  TERMS_EXPRESS_REQUEST: z
    .enum(['on', 'off'])
    .optional()
    .describe(
      '`on`: accepting the terms also asks expressly that study may begin inside the statutory period; required in production',
    ),
  STALE_AFTER_MINUTES: whole(60).describe('age in minutes at which mirrored facts are marked stale'),
  SYNC_EVERY_MINUTES: z.coerce
    .number()
    .refine((minutes) => cronMinutes.includes(minutes), `expected one of ${cronMinutes.join(', ')}`)
    .default(5)
    .describe(`minutes between synchronisations with the partner: ${cronMinutes.join(', ')}`),
  MAIL_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('mail server for messages to learners, `smtp://` or `smtps://`; without it they wait'),
  MAIL_FROM: text.optional().describe('whom those messages are from; required with `MAIL_URL`'),
  CLOCK_FILE: text
    .optional()
    .describe('file that says how far the clock is ahead of real time: for the local world, refused in production'),
  SECURITY_CONTACT: z
    .string()
    .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'expected a mailto: or https: address')
    .optional()
    .describe('whom researchers tell of a weakness, in `/.well-known/security.txt`; without it there is no such page'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .describe('OpenTelemetry collector that traces are sent to; without it there are none'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .default('info')
    .describe('what the log holds: `fatal`, `error`, `warn`, `info`, `debug` or `silent`'),
})

/** Former names: a start that still sets one would run without what it asks for. */
const renamed = { JIT: 'COMPILED_QUERIES' }

export type Config = z.infer<typeof variables>

/**
 * The whole configuration. Throws ConfigRefused with one line for each variable that is missing or does not fit, and,
 * when NODE_ENV is production, for each that is weak or left over from the sandbox.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable is an unset one: that is how shells and compose files leave things out.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  for (const [former, name] of Object.entries(renamed)) {
    if (given[former] !== undefined) throw new ConfigRefused(`${former} is now called ${name}: rename the variable.`)
  }
  const read = variables.safeParse(given)
  if (!read.success) {
    const lines = read.error.issues.map(({ path, message }) => {
      const name = path.join('.')
      return given[name] === undefined ? `${name} is missing.` : `${name} does not fit: ${message}.`
    })
    throw new ConfigRefused(`The environment is not complete:\n  ${lines.join('\n  ')}`)
  }
  const config = read.data
  if (config.PARTNER_AUTH === 'oauth2-client-credentials' && config.PARTNER_TOKEN_URL === undefined) {
    throw new ConfigRefused('PARTNER_TOKEN_URL is missing: with these PARTNER_AUTH tokens are fetched from there.')
  }
  if ((config.MAIL_URL === undefined) !== (config.MAIL_FROM === undefined)) {
    throw new ConfigRefused('MAIL_URL and MAIL_FROM go together: set both, or neither.')
  }
  const keys = readKeysFile(config.SIGNING_KEYS_FILE)
  const problems = config.NODE_ENV === 'production' ? problemsOfProduction(config, keys) : []
  if (problems.length) throw new ConfigRefused(`Not safe for production:\n  ${problems.join('\n  ')}`)
  return config
}

function readKeysFile(path: string): KeysFile {
  try {
    return { text: readFileSync(path, 'utf8'), mode: statSync(path).mode }
  } catch (error) {
    const { message } = error as Error
    throw new ConfigRefused(
      `SIGNING_KEYS_FILE cannot be read (${message}); give it to the user that the gateway runs as.`,
    )
  }
}

/** The terms of sale. Outside production they need not be said: nobody buys there. */
export function termsOf(config: Config) {
  const { TERMS_VERSION = 'trial', TERMS_URL = config.PUBLIC_URL, TERMS_FROM = '2026-01-01T00:00:00Z' } = config
  return {
    version: TERMS_VERSION,
    url: TERMS_URL,
    effectiveFrom: new Date(TERMS_FROM),
    includesExpressRequest: config.TERMS_EXPRESS_REQUEST === 'on',
  }
}

/** Alone, for the migration tool, which needs nothing else. */
export function databaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  return postgresUrl.parse(env.DATABASE_URL ?? 'postgresql://127.0.0.1:4050/gateway')
}
