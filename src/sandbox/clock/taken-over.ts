/** Waits until the gateway goes by the clock, if there is one. */
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

const LOOKS_EVERY_MS = 20
const WITHIN_MS = 30_000
const ANSWERS_WITHIN_MS = 2_000

/**
 * The gateway at `url` says in the file beside the clock's how far it has come. One that is not there takes it over when
 * it starts. Throws when it is there and does not take it over.
 */
export async function untilTakenOver(clockFile: string, url: string, aheadSeconds: number): Promise<void> {
  if (!(await answers(url))) return
  const deadlineMs = performance.now() + WITHIN_MS
  while (performance.now() < deadlineMs) {
    if ((await takenIn(`${clockFile}.taken`)) === aheadSeconds) return
    await wait(LOOKS_EVERY_MS)
  }
  throw new Error(`The clock is moved, but the gateway at ${url} has not taken it over; does CLOCK_FILE name its file?`)
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) })).body?.cancel()
    return true
  } catch (problem) {
    return (problem as Error).name === 'TimeoutError'
  }
}

async function takenIn(file: string): Promise<number | null> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { aheadSeconds: number }).aheadSeconds
  } catch {
    return null
  }
}
