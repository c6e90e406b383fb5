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
function fileOf(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

/** What a production of somebody's is started with. */
const good: Record<string, string> = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://graph.example.org',
  DATABASE_URL: 'postgresql://gateway:n0t-the-n4me@db.example.org/gateway',
  STRIPE_SECRET_KEY: `sk_live_${'x'.repeat(24)}`,
  STRIPE_WEBHOOK_SECRET: `whsec_${'x'.repeat(24)}`,
  PAYPAL_CLIENT_ID: 'a-client',
  PAYPAL_CLIENT_SECRET: 'y'.repeat(24),
  PAYPAL_WEBHOOK_ID: 'WH-1',
  PARTNER_BASE_URL: 'https://partner.example/partners',
  PARTNER_CONSUMER_KEY: 'consumer',
  PARTNER_SHARED_SECRET: 'z'.repeat(24),
  PARTNER_WEBHOOK_SECRET: 'w'.repeat(24),
  OIDC_ISSUER: 'https://login.example.org',
  OIDC_AUDIENCE: 'urn:gateway',
  SIGNING_KEYS_FILE: fileOf('keys.json', '{"keys":[{"kid":"2026-11"}]}'),
  RETURN_URL_ORIGINS: 'https://app.example.org',
}

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
    ['STRIPE_SECRET_KEY', `sk_test_${'x'.repeat(24)}`, /test key/],
    ['STRIPE_SECRET_KEY', 'sk_live_x', /weak: at least 16/],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_x', /weak/],
    ['PAYPAL_CLIENT_SECRET', 'short', /weak/],
    ['PARTNER_SHARED_SECRET', 'short', /weak/],
    ['PARTNER_WEBHOOK_SECRET', 'short', /weak/],
    ['DATABASE_URL', 'postgresql://gateway:gateway@db.example.org/gateway', /weak: its password is the name/],
    ['DATABASE_URL', 'postgresql://postgres@127.0.0.1:4050/gateway', /local world's own server/],
    ...[
      'PUBLIC_URL',
      'OIDC_ISSUER',
      'PARTNER_BASE_URL',
      'STRIPE_API_BASE',
      'PAYPAL_API_BASE',
      'PAYPAL_WEB_BASE',
    ].flatMap((name): [string, string, RegExp][] => [
      [name, 'http://elsewhere.example', /must begin with https/],
      [name, 'https://127.0.0.1:4000', /names this machine/],
    ]),
    ['PAYPAL_API_BASE', 'https://api-m.sandbox.paypal.com', /names a sandbox/],
    ['PAYPAL_WEB_BASE', 'https://www.sandbox.paypal.com', /names a sandbox/],
    ['PARTNER_TOKEN_URL', 'http://partner.example/token', /must begin with https/],
    ['PAYPAL_WEBHOOK_CA_FILE', fileOf('ca.pem', ''), /is for the sandbox/],
    ['REGISTER_FILE', 'src/sandbox/seed/register.json', /is the sandbox's/],
    ['SIGNING_KEYS_FILE', fileOf('sandbox-keys.json', '{"keys":[{"kid": "sandbox-1"}]}'), /sandbox's own key/],
    ['RETURN_URL_ORIGINS', '', /is missing/],
    ['RETURN_URL_ORIGINS', 'https://app.example.org,http://localhost:*', /names this machine/],
    ['RETURN_URL_ORIGINS', 'http://app.example.org', /begin with https/],
    ['CORS_ORIGINS', 'http://127.0.0.1:5173', /names this machine/],
    ['CORS_ORIGINS', 'http://app.example.org', /begin with https/],
  ])('does not start with %s=%s', (name, value, says) => {
    const said = refusal({ [name]: value })
    expect(said).toMatch(says)
    expect(said).toContain(name)
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
    ['RETURN_URL_ORIGINS', 'app.example.org', /expected origins/],
    ['TRUST_PROXY', 'everybody', /expected addresses or ranges/],
    ['GRAPHIQL', 'yes', /"on"\|"off"/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL does not fit/],
    ['REDIS_URL', 'http://redis', /REDIS_URL does not fit/],
    ['PARTNER_AUTH', 'oauth2-client-credentials', /PARTNER_TOKEN_URL is missing/],
  ])('%s=%s', (name, value, says) => {
    expect(refusal({ [name]: value })).toMatch(says)
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
