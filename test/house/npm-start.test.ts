/** Tests that `npm start` brings everything up and Ctrl-C leaves nothing behind. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, it, jest } from '@jest/globals'
import { readLocalSettings } from '../../src/sandbox/local-settings.ts'
import { findFreePort, untilPortsAreFree } from '../../src/sandbox/ports.ts'

jest.setTimeout(90_000)

const variables = [
  'PORT',
  'OPERATIONS_PORT',
  'PARTNER_PORT',
  'STRIPE_PORT',
  'PAYPAL_PORT',
  'IDENTITY_PORT',
  'MAIL_PORT',
  'SMTP_PORT',
  'POSTGRES_PORT',
]
let npm: ChildProcess
let folder: string

afterEach(async () => {
  kill('SIGINT')
  if (npm.exitCode === null && npm.signalCode === null) await once(npm, 'close')
  await rm(folder, { recursive: true, force: true })
})

/** A world of its own folder and ports; resolves when it says that it is ready, rejects when it ends instead. */
async function start() {
  folder = await mkdtemp(join(tmpdir(), 'npm-start-'))
  await chmod(folder, 0o755)
  const env: NodeJS.ProcessEnv = { ...process.env, LOCAL_DIR: folder }
  delete env.NODE_ENV
  for (const variable of variables) env[variable] = `${await findFreePort()}`
  npm = spawn('npm', ['start'], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  const ended = once(npm, 'close').then(([code]) => code as number | null)
  await new Promise<void>((resolve, reject) => {
    for (const stream of [npm.stdout, npm.stderr])
      stream?.on('data', (text) => {
        printed += text
        if (printed.includes('Ctrl-C stops everything')) resolve()
      })
    ended.then(() => reject(new Error(`npm start ended: ${printed}`)))
  })
  const settings = readLocalSettings(env)
  const nothingLeft = (patienceMs: number) =>
    untilPortsAreFree(settings.ports, patienceMs, new AbortController().signal)
  return { ended, env, nothingLeft, operationsUrl: settings.gateway.operationsUrl, printed: () => printed }
}

/** As a terminal does: to npm and everything in its process group. */
function kill(signal: NodeJS.Signals): void {
  try {
    if (npm.pid !== undefined) process.kill(-npm.pid, signal)
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'ESRCH') throw problem
  }
}

it('brings up a gateway that is ready, which commands find, and Ctrl-C takes everything down again', async () => {
  const world = await start()
  expect((await fetch(`${world.operationsUrl}/health/ready`)).status).toBe(200)
  const addresses = [...world.printed().matchAll(/https?:\/\/[^\s)]+/g)].map(([address]) => address)
  expect(addresses.length).toBeGreaterThanOrEqual(7)
  for (const address of addresses) expect([address, (await fetch(address)).status]).not.toContain(404)
  const run = (...args: string[]) => promisify(execFile)('npm', ['run', '-s', ...args], { env: world.env })
  expect((await run('token', '--', 'ada')).stdout).toMatch(/^eyJ/)
  expect((await run('clock', '--', '+15d')).stdout).toContain('1296000 s ahead of real time')
  expect((await run('reconcile', '--', '--dry-run')).stdout).toMatch(/^Examined \d+: nothing to correct/m)
  kill('SIGINT')
  kill('SIGINT')
  expect(await world.ended).toBe(0)
  await expect(world.nothingLeft(0)).resolves.toBeUndefined()
})

it('stops the rest and says why when a part dies', async () => {
  const world = await start()
  const postmaster = Number.parseInt(await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8'), 10)
  process.kill(postmaster, 'SIGKILL')
  expect(await world.ended).toBe(1)
  expect(world.printed()).toContain('PostgreSQL ended by itself (signal SIGKILL)')
  await expect(world.nothingLeft(0)).resolves.toBeUndefined()
})

it('leaves nothing running even when it is killed', async () => {
  const world = await start()
  kill('SIGKILL')
  await world.ended
  await expect(world.nothingLeft(60_000)).resolves.toBeUndefined()
})
