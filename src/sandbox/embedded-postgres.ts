/** Runs the PostgreSQL server of the local world and the tests from npm's programs. */
import { join, resolve } from 'node:path'
import { Client, DatabaseError } from 'pg'
import { lastLines, type RunningChild, startChild, untilReady } from './child-process.ts'
import { createDataFolder, databaseUser, holdsDatabase, placeDataFolder, readPassword } from './postgres-data.ts'
import { stopLeftServer } from './postgres-left-server.ts'
import { findPostgresPrograms, type PostgresPrograms } from './postgres-programs.ts'
import { choosePostgresUser, type PostgresUser } from './postgres-user.ts'
import { StartRefusal } from './start-refusal.ts'

export type PreparedPostgres = {
  programs: PostgresPrograms
  /** The data folder's real path. */
  data: string
  /** The user it runs as; ourselves when undefined. */
  user: PostgresUser | undefined
  /** False before the very first start. */
  holdsDatabase: boolean
}

export type PostgresOptions = {
  port: number
  logFile: string
  /** Further settings of postgresql.conf, e.g. `fsync: 'off'` for data that nobody will miss. */
  settings?: Record<string, string>
  signal?: AbortSignal
  /** Removed when we are killed before we could stop the server. */
  folderOfOrphan?: string
}

/**
 * Finds programs, user and data folder under `localFolder` (which must exist), and stops what a killed world left
 * running there. Throws a StartRefusal when PostgreSQL cannot run with what is found; changes nothing in the data.
 */
export async function preparePostgres(localFolder: string): Promise<PreparedPostgres> {
  const user = await choosePostgresUser(join(localFolder, 'postgres'))
  const programs = await findPostgresPrograms(user)
  const data = await placeDataFolder(resolve(localFolder), user)
  const found = await holdsDatabase(data, programs.majorVersion, user)
  if (found) await stopLeftServer(data)
  return { programs, data, user, holdsDatabase: found }
}

/**
 * Starts the server on 127.0.0.1, making its data first where there is none, and waits until it answers.
 * The url names the database `gateway`, which exists then. The caller stops what is returned; a start that fails
 * or is aborted has stopped everything itself.
 */
export async function startPostgres(
  prepared: PreparedPostgres,
  options: PostgresOptions,
): Promise<RunningChild & { url: string }> {
  const { data, programs, user } = prepared
  if (!prepared.holdsDatabase) await createDataFolder(programs, data, user, options.signal)
  const password = await readPassword(data)
  const settings = {
    listen_addresses: '127.0.0.1',
    port: `${options.port}`,
    // TCP only: a socket in /tmp would be one more name that two worlds can quarrel over.
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...options.settings,
  }
  const child = startChild({
    name: 'PostgreSQL',
    command: programs.postgres,
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env: { LC_ALL: 'C' },
    cwd: '/',
    logFile: options.logFile,
    user,
    // Its "fast" shutdown, then its "immediate" one. An orphan waits a while for the gateway to let go first.
    stopSignals: ['SIGINT', 'SIGQUIT'],
    orphanSignals: ['SIGTERM', 'SIGINT', 'SIGQUIT'],
    patienceMs: 10_000,
    ...(options.folderOfOrphan ? { folderOfOrphan: options.folderOfOrphan } : {}),
  })
  const url = (database: string) => `postgresql://${databaseUser}:${password}@127.0.0.1:${options.port}/${database}`
  const isReady = async () =>
    (await answers(url('postgres'), data)) && (await ensureDatabase(url('postgres'), 'gateway'))
  await untilReady(child, isReady, {
    signal: options.signal,
    describeEnd: (end) => describeEnd(end, child.logFile, data),
  })
  return { ...child, url: url('gateway') }
}

/** False while there is nobody yet, or somebody who says "the database system is starting up" (57P03). */
async function answers(url: string, data: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (problem) {
    if (!(problem instanceof DatabaseError) || problem.code === '57P03') return false
    throw new StartRefusal(cannotUse(data, problem.message))
  } finally {
    await client.end().catch(() => {})
  }
}

function describeEnd(end: string, logFile: string, data: string): string {
  const lines = lastLines(logFile, 50).split('\n')
  const complaint = lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.find((line) => /^postgres:/.test(line))
  return `${cannotUse(data, complaint?.replace(/^.*?(FATAL|PANIC|postgres):\s*/, '') ?? end)} Its log is ${logFile}.`
}

const cannotUse = (data: string, reason: string) =>
  `PostgreSQL cannot use the data in ${data} (${reason}); move the folder away, or set LOCAL_DIR to another one.`

async function ensureDatabase(url: string, name: string): Promise<true> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name])
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`)
    return true
  } finally {
    await client.end()
  }
}
