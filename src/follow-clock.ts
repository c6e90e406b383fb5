/** Takes over each move of the local world's clock. */
import { renameSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { App } from './app.ts'
import { type ClockFile, secondsIn } from './clock-file.ts'
import { areWaiting, bringForward, dueJobs, translateTimes } from './store/bring-forward.ts'
import { cronDue } from './store/cron-due.rules.ts'
import { addByCronLine } from './store/define-job.ts'
import { inTransaction } from './store/transaction.ts'

const LOOKS_EVERY_MS = 100
const JOBS_BEGIN_WITHIN_MS = 20_000
const JOBS_LOOKED_AT_EVERY_MS = 50

/**
 * Until it is closed: jobs that wait come due, what runs by the clock runs once if it would have, kept answers are
 * forgotten. Says in the file beside the clock's how far it has come, so that a restart does nothing twice.
 */
export function followClock(app: App, clock: ClockFile, file: string, crontab: readonly string[]): { close(): void } {
  const takenFile = `${file}.taken`
  const closing = new AbortController()
  const { pool } = app.worker

  async function takeOver(from: number, to: number): Promise<void> {
    await bringForward(pool, to - from)
    await translateTimes(pool, to)
    const nowMs = Date.now()
    await addMissed(new Date(nowMs + from * 1000), new Date(nowMs + to * 1000))
    await app.publicChanged()
    await untilBegun(await dueJobs(pool))
    writeFileSync(`${takenFile}.new`, `${JSON.stringify({ aheadSeconds: to })}\n`)
    renameSync(`${takenFile}.new`, takenFile)
    app.log.info({ aheadSeconds: to }, 'the clock was moved')
  }

  async function addMissed(from: Date, to: Date): Promise<void> {
    const missed = crontab.filter((line) => cronDue(line, from, to))
    await inTransaction(app.systemContext('clock').em, async (tx) => {
      for (const line of missed) await addByCronLine(tx, line)
    })
  }

  async function untilBegun(ids: readonly string[]): Promise<void> {
    const deadlineMs = performance.now() + JOBS_BEGIN_WITHIN_MS
    while (performance.now() < deadlineMs && (await areWaiting(pool, ids)))
      await wait(JOBS_LOOKED_AT_EVERY_MS, undefined, closing)
  }

  async function follow(): Promise<void> {
    let taken = secondsIn(takenFile) ?? 0
    for (;;) {
      try {
        const to = clock.aheadSeconds()
        if (to !== taken) await takeOver(taken, to)
        else if (to > 0) await translateTimes(pool, to)
        taken = to
      } catch (error) {
        if (closing.signal.aborted) return
        app.log.warn({ err: error }, 'the moved clock was not taken over; it is tried again')
      }
      await wait(LOOKS_EVERY_MS, undefined, { ...closing, ref: false })
    }
  }

  follow().catch(() => undefined)
  return { close: () => closing.abort() }
}
