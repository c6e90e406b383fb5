/** Tests how the local world starts, which variables it respects and how it ends. */

import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type RunningChild, startChild, untilReady } from '../../src/sandbox/child-process.ts'
import { gatewayEnvironment } from '../../src/sandbox/gateway-environment.ts'
import { readLocalSettings } from '../../src/sandbox/local-settings.ts'
import { findFreePort, untilPortsAreFree } from '../../src/sandbox/ports.ts'
import { ensureSigningKeys } from '../../src/sandbox/signing-keys.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'local-world-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('ports', () => {
  const { signal } = new AbortController()
  const host = '127.0.0.1'

  async function hold(): Promise<{ server: Server; port: number }> {
    const server = createServer()
    closing.push(() => server.close())
    await once(server.listen(0, host), 'listening')
    return { server, port: (server.address() as { port: number }).port }
  }

  it('in use are named with the part that wants them and the variable to set', async () => {
    const { port } = await hold()
    const wanted = [{ port, host, part: 'the gateway', variable: 'PORT' }]
    await expect(untilPortsAreFree(wanted, 0, signal)).rejects.toThrow(
      `Port ${port}, wanted by the gateway, is in use; stop the program that holds it or set PORT to another port.`,
    )
  })

  it('that a killed world still holds are waited for', async () => {
    const { server, port } = await hold()
    const waiting = untilPortsAreFree([{ port, host, part: 'the gateway', variable: 'PORT' }], 10_000, signal)
    server.close()
    await expect(waiting).resolves.toBeUndefined()
  })

  it('given twice are named with both variables', async () => {
    const { ports } = readLocalSettings({ PORT: '4010' })
    await expect(untilPortsAreFree(ports, 0, signal)).rejects.toThrow('PORT and PARTNER_PORT are both 4010')
  })

  it.each(['http', '0', '65536', '4000.5', '-1'])('that are none are refused: %s', (PORT) => {
    expect(() => readLocalSettings({ PORT })).toThrow(`PORT is "${PORT}"`)
  })
})

describe('a real variable', () => {
  const environment = (given: NodeJS.ProcessEnv) => gatewayEnvironment(given, readLocalSettings(given), undefined)

  it.each([
    ['STRIPE_SECRET_KEY', 'stripe', ['STRIPE_API_BASE', 'STRIPE_WEBHOOK_SECRET']],
    ['PAYPAL_CLIENT_ID', 'paypal', ['PAYPAL_API_BASE', 'PAYPAL_CLIENT_SECRET', 'PAYPAL_WEBHOOK_CA_FILE']],
    ['PARTNER_BASE_URL', 'partner', ['PARTNER_CONSUMER_KEY', 'PARTNER_SHARED_SECRET']],
    ['OIDC_ISSUER', 'identity', ['OIDC_AUDIENCE']],
    ['MAIL_URL', 'mail', ['MAIL_FROM']],
  ] as const)('%s replaces its sandbox and leaves nothing of it behind', (variable, part, ofSandbox) => {
    const given = { [variable]: 'https://real.example' }
    expect(readLocalSettings(given).sandboxes).not.toHaveProperty(part)
    expect(readLocalSettings({}).sandboxes).toHaveProperty(part)
    expect(environment(given)[variable]).toBe('https://real.example')
    for (const name of ofSandbox) {
      expect(environment(given)).not.toHaveProperty(name)
      expect(environment({})).toHaveProperty(name)
    }
  })

  it('DATABASE_URL replaces the embedded PostgreSQL', () => {
    const given = { DATABASE_URL: 'postgresql://db.example/gateway' }
    expect(readLocalSettings(given).postgresPort).toBeUndefined()
    expect(environment(given).DATABASE_URL).toBe(given.DATABASE_URL)
  })

  it('that is set but empty is not set', () => {
    expect(environment({ STRIPE_SECRET_KEY: '' })).toEqual(environment({}))
  })
})

describe('a part of the world', () => {
  async function start(program: string): Promise<RunningChild> {
    const child = startChild({
      name: 'part',
      command: process.execPath,
      args: ['-e', program],
      env: {},
      cwd: '/',
      logFile: join(await temporaryFolder(), 'part.log'),
      stopSignals: ['SIGTERM'],
      orphanSignals: ['SIGTERM'],
      patienceMs: 200,
      channel: true,
    })
    closing.unshift(() => child.stop())
    return child
  }
  const said = (child: RunningChild) => once(child.process, 'message')

  it('is stopped by the gentlest signal it obeys', async () => {
    const child = await start(
      `process.on('SIGTERM', () => process.exit(0)); process.on('message', () => {}); process.send('up')`,
    )
    await said(child)
    await child.stop()
    expect(await child.ended).toBe('exit code 0')
  })

  it('is ended all the same when it does not listen', async () => {
    const child = await start(`process.on('SIGTERM', () => {}); process.on('message', () => {}); process.send('up')`)
    await said(child)
    await child.stop()
    expect(await child.ended).toBe('signal SIGKILL')
  })

  it('that dies before it is ready is reported with its last words', async () => {
    const child = await start(`console.error('no such table'); process.exit(3)`)
    await expect(untilReady(child, async () => false, {})).rejects.toThrow(
      /part ended by itself \(exit code 3\).*no such table/s,
    )
  })

  it('is stopped when its start is interrupted', async () => {
    const child = await start(`process.send('up'); process.on('message', () => {})`)
    await said(child)
    const interrupted = new AbortController()
    const starting = untilReady(child, async () => false, { signal: interrupted.signal })
    interrupted.abort(new Error('Ctrl-C'))
    await expect(starting).rejects.toThrow('Ctrl-C')
    expect(await child.ended).toBe('signal SIGTERM')
  })
})

it('makes the signing key once, for its owner alone', async () => {
  const path = join(await temporaryFolder(), 'signing-keys.json')
  await ensureSigningKeys(path)
  const text = await readFile(path, 'utf8')
  expect(JSON.parse(text).keys).toEqual([
    expect.objectContaining({ kty: 'OKP', crv: 'Ed25519', d: expect.any(String), kid: expect.any(String) }),
  ])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  await ensureSigningKeys(path)
  expect(await readFile(path, 'utf8')).toBe(text)
})

it('finds a port that is free', async () => {
  const port = await findFreePort()
  const wanted = [{ port, host: '127.0.0.1', part: 'the gateway', variable: 'PORT' }]
  await expect(untilPortsAreFree(wanted, 0, new AbortController().signal)).resolves.toBeUndefined()
})
