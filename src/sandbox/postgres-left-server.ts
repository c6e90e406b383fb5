/** Stops a PostgreSQL server that a killed world left running on its data. */
import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { commandOf, isAlive } from './process-table.ts'
import { StartRefusal } from './start-refusal.ts'

/**
 * Looks at what `postmaster.pid` says. A server that works in `data` is stopped; a process that merely was given the
 * same number since is let be, and the file removed, because PostgreSQL would take that process for its server.
 */
export async function stopLeftServer(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid')
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
  if (!(pid > 1) || !isAlive(pid)) return
  if (!(await isServerOf(pid, data))) return await rm(pidFile, { force: true })
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (isAlive(pid)) process.kill(pid, signal)
    for (let waitedMs = 0; waitedMs < 10_000 && isAlive(pid); waitedMs += 50) {
      await delay(50)
      if (!(await isServerOf(pid, data))) return
    }
  }
  throw new StartRefusal(
    `A PostgreSQL server left over from before (process ${pid}) works in ${data} and does not stop; end it.`,
  )
}

/** The server's working folder is its data folder; where there is no /proc, its command line names it. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
  if (workingFolder !== undefined) return workingFolder === (await realpath(data))
  return (await commandOf(pid)).includes(data)
}
