/** Starts a gateway in its own process as production does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { findFreePort } from '../../../src/sandbox/ports.ts'
import { runsSources } from './killable-gateway.ts'

export interface GatewayProcess {
  url: string
  operationsUrl: string
  child: ChildProcess
  /** What it wrote, both outputs. */
  written(): string
  /** Settles with its exit code. */
  ended: Promise<number | null>
}

/** Spawns it with that environment and nothing else but the path; it may end at once. */
export function spawnGateway(environment: Record<string, string>): Omit<GatewayProcess, 'url' | 'operationsUrl'> {
  const child = spawn(process.execPath, [...runsSources, 'src/main.ts'], {
    env: { PATH: process.env.PATH ?? '', ...environment },
  })
  let written = ''
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (written += chunk))
  return { child, written: () => written, ended: once(child, 'close').then(([code]) => code as number | null) }
}

/** The same on free ports, ready to serve. */
export async function startGatewayProcess(environment: Record<string, string>): Promise<GatewayProcess> {
  const [port, operationsPort] = [await findFreePort(), await findFreePort()]
  const started = spawnGateway({ ...environment, PORT: `${port}`, OPERATIONS_PORT: `${operationsPort}` })
  const [url, operationsUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${operationsPort}`]
  const isReady = () =>
    fetch(`${operationsUrl}/health/ready`).then(
      ({ status }) => status === 200,
      () => false,
    )
  const over = started.ended.then((code) => {
    throw new Error(`the gateway ended with ${code}: ${started.written()}`)
  })
  over.catch(() => undefined)
  while (!(await Promise.race([isReady(), over])));
  return { ...started, url, operationsUrl }
}
