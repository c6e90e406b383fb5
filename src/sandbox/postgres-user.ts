/** Chooses the user that PostgreSQL runs as: never root, which it refuses. */
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { StartRefusal } from './start-refusal.ts'

const run = promisify(execFile)

export type PostgresUser = { uid: number; gid: number }

/**
 * Undefined when we are not root: PostgreSQL then simply runs as we do. As root: the owner of `dataFolder` when
 * there is one already (an ordinary user may have made it), else `postgres`, else `nobody`. No account is created.
 */
export async function choosePostgresUser(dataFolder: string): Promise<PostgresUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = await stat(dataFolder).catch(() => undefined)
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => undefined)
    if (ids) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) }
  }
  throw new StartRefusal(
    'PostgreSQL refuses to run as root and this machine has neither a user "postgres" nor "nobody"; create one (useradd postgres) or set DATABASE_URL.',
  )
}

/** Whether `user` (ourselves when undefined) can enter `folder`, whatever the folders above it allow. */
export async function canEnter(user: PostgresUser | undefined, folder: string): Promise<boolean> {
  return await run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { cwd: '/', ...user }).then(
    () => true,
    () => false,
  )
}
