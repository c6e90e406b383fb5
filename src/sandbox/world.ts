/** Starts the local world, prints its addresses and stops it in order. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describeDeath, type RunningChild } from './child-process.ts'
import { preparePostgres, startPostgres } from './embedded-postgres.ts'
import { gatewayEnvironment, signingKeysFile } from './gateway-environment.ts'
import { type LocalSettings, readLocalSettings } from './local-settings.ts'
import { startGateway, startSandboxes } from './node-parts.ts'
import { untilPortsAreFree } from './ports.ts'
import { ensureSigningKeys } from './signing-keys.ts'
import { StartRefusal } from './start-refusal.ts'
import { describeWorld } from './world-description.ts'
import { takeWorldLock } from './world-lock.ts'

/** What ends the world: being asked to stop, which is success, or a part that died, which is not. */
const ending = new AbortController()
class AskedToStop extends Error {}

const running: RunningChild[] = []

process.exitCode = await runWorld()

async function runWorld(): Promise<number> {
  listenForSignals()
  let releaseLock = async () => {}
  try {
    if (process.env.NODE_ENV === 'production')
      throw new StartRefusal(
        'The local world is not for NODE_ENV=production; run "npm run build" and "npm run serve" there.',
      )
    const settings = readLocalSettings(process.env)
    await makeLocalFolder(settings.localFolder)
    const lock = await takeWorldLock(settings.localFolder)
    releaseLock = lock.release
    await startWorld(settings, lock.leftByKilledWorld)
    await new Promise((resolve) => ending.signal.addEventListener('abort', resolve))
    throw ending.signal.reason
  } catch (problem) {
    const reason = ending.signal.aborted ? ending.signal.reason : problem
    if (reason instanceof AskedToStop) return 0
    console.error(reason instanceof StartRefusal ? reason.message : reason)
    return 1
  } finally {
    for (const child of running.toReversed()) await child.stop()
    await releaseLock()
  }
}

/** Every part is ready before the one that asks it for something is started. A start that fails stops itself. */
async function startWorld(settings: LocalSettings, afterKilledWorld: boolean): Promise<void> {
  const { localFolder, postgresPort } = settings
  const { signal } = ending
  const prepared = postgresPort === undefined ? undefined : await preparePostgres(localFolder)
  await untilPortsAreFree(settings.ports, afterKilledWorld ? 20_000 : 0, signal)
  await ensureSigningKeys(signingKeysFile(localFolder))
  let databaseUrl: string | undefined
  if (prepared && postgresPort !== undefined) {
    const server = await startPostgres(prepared, {
      port: postgresPort,
      logFile: join(localFolder, 'postgres.log'),
      // Compiling a query costs more than running one on a catalogue of this size.
      settings: { jit: 'off' },
      signal,
    })
    keep(server, `data in ${prepared.data}`)
    databaseUrl = server.url
  }
  const environment = gatewayEnvironment(process.env, settings, databaseUrl)
  const sandboxes = Object.keys(settings.sandboxes)
  if (sandboxes.length > 0) keep(await startSandboxes(settings, process.env, signal), sandboxes.join(', '))
  keep(await startGateway(settings, environment, signal), `${settings.gateway.publicUrl}/graphql`)
  console.log(describeWorld(settings, databaseUrl))
}

/** From here on the part is stopped with the world, and the world with the part. */
function keep(child: RunningChild, detail: string): void {
  running.push(child)
  child.ended.then((end) => ending.abort(new StartRefusal(describeDeath(child, end))))
  console.log(`${child.name.padEnd(14)}ready after ${process.uptime().toFixed(1)} s: ${detail}`)
}

/**
 * Ctrl-C reaches us twice, from the terminal and from npm, so that the first signal decides and the rest are ignored.
 * When npm itself is killed nobody tells us, but our parent changes.
 */
function listenForSignals(): void {
  const stop = (why: string) => {
    if (!ending.signal.aborted) console.log(`\n${why}: stopping the gateway, then the sandboxes, then PostgreSQL.`)
    ending.abort(new AskedToStop())
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  // The terminal may be gone by the time we say goodbye.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const parent = process.ppid
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid === parent || stop('npm is gone'), 500).unref()
}

async function makeLocalFolder(localFolder: string): Promise<void> {
  await mkdir(localFolder, { recursive: true }).catch((problem: Error) => {
    throw new StartRefusal(
      `The folder ${localFolder} cannot be made (${problem.message}); set LOCAL_DIR to another one.`,
    )
  })
}
