/** One more gateway in a world that runs: the same database and outsiders, unless said otherwise. */
import { type Logger, pino } from 'pino'
import { type App, openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { startGateway } from '../../src/gateway.ts'
import type { World } from './world.ts'

export interface Replica {
  url: string
  app: App
  close(): Promise<void>
}

/** `changes` are variables that this one is started with instead of the world's. Its jobs are the world's to run. */
export async function startReplica(
  world: World,
  changes: Record<string, string> = {},
  log: Logger = pino({ level: 'silent' }),
): Promise<Replica> {
  const config = readConfig({ ...world.environment, ...changes })
  const app = await openApp(config, { log })
  const gateway = await startGateway(app, config, { jobsByHand: true, drain: { idleMs: 0 } })
  await gateway.prepared
  return { url: gateway.url, app, close: () => gateway.close() }
}
