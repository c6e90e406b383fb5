/** Tests that a refused start says why in one sentence and exits with 1. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MikroORM } from '@mikro-orm/postgresql'
import { runMigrations } from 'graphile-worker'
import { Client } from 'pg'
import { migrate } from '../../src/app.ts'
import type { Config } from '../../src/config.ts'
import { databaseOptions } from '../../src/database.ts'
import { requireDatabaseUser } from '../../src/database-user.ts'
import { openSigner } from '../../src/store/signer.ts'
import { ConfigRefused } from '../../src/values/config-refused.ts'
import { spawnGateway } from '../support/world/gateway-process.ts'
import { createDatabase, type TestDatabase } from '../support/world/postgres.ts'

let database: TestDatabase
let folder: string
let environment: Record<string, string>

beforeAll(async () => {
  database = await createDatabase()
  folder = await mkdtemp(join(tmpdir(), 'start-'))
  const keys = join(folder, 'keys.json')
  await makeKeys(keys)
  environment = {
    NODE_ENV: 'production',
    PORT: '0',
    PUBLIC_URL: 'https://graph.example.org',
    DATABASE_URL: database.url,
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
    SIGNING_KEYS_FILE: keys,
    RETURN_URL_ORIGINS: 'https://app.example.org',
    TERMS_VERSION: '2026-09-01',
    TERMS_URL: 'https://example.org/terms',
    TERMS_FROM: '2026-09-01T00:00:00Z',
    TERMS_EXPRESS_REQUEST: 'off',
  }
})
afterAll(async () => {
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

const makeKeys = (path: string) =>
  promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/commands/keys.ts', path])

/** The address of the database with another part. */
function addressWith(part: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'search'>>): string {
  return Object.assign(new URL(database.url), part).href
}

describe('a start ends with 1 and one sentence', () => {
  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      'for a wrong password',
      () => ({ DATABASE_URL: addressWith({ password: 'wrong-8Hq2Lz6Vt0Rk4Xn9' }) }),
      /^PostgreSQL cannot be used by DATABASE_URL \(password .*\); set the right user and password\.\n$/,
    ],
    [
      'for a database that does not exist',
      () => ({ DATABASE_URL: addressWith({ pathname: '/nowhere' }) }),
      /^PostgreSQL cannot be used by DATABASE_URL \(database "nowhere" does not exist\); create it, or name another one\.\n$/,
    ],
    [
      'for a file of keys that cannot be read',
      () => ({ SIGNING_KEYS_FILE: folder }),
      /^SIGNING_KEYS_FILE cannot be read \(EISDIR.*\); give it to the user that the gateway runs as\.\n$/,
    ],
    [
      'for a superuser in production',
      () => ({}),
      /^DATABASE_URL names a superuser, and production takes none; .*\.\n$/,
    ],
  ])('%s', async (_what, changes, sentence) => {
    const { ended, written } = spawnGateway({ ...environment, ...changes() })
    expect(await ended).toBe(1)
    expect(written()).toMatch(sentence)
  })
})

const asked = (changes: object = {}) =>
  requireDatabaseUser({ NODE_ENV: 'production', DATABASE_URL: database.url, ...changes } as Config)

describe('the database', () => {
  it('that does not answer is named', async () => {
    await expect(asked({ DATABASE_URL: 'postgresql://gateway:x@127.0.0.1:1/gateway' })).rejects.toThrow(
      /\(.*ECONNREFUSED.*\); start it, or set where it listens\.$/,
    )
  })

  it('may have a superuser where nothing is at stake', async () => {
    await expect(asked({ NODE_ENV: 'development' })).resolves.toBeUndefined()
  })

  it('that is to be reached by TLS and has none is refused, and written to by nobody either', async () => {
    const DATABASE_URL = addressWith({ search: '?sslmode=verify-full' })
    await expect(asked({ DATABASE_URL })).rejects.toThrow(/does not support SSL/)
    const orm = await MikroORM.init(databaseOptions(DATABASE_URL, { onLine: () => undefined }))
    await expect(orm.em.fork().execute('select 1')).rejects.toThrow(/does not support SSL/)
    await orm.close(true)
  })

  it('needs no more than an ordinary user who owns it', async () => {
    const owned = await createDatabase()
    const { pathname } = new URL(owned.url)
    const admin = new Client({ connectionString: owned.url })
    await admin.connect()
    const role = `owner_${pathname.slice(1)}`
    await admin.query(`create role ${role} login password 'kT5-vR2x_Qm8Zp1w'`)
    await admin.query(`alter database ${pathname.slice(1)} owner to ${role}`)
    const url = Object.assign(new URL(owned.url), { username: role, password: 'kT5-vR2x_Qm8Zp1w' }).href
    try {
      await asked({ DATABASE_URL: url })
      await migrate(url)
      await runMigrations({ connectionString: url })
    } finally {
      await admin.end()
      await owned.drop()
      const server = new Client({ connectionString: database.url })
      await server.connect()
      await server.query(`drop role ${role}`)
      await server.end()
    }
  }, 60_000)
})

describe('npm run keys', () => {
  it("makes a file that signs, for its owner's eyes only", async () => {
    const path = join(folder, 'made.json')
    await makeKeys(path)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const signer = await openSigner(path, 'https://graph.example.org')
    expect(await signer.verify(await signer.sign({ said: 1 }, 'JWT'))).toEqual({ said: 1 })
    expect(JSON.stringify(signer.jwks)).not.toContain('"d"')
  })

  it('overwrites nothing', async () => {
    const path = join(folder, 'there.json')
    await writeFile(path, 'mine')
    await expect(makeKeys(path)).rejects.toMatchObject({
      code: 1,
      stderr: `${path} is there already, and is left as it is.\n`,
    })
    expect(await readFile(path, 'utf8')).toBe('mine')
  })

  it.each([[''], ['{"keys":[]}'], ['{"keys":[{"kty":"RSA"}]}']])(
    'what is no file of keys is refused: %s',
    async (text) => {
      const path = join(folder, 'wrong.json')
      await writeFile(path, text)
      await expect(openSigner(path, 'https://graph.example.org')).rejects.toThrow(ConfigRefused)
    },
  )
})
