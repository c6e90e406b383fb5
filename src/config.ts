/** Reads and checks the environment once, as the only user of process.env. */
import { existsSync, readFileSync } from 'node:fs'
import proxyAddr from '@fastify/proxy-addr'
import { z } from 'zod'
import { problemsOfProduction } from './production.rules.ts'

const text = z.string().trim().min(1)
const port = z.coerce.number().int().min(0).max(65_535)
const httpUrl = z.url({ protocol: /^https?$/ }).transform((address) => address.replace(/\/+$/, ''))
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ })
const file = text.refine(existsSync, 'there is no such file')
const whole = (fallback: number, least = 1) => z.coerce.number().int().min(least).default(fallback)

/** Parts with commas between them, each of which `fits`. */
const list = (fits: (part: string) => boolean, expected: string) =>
  z
    .string()
    .default('')
    .transform((parts) =>
      parts
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .refine((parts) => parts.every(fits), `expected ${expected}, with commas between them`)

const isOrigin = (part: string) => URL.canParse(part) && new URL(part).origin === part
/** `*` stands for any port or any one label. */
const isOriginPattern = (part: string) => /^https?:\/\/[\w-]*(\*?[\w-]*\.)*[\w*-]+(:(\d+|\*))?$/.test(part)

function isProxy(part: string): boolean {
  try {
    proxyAddr.compile(part)
    return true
  } catch {
    return false
  }
}

/** Every variable; the README describes each, and a test compares them. */
export const variables = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
  HOST: text.default('127.0.0.1'),
  PORT: port.default(4000),
  PUBLIC_URL: httpUrl,
  DATABASE_URL: postgresUrl,
  DATABASE_POOL: whole(10),
  STRIPE_SECRET_KEY: text,
  STRIPE_WEBHOOK_SECRET: text,
  STRIPE_API_BASE: httpUrl.default('https://api.stripe.com'),
  PAYPAL_CLIENT_ID: text,
  PAYPAL_CLIENT_SECRET: text,
  PAYPAL_WEBHOOK_ID: text,
  PAYPAL_API_BASE: httpUrl.default('https://api-m.paypal.com'),
  PAYPAL_WEB_BASE: httpUrl.default('https://www.paypal.com'),
  PAYPAL_WEBHOOK_CA_FILE: file.optional(),
  PARTNER_BASE_URL: httpUrl,
  PARTNER_CONSUMER_KEY: text,
  PARTNER_SHARED_SECRET: text,
  PARTNER_WEBHOOK_SECRET: text,
  PARTNER_AUTH: z.enum(['hs256-jwt', 'oauth2-client-credentials']).default('hs256-jwt'),
  PARTNER_TOKEN_URL: httpUrl.optional(),
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }),
  OIDC_AUDIENCE: text,
  SIGNING_KEYS_FILE: file,
  REGISTER_FILE: file.optional(),
  RETURN_URL_ORIGINS: list(isOriginPattern, 'origins, e.g. https://app.example.org'),
  CORS_ORIGINS: list(isOrigin, 'origins, e.g. https://app.example.org'),
  TRUST_PROXY: list(isProxy, 'addresses or ranges, e.g. 10.0.0.0/8'),
  TRUSTED_DOCUMENTS_FILE: file.optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  GRAPHIQL: z.enum(['on', 'off']).optional(),
  COMPILED_QUERIES: z.enum(['on', 'off']).default('on'),
  HOLD_MINUTES: whole(30),
  STALE_AFTER_MINUTES: whole(60),
  SYNC_EVERY_MINUTES: whole(5),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
})

export type Config = z.infer<typeof variables>

/** The environment does not fit; the message is a list that says of each variable what to do. */
export class ConfigRefused extends Error {
  override readonly name = 'ConfigRefused'
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
  const production = config.NODE_ENV === 'production'
  const problems = production ? problemsOfProduction(config, readFileSync(config.SIGNING_KEYS_FILE, 'utf8')) : []
  if (problems.length) throw new ConfigRefused(`Not safe for production:\n  ${problems.join('\n  ')}`)
  return config
}

/** Alone, for the migration tool, which needs nothing else. */
export function databaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  return postgresUrl.parse(env.DATABASE_URL ?? 'postgresql://127.0.0.1:4050/gateway')
}
