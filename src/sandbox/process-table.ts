/** Reads the machine's process table, to recognise our own processes despite reused numbers. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether a process of that number exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The command line of a process; empty when there is no such process, or it has ended and waits to be collected. */
export async function commandOf(pid: number): Promise<string> {
  const ofLinux = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  if (ofLinux !== undefined) return ofLinux.replaceAll('\0', ' ').trim()
  return await run('ps', ['-o', 'command=', '-p', `${pid}`]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  )
}
