/** Reads the time that the local world's clock file says. */
import { readFileSync } from 'node:fs'

/** A move is heard of within this; a read in between costs nothing. */
const READ_AT_MOST_EVERY_MS = 100

export interface ClockFile {
  now(): Date
  aheadSeconds(): number
}

/** Real time plus what the file says; without the file, or while it cannot be read, as it was last. */
export function openClockFile(file: string): ClockFile {
  let ahead = 0
  let readAtMs = Number.NEGATIVE_INFINITY
  const aheadSeconds = () => {
    if (performance.now() - readAtMs < READ_AT_MOST_EVERY_MS) return ahead
    readAtMs = performance.now()
    ahead = secondsIn(file) ?? ahead
    return ahead
  }
  return { aheadSeconds, now: () => new Date(Date.now() + aheadSeconds() * 1000) }
}

/** What a file of this kind says; null when there is none. */
export function secondsIn(file: string): number | null {
  try {
    const { aheadSeconds } = JSON.parse(readFileSync(file, 'utf8')) as { aheadSeconds: unknown }
    return typeof aheadSeconds === 'number' && Number.isSafeInteger(aheadSeconds) ? aheadSeconds : null
  } catch {
    return null
  }
}
