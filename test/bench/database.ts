/** Creates the measured databases once: full size and a hundredth of it. */
import { hash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { migrate, openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { preparePostgres, startPostgres } from '../../src/sandbox/embedded-postgres.ts'
import { importRegisterFile } from '../../src/transfers/policies/import-register-file.ts'
import { fillDatabase, fullSize, type Size } from './fill.ts'

const hundredth: Size = {
  courses: 20,
  runs: 60,
  learners: 200,
  enrolments: 2_000,
  refunds: 200,
  creditRecords: 1_000,
  applications: 50,
}

const settings = { jit: 'off', fsync: 'off', synchronous_commit: 'off', shared_buffers: '512MB', max_wal_size: '2GB' }

/** Of what is generated: another schema, or other rows, and the databases are made anew. */
const version = hash(
  'sha1',
  globSync('migrations/*.cjs')
    .concat('test/bench/fill.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join(),
).slice(0, 8)
const names = { full: `bench_full_${version}`, small: `bench_small_${version}` }

export interface Databases {
  full: string
  small: string
  stop(): Promise<void>
}

/** Starts PostgreSQL on the data in `folder` and fills what is not there yet. The learners are then of that issuer. */
export async function openDatabases(
  folder: string,
  port: number,
  environment: (databaseUrl: string) => NodeJS.ProcessEnv,
): Promise<Databases> {
  const server = await startPostgres(await preparePostgres(folder), {
    port,
    logFile: join(folder, 'postgres.log'),
    settings,
  })
  const urlOf = (name: string) => Object.assign(new URL(server.url), { pathname: `/${name}` }).href
  try {
    for (const [name, size] of [[names.full, fullSize] as const, [names.small, hundredth] as const]) {
      await ensureFilled(server.url, name, urlOf(name), size, environment(urlOf(name)))
    }
  } catch (error) {
    await server.stop()
    throw error
  }
  return { full: urlOf(names.full), small: urlOf(names.small), stop: () => server.stop() }
}

/** A database that could not be filled to the end is begun anew. */
async function ensureFilled(serverUrl: string, name: string, url: string, size: Size, environment: NodeJS.ProcessEnv) {
  await onClient(serverUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>('select datname as name from pg_database')
    if (rows.some((one) => one.name === name)) return
    const old = rows.filter((one) => one.name.startsWith('bench_') && !Object.values(names).includes(one.name))
    for (const one of old) await client.query(`drop database ${one.name} with (force)`)
    await client.query(`create database ${name}_unfinished`)
    const unfinished = Object.assign(new URL(url), { pathname: `/${name}_unfinished` }).href
    await fill(unfinished, size, { ...environment, DATABASE_URL: unfinished })
    await client.query(`alter database ${name}_unfinished rename to ${name}`)
  })
  await onClient(url, (client) =>
    client.query('update learner set issuer = $1 where issuer <> $1', [environment.OIDC_ISSUER]),
  )
}

async function fill(url: string, size: Size, environment: NodeJS.ProcessEnv): Promise<void> {
  await migrate(url)
  const app = await openApp(readConfig(environment), { log: pino({ level: 'silent' }) })
  try {
    await app.worker.migrate()
    await importRegisterFile(app.systemContext('bench'), environment.REGISTER_FILE!)
  } finally {
    await app.close()
  }
  await onClient(url, (client) => fillDatabase(client, size, environment.OIDC_ISSUER!, new Date()))
}

async function onClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The compiled gateway finds its migrations beside itself. */
export async function linkMigrations(build: string, migrations: string): Promise<void> {
  await rm(join(build, 'migrations'), { force: true })
  await symlink(migrations, join(build, 'migrations'))
}
