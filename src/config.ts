/** Reads and checks the environment once; the only use of process.env. */
import { z } from 'zod'

/** What the local world uses; production refuses to start with any of it. */
const sandboxSecrets = new Set([
  ...['sk_test_sandbox', 'whsec_sandbox', 'sandbox-client', 'sandbox-secret', 'WH-SANDBOX', 'sandbox-consumer'],
  ...['sandbox-partner-secret', 'sandbox-partner-webhook-secret'],
])

const secret = z.string().trim().min(1)
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
const port = z.coerce.number().int().min(0).max(65_535)
const httpUrl = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ })
const whole = (fallback: number, least = 1) => z.coerce.number().int().min(least).default(fallback)

const variables = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(4000),
  PUBLIC_URL: httpUrl,
  DATABASE_URL: postgresUrl,
  DATABASE_POOL: whole(10),
  STRIPE_SECRET_KEY: secret,
  STRIPE_WEBHOOK_SECRET: secret,
  STRIPE_API_BASE: httpUrl.default('https://api.stripe.com'),
  PAYPAL_CLIENT_ID: secret,
  PAYPAL_CLIENT_SECRET: secret,
  PAYPAL_WEBHOOK_ID: secret,
  PAYPAL_API_BASE: httpUrl.default('https://api-m.paypal.com'),
  PAYPAL_WEB_BASE: httpUrl.default('https://www.paypal.com'),
  PAYPAL_WEBHOOK_CA_FILE: z.string().optional(),
  PARTNER_BASE_URL: httpUrl,
  PARTNER_CONSUMER_KEY: secret,
  PARTNER_SHARED_SECRET: secret,
  PARTNER_WEBHOOK_SECRET: secret,
  PARTNER_AUTH: z.enum(['hs256-jwt', 'oauth2-client-credentials']).default('hs256-jwt'),
  PARTNER_TOKEN_URL: httpUrl.optional(),
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }),
  OIDC_AUDIENCE: secret,
  SIGNING_KEYS_FILE: secret,
  REGISTER_FILE: z.string().optional(),
  RETURN_URL_ORIGINS: list,
  CORS_ORIGINS: list,
  TRUST_PROXY: list,
  TRUSTED_DOCUMENTS_FILE: z.string().optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  GRAPHIQL: z.enum(['on', 'off']).optional(),
  JIT: z.enum(['on', 'off']).default('on'),
  HOLD_MINUTES: whole(30),
  STALE_AFTER_MINUTES: whole(60),
  SYNC_EVERY_MINUTES: whole(5),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
})

export type Config = z.infer<typeof variables>

/** The environment does not fit; the message is a list that says of each variable what to do. */
export class ConfigRefused extends Error {
  override readonly name = 'ConfigRefused'
}

function problemsOfProduction(config: Config): string[] {
  const problems: string[] = []
  for (const [name, value] of Object.entries(config)) {
    if (typeof value === 'string' && sandboxSecrets.has(value)) {
      problems.push(`${name} is the sandbox's own value; set the real one.`)
    }
  }
  for (const name of ['PUBLIC_URL', 'OIDC_ISSUER', 'PARTNER_BASE_URL', 'STRIPE_API_BASE', 'PAYPAL_API_BASE'] as const) {
    if (!config[name].startsWith('https://')) problems.push(`${name} must begin with https:// in production.`)
  }
  for (const name of ['STRIPE_WEBHOOK_SECRET', 'PARTNER_SHARED_SECRET', 'PARTNER_WEBHOOK_SECRET'] as const) {
    if (config[name].length < 16) problems.push(`${name} is weak: at least 16 characters are needed in production.`)
  }
  if (config.STRIPE_SECRET_KEY.startsWith('sk_test_'))
    problems.push('STRIPE_SECRET_KEY is a test key; set the live one.')
  if (config.PAYPAL_WEBHOOK_CA_FILE) {
    problems.push('PAYPAL_WEBHOOK_CA_FILE is for the sandbox; unset it, so that only public roots may sign.')
  }
  if (config.RETURN_URL_ORIGINS.length === 0) {
    problems.push('RETURN_URL_ORIGINS is missing: list the origins of your front ends, e.g. https://app.example.org.')
  }
  if (config.RETURN_URL_ORIGINS.some((origin) => origin.includes('localhost') || origin.includes('127.0.0.1'))) {
    problems.push('RETURN_URL_ORIGINS names this machine; list only the origins of your front ends.')
  }
  return problems
}

/**
 * The whole configuration. Throws ConfigRefused with one line for each variable that is missing or does not fit, and,
 * when NODE_ENV is production, for each that is weak or left over from the sandbox.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable is an unset one: that is how shells and compose files leave things out.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const read = variables.safeParse(given)
  if (!read.success) {
    const lines = read.error.issues.map(({ path, code, message }) => {
      const name = path.join('.')
      return given[name] === undefined ? `${name} is missing.` : `${name} does not fit: ${message} (${code}).`
    })
    throw new ConfigRefused(`The environment is not complete:\n  ${lines.join('\n  ')}`)
  }
  const problems = read.data.NODE_ENV === 'production' ? problemsOfProduction(read.data) : []
  if (problems.length) throw new ConfigRefused(`Not safe for production:\n  ${problems.join('\n  ')}`)
  return read.data
}

/** Alone, for the migration tool, which needs nothing else. */
export function databaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  return postgresUrl.parse(env.DATABASE_URL ?? 'postgresql://127.0.0.1:4050/gateway')
}
