/** Asks PostgreSQL, before anything starts, whether it takes the gateway's user. */
import pg from 'pg'
import type { Config } from './config.ts'
import { ConfigRefused } from './values/config-refused.ts'

const ANSWERS_WITHIN_MS = 10_000

/** What to do, by PostgreSQL's code or by that of the connection. */
const remedies: Readonly<Record<string, string>> = {
  '28P01': 'set the right user and password',
  '28000': 'set a user that may sign in from here',
  '3D000': 'create it, or name another one',
  '42501': 'let its user connect',
  '53300': 'raise max_connections, or stop what holds them',
  '57P03': 'wait until it has started',
  ECONNREFUSED: 'start it, or set where it listens',
  ENOTFOUND: 'set the name of its host',
  EAI_AGAIN: 'set the name of its host',
}

/**
 * Throws ConfigRefused, in one sentence, when PostgreSQL cannot be used as DATABASE_URL says, and in production when the
 * user is a superuser: what an attacker gets hold of could then read files and run programs.
 */
export async function requireDatabaseUser({ DATABASE_URL, NODE_ENV }: Config): Promise<void> {
  const isSuperuser = await askWhetherSuperuser(DATABASE_URL)
  if (isSuperuser && NODE_ENV === 'production') {
    throw new ConfigRefused(
      'DATABASE_URL names a superuser, and production takes none; make an ordinary user the owner of the database.',
    )
  }
}

async function askWhetherSuperuser(url: string): Promise<boolean> {
  let client: pg.Client | null = null
  try {
    client = new pg.Client({
      connectionString: url,
      application_name: 'gateway-start',
      connectionTimeoutMillis: ANSWERS_WITHIN_MS,
      query_timeout: ANSWERS_WITHIN_MS,
    })
    // A connection that breaks is heard of by what waits for it.
    client.on('error', () => undefined)
    await client.connect()
    const { rows } = await client.query<{ rolsuper: boolean }>(
      'select rolsuper from pg_roles where rolname = current_user',
    )
    return rows[0]?.rolsuper === true
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string }
    const remedy = remedies[code] ?? 'see that the address is right'
    throw new ConfigRefused(`PostgreSQL cannot be used by DATABASE_URL (${message || code}); ${remedy}.`)
  } finally {
    await client?.end().catch(() => undefined)
  }
}
