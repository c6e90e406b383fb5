/** Starts the local world's two Node processes: sandboxes and gateway. */
import { join } from 'node:path'
import { type RunningChild, startChild, untilReady } from './child-process.ts'
import type { LocalSettings } from './local-settings.ts'

const build = join(import.meta.dirname, '..')

/** The process that runs the sandboxes; it is ready when it says so. */
export async function startSandboxes(
  settings: LocalSettings,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<RunningChild> {
  const child = startNode('sandboxes', join(build, 'sandbox', 'sandboxes.js'), settings, env)
  let ready = false
  child.process.once('message', () => {
    ready = true
  })
  await untilReady(child, async () => ready, { signal })
  return child
}

/** The gateway; it is ready when it says so over HTTP: database, migrations, worker and first synchronisation. */
export async function startGateway(
  settings: LocalSettings,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<RunningChild> {
  const child = startNode('gateway', join(build, 'main.js'), settings, env)
  const url = `${settings.gateway.operationsUrl}/health/ready`
  let answered = 'it does not answer'
  const isReady = async () => {
    try {
      const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]) })
      answered = (await answer.text()).slice(0, 300)
      return answer.status === 200
    } catch {
      return false
    }
  }
  const stillWaiting = (seconds: number) => console.log(`gateway       not ready after ${seconds} s: ${answered}`)
  await untilReady(child, isReady, { signal, stillWaiting })
  return child
}

function startNode(name: string, file: string, settings: LocalSettings, env: NodeJS.ProcessEnv): RunningChild {
  return startChild({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', file],
    env,
    cwd: settings.root,
    logFile: join(settings.localFolder, `${name}.log`),
    stopSignals: ['SIGTERM'],
    orphanSignals: ['SIGTERM'],
    // Longer than the gateway allows itself to finish what it has begun.
    patienceMs: 30_000,
    channel: name === 'sandboxes',
  })
}
