/** Starts the gateway from the environment and stops it in order on signals. */
import 'reflect-metadata'
import { openApp } from './app.ts'
import { ConfigRefused, readConfig } from './config.ts'
import { startGateway } from './gateway.ts'
import { isLetGo } from './graph/execution/let-go.ts'
import { openLog } from './observability/log.ts'

async function main(): Promise<void> {
  const config = readConfig()
  const log = openLog(config.LOG_LEVEL)
  const app = await openApp(config, { log })
  const gateway = await startGateway(app, config)
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping: finishing what was begun')
    gateway.close().then(
      () => process.exit(0),
      (error) => {
        log.error({ err: error }, 'could not stop in order')
        process.exit(1)
      },
    )
  }
  process.on('unhandledRejection', (reason) => {
    if (!isLetGo(reason)) throw reason
  })
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await gateway.prepared
  log.info({ url: gateway.url, operationsUrl: gateway.operationsUrl }, 'gateway ready')
}

main().catch((error: Error) => {
  // One sentence for what the reader can mend; the whole error for what only we can.
  const { code, port } = error as { code?: string; port?: number }
  if (error instanceof ConfigRefused) console.error(error.message)
  else if (code === 'EADDRINUSE')
    console.error(`Port ${port} is in use; stop what listens there, or set PORT to another.`)
  else if (code === 'ECONNREFUSED')
    console.error(`PostgreSQL does not answer at DATABASE_URL (${error.message}); start it.`)
  else console.error(error)
  process.exit(1)
})
