/** Creates PostgreSQL's data folder once, whole or not at all. */
import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { stopLeftServer } from './postgres-left-server.ts'
import { makeSharedFolder, type PostgresPrograms, sharedFolder } from './postgres-programs.ts'
import { canEnter, type PostgresUser } from './postgres-user.ts'
import { StartRefusal } from './start-refusal.ts'

const run = promisify(execFile)

/** The superuser of the local server, the only one. */
export const databaseUser = 'gateway'

/**
 * Usually `<localFolder>/postgres`. When root's other user cannot enter `localFolder`, that path is a link into the
 * shared folder: the link is the record, so deleting the local folder starts afresh there too.
 */
export async function placeDataFolder(localFolder: string, user: PostgresUser | undefined): Promise<string> {
  const usual = join(localFolder, 'postgres')
  const entry = await lstat(usual).catch(() => undefined)
  if (entry?.isSymbolicLink()) {
    const elsewhere = await readlink(usual)
    if (await canEnter(user, dirname(elsewhere))) return elsewhere
    await rm(usual)
  }
  if (await canEnter(user, localFolder)) return usual
  const folderOfCheckout = join(
    sharedFolder,
    createHash('sha256')
      .update(await realpath(localFolder))
      .digest('hex')
      .slice(0, 16),
  )
  const data = join(folderOfCheckout, 'postgres')
  await stopLeftServer(data)
  await rm(folderOfCheckout, { recursive: true, force: true })
  await makeSharedFolder()
  await mkdir(folderOfCheckout)
  await run('chmod', ['a+rx', folderOfCheckout])
  if (entry?.isDirectory()) await run('mv', [usual, data])
  await symlink(data, usual)
  return data
}

/**
 * True when the folder holds a database of this version, false when there is nothing yet. Throws a StartRefusal when
 * it holds something else, or belongs to somebody else. What root owns (after a copy, say) becomes the user's.
 */
export async function holdsDatabase(
  data: string,
  majorVersion: string,
  user: PostgresUser | undefined,
): Promise<boolean> {
  const way = 'move it away, or set LOCAL_DIR to another folder'
  const folder = await stat(data).catch(() => undefined)
  if (!folder) return false
  if (!folder.isDirectory()) throw new StartRefusal(`${data} should be PostgreSQL's folder but is none; ${way}.`)
  const files = await readdir(data).catch((problem: Error) => {
    throw new StartRefusal(`${data}, PostgreSQL's folder, cannot be read (${problem.message}); ${way}.`)
  })
  if (files.length === 0) return false
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (version === undefined)
    throw new StartRefusal(
      `${data} is not empty but holds no PostgreSQL database (no PG_VERSION that can be read); ${way}.`,
    )
  if (version.trim() !== majorVersion)
    throw new StartRefusal(
      `The database in ${data} was made by PostgreSQL ${version.trim()}, and this is ${majorVersion}; ${way}.`,
    )
  if (user && folder.uid === 0) await run('chown', ['-R', `${user.uid}:${user.gid}`, data])
  else if (process.getuid && folder.uid !== (user?.uid ?? process.getuid()))
    throw new StartRefusal(`${data}, PostgreSQL's folder, belongs to user ${folder.uid}, who is not you; ${way}.`)
  return true
}

/** Makes a database cluster beside `data` and moves it there when it is complete. */
export async function createDataFolder(
  programs: PostgresPrograms,
  data: string,
  user: PostgresUser | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const unfinished = `${data}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700, recursive: true })
  const passwordFile = join(unfinished, '..', `postgres-password-${process.pid}`)
  const password = randomBytes(24).toString('base64url')
  try {
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (user) await Promise.all([chown(unfinished, user.uid, user.gid), chown(passwordFile, user.uid, user.gid)])
    await runInitdb(programs.initdb, unfinished, passwordFile, user, signal)
    await rename(passwordFile, passwordFileOf(unfinished))
    await rmdir(data).catch(() => {})
    await rename(unfinished, data)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(unfinished, { recursive: true, force: true })
  }
}

/** The password of `databaseUser`, kept among the data so that neither is ever without the other. */
export async function readPassword(data: string): Promise<string> {
  return await readFile(passwordFileOf(data), 'utf8').catch((problem: Error) => {
    throw new StartRefusal(
      `The password of the database in ${data} cannot be read (${problem.message}); move the folder away, or set LOCAL_DIR to another one.`,
    )
  })
}

const passwordFileOf = (data: string) => join(data, 'gateway-password')

/** UTF-8 with the code points' order whatever the machine's locale, so that a page of results is the same everywhere. */
async function runInitdb(
  initdb: string,
  data: string,
  passwordFile: string,
  user: PostgresUser | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const args = [`--pgdata=${data}`, `--username=${databaseUser}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  args.push('--text-search-config=english', '--no-sync', '--no-instructions')
  const child = spawn(initdb, args, {
    cwd: '/',
    env: { LC_ALL: 'C' },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    ...user,
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', (problem) => {
      if (!signal?.aborted) reject(problem)
    })
    child.once('close', (code) => {
      if (code === 0) return resolve()
      if (signal?.aborted) return reject(signal.reason)
      const reason = complaint.trim().split('\n')[0] || `exit code ${code}`
      reject(new StartRefusal(`PostgreSQL could not make its database in ${data} (${reason}).`))
    })
  })
}
