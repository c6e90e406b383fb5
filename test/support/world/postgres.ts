/** Creates a database for each test file, cloned from a template. */
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
 * `prepare` gets the url of an empty database, and must have closed its connections when it settles. All get what it
 * answered, if anything.
 */
export async function ensureTemplate(
  name: string,
  // biome-ignore lint/suspicious/noConfusingVoidType: most have nothing to say
  prepare: (url: string) => Promise<string | void>,
): Promise<string | null> {
  return onServer(async (server) => {
    await server.query('select pg_advisory_lock(hashtext($1))', [name])
    const found = await server.query<{ answered: string | null }>(
      "select shobj_description(oid, 'pg_database') as answered from pg_database where datname = $1",
      [name],
    )
    if (found.rows[0]) return found.rows[0].answered
    const unfinished = `${name}_unfinished`
    await server.query(`drop database if exists "${unfinished}" with (force)`)
    await server.query(`create database "${unfinished}"`)
    const answered = await prepare(urlOf(unfinished))
    if (answered) await server.query(`comment on database "${unfinished}" is ${server.escapeLiteral(answered)}`)
    await server.query(`alter database "${unfinished}" rename to "${name}"`)
    return answered || null
  })
}

/** Runs `work` on a connection of its own to the server's first database; the end of it gives back every lock. */
async function onServer<Result>(work: (server: Client) => Promise<Result>): Promise<Result> {
  const server = new Client({ connectionString: serverUrl() })
  await server.connect()
  try {
    return await work(server)
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
