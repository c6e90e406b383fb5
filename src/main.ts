/** Starts the gateway from the environment and stops it in order on signals. */
import 'reflect-metadata'
import { openApp } from './app.ts'
import { openClockFile } from './clock-file.ts'
import { readConfig } from './config.ts'
import { requireDatabaseUser } from './database-user.ts'
import { followClock } from './follow-clock.ts'
import { startGateway } from './gateway.ts'
import { isLetGo } from './graph/execution/let-go.ts'
import { crontab } from './jobs.ts'
import { openLog } from './observability/log.ts'
import { hearStrayErrors } from './observability/stray-errors.ts'
import { reasonOfStartFailure } from './start-failure.ts'

async function main(): Promise<void> {
  const config = readConfig()
  await requireDatabaseUser(config)
  const log = openLog(config.LOG_LEVEL)
  hearStrayErrors(log, isLetGo, () => process.exit(1))
  const clock = config.CLOCK_FILE ? openClockFile(config.CLOCK_FILE) : null
  const app = await openApp(config, { log, ...(clock && { now: clock.now }) })
  const gateway = await startGateway(app, config)
  let following: { close(): void } | undefined
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping: finishing what was begun')
    following?.close()
    gateway.close().then(
      () => process.exit(0),
      (error) => {
        log.error({ err: error }, 'could not stop in order')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await gateway.prepared
  if (clock && config.CLOCK_FILE && !stopping) {
    following = followClock(app, clock, config.CLOCK_FILE, crontab({ syncEveryMinutes: config.SYNC_EVERY_MINUTES }))
  }
  log.info({ url: gateway.url, operationsUrl: gateway.operationsUrl }, 'gateway ready')
}

// A start is one act: whoever started it hears in one sentence why it did not come about, and starts it again.
main().catch((error: unknown) => {
  console.error(reasonOfStartFailure(error))
  process.exit(1)
})
