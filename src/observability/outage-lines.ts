/** Passes one line of the log a second about each store that is away. */
import type { LogFn, Logger } from 'pino'
import { isStoreAway } from '../values/store-away.ts'

const TOLD_EVERY_MS = 1_000

/** Which part a line says is away; null for a line about anything else. Lines about Redis name it. */
function outageOf(fields: unknown): string | null {
  if (typeof fields !== 'object' || fields === null) return null
  const { err, part } = fields as { err?: unknown; part?: unknown }
  if (part === 'redis') return part
  return isStoreAway(err) ? 'store' : null
}

/** Passes one line a second about each part that is away: requests, jobs and connections all meet the same outage. */
export function outagesToldOnce() {
  const told = new Map<string, { atMs: number; unsaid: number }>()
  return function logMethod(this: Logger, given: Parameters<LogFn>, write: LogFn): void {
    const part = outageOf(given[0])
    if (part === null) {
      write.apply(this, given)
      return
    }
    const nowMs = performance.now()
    const last = told.get(part)
    if (last && nowMs - last.atMs < TOLD_EVERY_MS) {
      last.unsaid += 1
      return
    }
    told.set(part, { atMs: nowMs, unsaid: 0 })
    const [fields, ...rest] = given as unknown as [object, ...Parameters<LogFn>]
    const more = last && last.unsaid > 0 ? { unsaid: last.unsaid } : {}
    write.apply(this, [{ ...fields, ...more }, ...rest] as unknown as Parameters<LogFn>)
  }
}
