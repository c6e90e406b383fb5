/** Starts a second gateway beside a world's own, to be killed on cue. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { World } from './world.ts'

export interface KillableGateway {
  url: string
  operationsUrl: string
  pid: number
  /** Has its main thread do nothing else for so long; resolves when it does something again. */
  hang(forMs: number): Promise<void>
  /** Kills it as kill -9 does: it finishes nothing and says nothing. */
  kill(): Promise<void>
}

const hooks = new URL('./compile-on-load.ts', import.meta.url).href
/** With which node runs the sources as they are. */
export const runsSources = ['--disable-warning=ExperimentalWarning', '--import', hooks]
const sources = new URL('../../../src/', import.meta.url).href

/** What main.ts does, on the clock of the world. */
const start = `
  await import('reflect-metadata')
  const { openApp } = await import('${sources}app.ts')
  const { readConfig } = await import('${sources}config.ts')
  const { startGateway } = await import('${sources}gateway.ts')
  const { log, limits, offsetMs } = JSON.parse(process.env.KILLABLE)
  const config = readConfig()
  const now = () => new Date(Date.now() + offsetMs)
  const { pino } = await import('pino')
  const app = await openApp(config, { log: pino({ level: config.LOG_LEVEL }), now, limits })
  const gateway = await startGateway(app, config)
  await gateway.prepared
  process.on('message', (forMs) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs)
    process.send('again')
  })
  process.send({ url: gateway.url, operationsUrl: gateway.operationsUrl })`

/** Started, with its worker taking jobs. */
export async function startKillable(world: World, limits: object = {}): Promise<KillableGateway> {
  const { PATH } = process.env
  const settings = JSON.stringify({ limits, offsetMs: world.now().getTime() - Date.now() })
  const child = spawn(process.execPath, [...runsSources, '--input-type=module', '-e', start], {
    env: { PATH, ...world.environment, KILLABLE: settings },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const addresses = await heard(child)
  return {
    ...addresses,
    pid: child.pid as number,
    async hang(forMs) {
      child.send(forMs)
      await once(child, 'message')
    },
    async kill() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

async function heard(child: ChildProcess): Promise<Pick<KillableGateway, 'url' | 'operationsUrl'>> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the gateway ended with ${code} instead of starting`)
  })
  return Promise.race([once(child, 'message').then(([addresses]) => addresses as never), ended])
}
