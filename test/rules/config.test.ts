/** Tests that a start refuses an incomplete or unsafe environment by name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { ConfigRefused, readConfig, variables } from '../../src/config.ts'
import { gatewayEnvironment } from '../../src/sandbox/gateway-environment.ts'
import { readLocalSettings } from '../../src/sandbox/local-settings.ts'
import { sandboxSecrets } from '../../src/sandbox/sandbox-secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'config-'))
afterAll(() => rmSync(folder, { recursive: true }))
function fileOf(name: string, content: string, mode = 0o600): string {
  writeFileSync(join(folder, name), content, { mode })
  return join(folder, name)
}

/** What a production of somebody's is started with. */
const good = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://graph.example.org',
  DATABASE_URL: 'postgresql://gateway:gT2-zW8q_Rk5Vn1x@db.example.org/gateway?sslmode=verify-full',
  STRIPE_SECRET_KEY: 'sk_live_51Nz8QkLw2Xv7TbYp0RsGd4Hf',
  STRIPE_WEBHOOK_SECRET: 'whsec_q7RzT1vK9mXw3LbN5sYd8PgH2c',
  PAYPAL_CLIENT_ID: 'a-client',
  PAYPAL_CLIENT_SECRET: 'EJ4x9Qw1Zt7Lk3Vb6Nm0Rp8Ys5',
  PAYPAL_WEBHOOK_ID: 'WH-1',
  PARTNER_BASE_URL: 'https://partner.example/partners',
  PARTNER_CONSUMER_KEY: 'consumer',
  PARTNER_SHARED_SECRET: '9f86d081884c7d659a2feaa0c55ad015',
  PARTNER_WEBHOOK_SECRET: 'cinnamon orbit lantern gravel whisker tundra',
  OIDC_ISSUER: 'https://login.example.org',
  OIDC_AUDIENCE: 'urn:gateway',
  SIGNING_KEYS_FILE: fileOf('keys.json', '{"keys":[{"kid":"2026-11"}]}'),
  RETURN_URL_ORIGINS: 'https://app.example.org',
  TERMS_VERSION: '2026-09-01',
  TERMS_URL: 'https://example.org/terms',
  TERMS_FROM: '2026-09-01T00:00:00Z',
  TERMS_EXPRESS_REQUEST: 'off',
}

const other = 'whsec_Zk4QpT8vLw1Xb6Ny3Rm9'
const database = (host: string) => `postgresql://gateway:gT2-zW8q_Rk5Vn1x@${host}/gateway`
const tls = (rest: string) => `postgresql://${rest}/gateway?sslmode=verify-full`

/** What is said of the good environment with those changes; null when it is taken. */
function refusal(changes: Record<string, string>): string | null {
  try {
    readConfig({ ...good, ...changes })
    return null
  } catch (error) {
    if (!(error instanceof ConfigRefused)) throw error
    return error.message
  }
}

const required = Object.entries(variables.shape)
  .filter(([, schema]) => !schema.safeParse(undefined).success)
  .map(([name]) => name)

const unsafeModes = ['disable', 'prefer', 'no-verify', 'verify-full&sslmode=disable']
const publicAddresses = [
  'PUBLIC_URL',
  'OIDC_ISSUER',
  'PARTNER_BASE_URL',
  'STRIPE_API_BASE',
  'PAYPAL_API_BASE',
  'PAYPAL_WEB_BASE',
]
const providerBases = ['STRIPE_API_BASE', 'PAYPAL_API_BASE', 'PAYPAL_WEB_BASE']
const hostsOfAnybody = ['*', '*.org', '*.co.uk', '*.github.io', 'app-*.vercel.app', '*.ck', 'app.*', 'app.*.org', '*:*']
const unevenMinutes = ['0', '7', '45', '60', '2.5']
const heldTooShortOrLong = ['0', '30', '1436', '35.5']

