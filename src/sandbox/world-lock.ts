/** Locks the local folder, so that one world at a time uses it. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { commandOf, isAlive } from './process-table.ts'
import { StartRefusal } from './start-refusal.ts'

/**
 * Writes our process number into `localFolder`. Throws a StartRefusal while the world that wrote one before still
 * runs. Answers whether that world was killed: its gateway and sandboxes may then need a moment to end.
 */
export async function takeWorldLock(
  localFolder: string,
): Promise<{ leftByKilledWorld: boolean; release(): Promise<void> }> {
  const path = join(localFolder, 'world.pid')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const pid = Number.parseInt(text ?? '', 10)
  if (pid > 1 && pid !== process.pid && isAlive(pid) && /\bworld\.(js|ts)\b/.test(await commandOf(pid)))
    throw new StartRefusal(
      `The local world in ${localFolder} already runs (process ${pid}); stop it, or give a second one its own LOCAL_DIR and ports.`,
    )
  await writeFile(path, `${process.pid}\n`)
  return { leftByKilledWorld: text !== undefined, release: () => rm(path, { force: true }) }
}
