/** Makes a world's database from a template with register and catalogue. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMigrations } from 'graphile-worker'
import pg from 'pg'
import { pino } from 'pino'
import { migrate, openApp } from '../../../src/app.ts'
import { readConfig } from '../../../src/config.ts'
import { syncCatalogueJob } from '../../../src/courses/sync-catalogue.ts'
import { startPartnerSandbox } from '../../../src/sandbox/partner/partner-sandbox.ts'
import { sandboxSecrets } from '../../../src/sandbox/sandbox-secrets.ts'
import { ensureSigningKeys } from '../../../src/sandbox/signing-keys.ts'
import { importRegisterFile } from '../../../src/transfers/policies/import-register-file.ts'
import { createDatabase, ensureTemplate, type TestDatabase } from './postgres.ts'

export const registerFile = 'src/sandbox/seed/register.json'
const template = 'synchronised_template'
/** Where an upstream would be that is never asked. */
const nobody = 'http://127.0.0.1:9'

/** `seededAt` is what the partner must have been seeded at: its catalogue is then the one that is in the database. */
export async function createSynchronised(): Promise<TestDatabase & { seededAt: Date }> {
  const seededAt = await ensureTemplate(template, async (url) => {
    await migrate(url)
    await runMigrations({ connectionString: url })
    return (await synchronise(url)).toISOString()
  })
  return { ...(await createDatabase({ template })), seededAt: new Date(String(seededAt)) }
}

/** Takes over the register and the catalogue of a partner that is there for this alone; answers when it was seeded. */
async function synchronise(databaseUrl: string): Promise<Date> {
  const folder = await mkdtemp(join(tmpdir(), 'world-'))
  const seededAt = new Date()
  const s = sandboxSecrets
  const partner = await startPartnerSandbox({
    host: '127.0.0.1',
    port: 0,
    consumerKey: s.PARTNER_CONSUMER_KEY,
    sharedSecret: s.PARTNER_SHARED_SECRET,
    webhookSecret: s.PARTNER_WEBHOOK_SECRET,
    seededAt,
  })
  const keys = join(folder, 'keys.json')
  await ensureSigningKeys(keys)
  const log = pino({ level: 'silent' })
  const { IDENTITY_CLIENT_SECRET: _, ...secrets } = sandboxSecrets
  const config = readConfig({
    ...secrets,
    NODE_ENV: 'test',
    PUBLIC_URL: 'http://127.0.0.1:4000',
    DATABASE_URL: databaseUrl,
    OIDC_ISSUER: nobody,
    PAYPAL_WEB_BASE: nobody,
    PARTNER_BASE_URL: `${partner.url}/partners`,
    SIGNING_KEYS_FILE: keys,
    RETURN_URL_ORIGINS: 'https://app.example',
  })
  const app = await openApp(config, { log })
  try {
    const context = app.systemContext('template')
    await importRegisterFile(context, registerFile)
    await syncCatalogueJob.run(context, {}, { number: 1 })
  } finally {
    await app.close()
    await partner.close()
    await rm(folder, { recursive: true, force: true })
  }
  await seenWhole(databaseUrl)
  return seededAt
}

/**
 * The partner changed all it has at one instant, and answers what changed in the hour before the last instant that was seen
 * once more: without this, each world would be told everything again.
 */
async function seenWhole(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client
    .query("update sync_state set seen_until = seen_until + interval '1 hour 1 ms'")
    .finally(() => client.end())
}
