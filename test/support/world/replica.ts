/** Starts one more gateway on a running world's database and upstreams. */
import { type Logger, pino } from 'pino'
import { type App, openApp } from '../../../src/app.ts'
import { type Config, readConfig } from '../../../src/config.ts'
import { startGateway } from '../../../src/gateway.ts'
import { byHand, type World } from './world.ts'

export interface Replica {
  url: string
  app: App
  close(): Promise<void>
}

/**
 * `changes` are variables that this one is started with instead of the world's; production is taken at its word, though
 * nothing here is fit for it. Its jobs are the world's to run.
 */
export async function startReplica(
  world: World,
  changes: Record<string, string> = {},
  log: Logger = pino({ level: 'silent' }),
): Promise<Replica> {
  const { NODE_ENV, ...rest } = changes
  const read = readConfig({ ...world.environment, ...rest })
  const config: Config = NODE_ENV === 'production' ? { ...read, NODE_ENV } : read
  const app = await openApp(config, { log })
  const gateway = await startGateway(app, config, byHand)
  await gateway.prepared
  return { url: gateway.url, app, close: () => gateway.close() }
}