describe('production', () => {
  it('starts with what is needed', () => {
    expect(refusal({})).toBeNull()
  })

  it.each(required)('does not start without %s', (name) => {
    expect(refusal({ [name]: '' })).toBe(`The environment is not complete:\n  ${name} is missing.`)
  })

  it('names all that is missing at once', () => {
    const missing = Object.fromEntries(required.map((name) => [name, '']))
    expect(refusal(missing)?.match(/\w+(?= is missing)/g)).toEqual(required)
  })

  const { OIDC_AUDIENCE: _, IDENTITY_CLIENT_SECRET: __, ...left } = sandboxSecrets
  it.each(Object.entries(left))("does not start with the sandbox's %s", (name, value) => {
    expect(refusal({ [name]: value })).toContain(`${name} is the sandbox's own value`)
  })

  it.each([
    ['STRIPE_SECRET_KEY', 'sk_test_51Nz8QkLw2Xv7TbYp0RsGd4Hf', /test key/],
    ['STRIPE_SECRET_KEY', 'sk_live_x', /weak: \d+ bits to guess, and 64 are needed/],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_x', /weak/],
    ['STRIPE_WEBHOOK_SECRET', `${good.STRIPE_WEBHOOK_SECRET}, whsec_xxxxxxxxxxxxxxxxxxxxxxxx`, /weak/],
    ['PAYPAL_CLIENT_SECRET', 'short', /weak/],
    ['PARTNER_SHARED_SECRET', 'a-long-secret-of-words', /weak/],
    ['PARTNER_WEBHOOK_SECRET', 'short', /weak/],
    ['PARTNER_WEBHOOK_SECRET', `1234567890123456789012,${good.PARTNER_WEBHOOK_SECRET}`, /weak/],
    ['PARTNER_WEBHOOK_SECRET', good.PARTNER_SHARED_SECRET, /SHARED_SECRET and PARTNER_WEBHOOK_SECRET are equal/],
    ['STRIPE_WEBHOOK_SECRET', `x, ${good.PAYPAL_CLIENT_SECRET}`, /and PAYPAL_CLIENT_SECRET are equal/],
    ['DATABASE_URL', tls(`gateway:${good.PARTNER_SHARED_SECRET}@db.example.org`), /PARTNER_SHARED_SECRET and .*equal/],
    ['DATABASE_URL', tls('gateway@db.example.org'), /has no password/],
    ['DATABASE_URL', tls('gateway:gateway@db.example.org'), /weak/],
    ['DATABASE_URL', `${tls('gateway@db.example.org')}&password=gateway`, /weak/],
    ['DATABASE_URL', 'postgresql://postgres@127.0.0.1:4050/gateway', /has no password/],
    [
      'DATABASE_URL',
      database('db.example.org'),
      /without TLS: end it with \?sslmode=verify-full, or name db.example.org/,
    ],
    ['DATABASE_URL', `${database('localhost')}?host=db.example.org`, /without TLS.* name db.example.org/],
    ...unsafeModes.map((mode): [string, string, RegExp] => [
      'DATABASE_URL',
      `${database('db.example.org')}?sslmode=${mode}`,
      /without TLS/,
    ]),
    ['REDIS_URL', 'redis://:gT3-zW8q_Rk5Vn1y@cache.example.org:6379', /without TLS: begin it with rediss:\/\//],
    ['REDIS_URL', 'rediss://cache.example.org:6379', /has no password/],
    ['REDIS_URL', 'redis://127.0.0.1:6379', /has no password/],
    ['REDIS_URL', 'rediss://:redis@cache.example.org:6379', /weak/],
    ...publicAddresses.flatMap((name): [string, string, RegExp][] => [
      [name, 'http://elsewhere.example', /must begin with https/],
      [name, 'https://127.0.0.1:4000', /names this machine/],
    ]),
    ...providerBases.flatMap((name): [string, string, RegExp][] => [
      [name, 'https://elsewhere.example', /is not at [\w.-]+.* or name elsewhere.example in PROVIDER_HOSTS/],
      [name, 'https://api.stripe.com.example', /is not at/],
      [name, 'https://api.stripe.com:8443', /is not at/],
    ]),
    ['PUBLIC_URL', 'https://[::1]:4000', /names this machine/],
    ['PUBLIC_URL', 'https://gateway.localhost', /names this machine/],
    ['PUBLIC_URL', 'https://2130706433', /names this machine/],
    ['PAYPAL_API_BASE', 'https://api-m.sandbox.paypal.com', /names a sandbox/],
    ['PAYPAL_WEB_BASE', 'https://www.sandbox.paypal.com', /names a sandbox/],
    ['PARTNER_TOKEN_URL', 'http://partner.example/token', /must begin with https/],
    ['PAYPAL_WEBHOOK_CA_FILE', fileOf('ca.pem', ''), /is for the sandbox/],
    ['CLOCK_FILE', '/var/lib/gateway/clock.json', /is for the local world/],
    ['REGISTER_FILE', 'src/sandbox/seed/register.json', /is the sandbox's/],
    ['SIGNING_KEYS_FILE', fileOf('sandbox-keys.json', '{"keys":[{"kid": "sandbox-1"}]}'), /sandbox's own key/],
    ['SIGNING_KEYS_FILE', fileOf('group.json', '{"keys":[]}', 0o640), /\(mode 640\): chmod 600 .*group.json/],
    ['SIGNING_KEYS_FILE', fileOf('others.json', '{"keys":[]}', 0o604), /\(mode 604\)/],
    ['RETURN_URL_ORIGINS', '', /is missing/],
    ['TERMS_VERSION', '', /TERMS_VERSION is missing/],
    ['TERMS_URL', '', /TERMS_URL is missing/],
    ['TERMS_FROM', '', /TERMS_FROM is missing/],
    ['TERMS_EXPRESS_REQUEST', '', /TERMS_EXPRESS_REQUEST is missing/],
    ...hostsOfAnybody.map((host): [string, string, RegExp] => [
      'RETURN_URL_ORIGINS',
      `https://${host}`,
      /below which anybody can have a name/,
    ]),
    ['RETURN_URL_ORIGINS', 'https://app.example.org,http://localhost:*', /names this machine/],
    ['RETURN_URL_ORIGINS', 'http://app.example.org', /begin with https/],
    ['CORS_ORIGINS', 'http://127.0.0.1:5173', /names this machine/],
    ['CORS_ORIGINS', 'http://[::1]:*', /names this machine/],
    ['CORS_ORIGINS', 'https://app.example.org:*', /leaves the port of https:\/\/app\.example\.org:\* open/],
    ['RETURN_URL_ORIGINS', 'https://app.example.org:*', /leaves the port of https:\/\/app\.example\.org:\* open/],
    ['CORS_ORIGINS', 'http://app.example.org', /begin with https/],
  ])('does not start with %s=%s', (name, value, says) => {
    const said = refusal({ [name]: value })
    expect(said).toMatch(says)
    expect(said).toContain(name)
  })

  it.each<[string, Record<string, string>]>([
    ['two secrets, while one is being replaced', { STRIPE_WEBHOOK_SECRET: `${good.STRIPE_WEBHOOK_SECRET},${other}` }],
    ['the same secret named twice', { PARTNER_WEBHOOK_SECRET: `${other}, ${other}` }],
    ['a database on this machine', { DATABASE_URL: database('127.0.0.1') }],
    ['a database by its socket, without a password', { DATABASE_URL: 'postgresql:///gateway?host=/run/postgresql' }],
    ['a database by ssl=true', { DATABASE_URL: `${database('db.example.org')}?ssl=true` }],
    ['a database that may be asked in the open', { DATABASE_URL: database('db.local'), PLAINTEXT_HOSTS: 'db.local' }],
    ['Redis by TLS', { REDIS_URL: `rediss://:${other}@cache.example.org:6379` }],
    [
      'Redis that may be asked in the open',
      { REDIS_URL: `redis://:${other}@cache.local`, PLAINTEXT_HOSTS: 'cache.local' },
    ],
    ['a proxy that is named', { STRIPE_API_BASE: 'https://egress.example.org', PROVIDER_HOSTS: 'egress.example.org' }],
    ["PayPal's other address", { PAYPAL_API_BASE: 'https://api.paypal.com' }],
    [
      'names of its own',
      { RETURN_URL_ORIGINS: 'https://*.example.org,https://app-*.example.co.uk,https://a.github.io' },
    ],
    ['a file for its owner alone to read', { SIGNING_KEYS_FILE: fileOf('owner.json', '{"keys":[]}', 0o400) }],
  ])('starts with %s', (_what, changes) => {
    expect(refusal(changes)).toBeNull()
  })

  it('is what a start is that does not say', () => {
    expect(refusal({ NODE_ENV: '', PARTNER_WEBHOOK_SECRET: 'short' })).toContain('Not safe for production')
    expect(refusal({ NODE_ENV: 'development', PARTNER_WEBHOOK_SECRET: 'short' })).toBeNull()
  })

  it('does not start with the environment of the local world', () => {
    const local = gatewayEnvironment({}, readLocalSettings({}), 'postgresql://gateway@127.0.0.1:4050/gateway')
    const { SIGNING_KEYS_FILE: _keys, PAYPAL_WEBHOOK_CA_FILE: _ca, ...rest } = local as Record<string, string>
    const said = refusal({ ...rest, NODE_ENV: 'production' })
    const named = ['DATABASE_URL', 'PUBLIC_URL', 'REGISTER_FILE', 'RETURN_URL_ORIGINS', 'OIDC_ISSUER']
    for (const name of [...Object.keys(left), ...named]) expect(said).toContain(name)
  })

  it('tells nobody a value', () => {
    const said = refusal({ STRIPE_WEBHOOK_SECRET: 'hunter2', PARTNER_SHARED_SECRET: 'hunter2', PORT: 'hunter2' })
    expect(said).not.toContain('hunter2')
  })
})

describe('a value that does not fit is named', () => {
  it.each([
    ['PORT', '99999', /65535/],
    ['DATABASE_URL', 'mysql://db.example.org/x', /DATABASE_URL does not fit/],
    ['PUBLIC_URL', 'graph.example.org', /PUBLIC_URL does not fit/],
    ['DATABASE_POOL', '0', /DATABASE_POOL does not fit/],
    ['SIGNING_KEYS_FILE', '/nowhere/keys.json', /there is no such file/],
    ['TRUSTED_DOCUMENTS_FILE', '/nowhere/documents.json', /there is no such file/],
    ['CORS_ORIGINS', '*', /expected origins/],
    ['CORS_ORIGINS', 'https://app.example.org/', /expected origins/],
    ['CORS_ORIGINS', 'https://*.example.org', /expected origins/],
    ['RETURN_URL_ORIGINS', 'http://[::1', /expected origins/],
    ['RETURN_URL_ORIGINS', 'app.example.org', /expected origins/],
    ['TRUST_PROXY', 'everybody', /expected addresses or ranges/],
    ['GRAPHIQL', 'yes', /"on"\|"off"/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL does not fit/],
    ['STRIPE_WEBHOOK_SECRET', ' , ', /expected a secret, or several/],
    ['OIDC_TOKEN_TYPES', 'at+jwt,dpop+jwt', /expected types of access tokens/],
    ['OIDC_TOKEN_TYPES', 'logout+jwt', /expected types of access tokens/],
    ['SECURITY_CONTACT', 'security@example.org', /expected a mailto: or https: address/],
    ['SECURITY_CONTACT', 'http://example.org', /expected a mailto: or https: address/],
    ['SECURITY_CONTACT', 'mailto:a@example.org\nContact: mailto:b@example.org', /expected a mailto: or https: address/],
    ['PROVIDER_HOSTS', 'https://api.stripe.com', /expected hosts/],
    ...unevenMinutes.map((minutes): [string, string, RegExp] => [
      'SYNC_EVERY_MINUTES',
      minutes,
      /SYNC_EVERY_MINUTES does not fit: expected one of 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30/,
    ]),
    ...heldTooShortOrLong.map((minutes): [string, string, RegExp] => [
      'HOLD_MINUTES',
      minutes,
      /HOLD_MINUTES does not fit: expected 31 to 1435 minutes, because Stripe takes 30 minutes to 24 hours/,
    ]),
    ['SIGNING_KEYS_FILE', folder, /SIGNING_KEYS_FILE cannot be read \(EISDIR/],
    ['REDIS_URL', 'http://redis', /REDIS_URL does not fit/],
    ['PARTNER_AUTH', 'oauth2-client-credentials', /PARTNER_TOKEN_URL is missing/],
  ])('%s=%s', (name, value, says) => {
    expect(refusal({ [name]: value })).toMatch(says)
  })
})

describe('B4: minutes that fit', () => {
  it.each([
    ['HOLD_MINUTES', '31'],
    ['HOLD_MINUTES', '1435'],
    ['SYNC_EVERY_MINUTES', '1'],
    ['SYNC_EVERY_MINUTES', '30'],
  ])('%s=%s', (name, value) => {
    expect(refusal({ [name]: value })).toBeNull()
  })
})

describe('a former name', () => {
  it('is refused with the new one: a start would silently run without it', () => {
    expect(refusal({ JIT: 'off' })).toBe('JIT is now called COMPILED_QUERIES: rename the variable.')
  })

  it('left empty is not set', () => {
    expect(refusal({ JIT: '' })).toBeNull()
  })
})
