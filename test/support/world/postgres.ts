/** Gives each test file a database of its own on the run's PostgreSQL server, cloned from a template in moments. */
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

export type TestDatabase = {
  url: string
  /** Also when somebody is still connected. */
  drop(): Promise<void>
}

/** An empty database, or a copy of `template`, to which nobody may be connected meanwhile. */
export async function createDatabase(options: { template?: string } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  // Copying files is quicker than logging their pages, and here no crash has to be survived.
  const source = options.template === undefined ? '' : ` template "${options.template}" strategy file_copy`
  await onServer((server) => server.query(`create database ${name}${source}`))
  return {
    url: urlOf(name),
    drop: () => onServer((server) => drop(server, name)),
  }
}

/** The rows that one statement answers, on a connection of its own. */
export async function rowsOf(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** Waits some seconds for connections that are being closed: one that is cut off instead throws in the test's process. */
async function drop(server: Client, name: string): Promise<void> {
  try {
    await server.query(`drop database if exists ${name}`)
  } catch (error) {
    if ((error as { code?: string }).code !== objectInUse) throw error
    await server.query(`drop database if exists ${name} with (force)`)
  }
}

const objectInUse = '55006'

/**
 * Makes the database `name` with `prepare` unless an earlier test file of this run already has; the others wait.
 * `prepare` gets the url of an empty database, and must have closed its connections when it settles.
 */
export async function ensureTemplate(name: string, prepare: (url: string) => Promise<void>): Promise<void> {
  await onServer(async (server) => {
    await server.query('select pg_advisory_lock(hashtext($1))', [name])
    const found = await server.query('select 1 from pg_database where datname = $1', [name])
    if (found.rowCount) return
    const unfinished = `${name}_unfinished`
    await server.query(`drop database if exists "${unfinished}" with (force)`)
    await server.query(`create database "${unfinished}"`)
    await prepare(urlOf(unfinished))
    await server.query(`alter database "${unfinished}" rename to "${name}"`)
  })
}

/** Runs `work` on a connection of its own to the server's first database; the end of it gives back every lock. */
async function onServer(work: (server: Client) => Promise<unknown>): Promise<void> {
  const server = new Client({ connectionString: serverUrl() })
  await server.connect()
  try {
    await work(server)
  } finally {
    await server.end()
  }
}

function urlOf(database: string): string {
  const url = new URL(serverUrl())
  url.pathname = `/${database}`
  return url.href
}

function serverUrl(): string {
  const url = process.env.TEST_DATABASE_URL
  if (!url) throw new Error('TEST_DATABASE_URL is not set: jest sets it in test/support/world/global-setup.ts')
  return url
}
