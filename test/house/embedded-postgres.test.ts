/** Tests the embedded PostgreSQL server of local world and tests. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { RunningChild } from '../../src/sandbox/child-process.ts'
import { preparePostgres, startPostgres } from '../../src/sandbox/embedded-postgres.ts'
import { findFreePort } from '../../src/sandbox/ports.ts'
import { StartRefusal } from '../../src/sandbox/start-refusal.ts'
import { needing } from '../support/world/needing.ts'
import { rowsOf } from '../support/world/postgres.ts'

let folder: string
const started: RunningChild[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-postgres-'))
  await chmod(folder, 0o755)
})

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()))
  await rm(folder, { recursive: true, force: true })
})

async function start() {
  const prepared = await preparePostgres(folder)
  const server = await startPostgres(prepared, { port: await findFreePort(), logFile: join(folder, 'postgres.log') })
  started.push(server)
  return { ...server, data: prepared.data }
}

describe('data', () => {
  it('is there again after a stop, after a kill, and after a world that left its server running', async () => {
    const first = await start()
    await rowsOf(first.url, 'create table kept (what text)')
    await first.stop()

    const second = await start()
    await rowsOf(second.url, `insert into kept values ('after a stop')`)
    second.process.kill('SIGKILL')
    await second.ended

    const third = await start()
    await rowsOf(third.url, `insert into kept values ('after a kill')`)

    const fourth = await start()
    expect(await third.ended).toBe('exit code 0')
    expect(await rowsOf(fourth.url, 'select what from kept')).toEqual([
      { what: 'after a stop' },
      { what: 'after a kill' },
    ])
  })

  it('is opened although a stranger was given the number of the server that was killed', async () => {
    const server = await start()
    server.process.kill('SIGKILL')
    await server.ended
    const file = join(server.data, 'postmaster.pid')
    await writeFile(file, `${process.pid}\n${server.data}\n`)
    const next = await start()
    expect(await rowsOf(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('is not half made when the first start is interrupted', async () => {
    const interrupted = new AbortController()
    const starting = startPostgres(await preparePostgres(folder), {
      port: await findFreePort(),
      logFile: join(folder, 'postgres.log'),
      signal: interrupted.signal,
    })
    interrupted.abort(new Error('Ctrl-C'))
    await expect(starting).rejects.toThrow('Ctrl-C')
    const server = await start()
    expect(await rowsOf(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it.each([
    ['is not empty but holds no PostgreSQL database', { 'notes.txt': 'mine' }],
    ['was made by PostgreSQL 9, and this is 18', { PG_VERSION: '9\n' }],
    ['gateway-password', { PG_VERSION: '18\n' }],
    ['cannot use the data', { PG_VERSION: '18\n', 'gateway-password': 'secret' }],
  ])('that is none of ours is refused in a sentence: %s', async (sentence, files) => {
    const data = join(folder, 'postgres')
    await mkdir(data, { mode: 0o700 })
    for (const [name, text] of Object.entries(files)) await writeFile(join(data, name), text)
    const problem = await start().catch((problem: unknown) => problem)
    expect(problem).toBeInstanceOf(StartRefusal)
    expect((problem as StartRefusal).message).toContain(sentence)
    expect((problem as StartRefusal).message).toContain(data)
  })

  const { it: asRoot } = needing('to be root', process.getuid?.() === 0)
  asRoot('lives where PostgreSQL can reach it when only root may enter the folder', async () => {
    await chmod(folder, 0o700)
    const server = await start()
    try {
      expect(await readlink(join(folder, 'postgres'))).toBe(server.data)
      expect((await stat(server.data)).uid).not.toBe(0)
      expect(await rowsOf(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
      await server.stop()
      expect((await start()).data).toBe(server.data)
    } finally {
      await Promise.all(started.map((running) => running.stop()))
      await rm(dirname(server.data), { recursive: true, force: true })
    }
  })
})

describe('the server', () => {
  it('listens on the loopback address only, and asks for the password', async () => {
    const { url } = await start()
    expect(await rowsOf(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    const guessed = new URL(url)
    guessed.password = 'gateway'
    await expect(rowsOf(guessed.href, 'select 1')).rejects.toThrow('password authentication failed')
  })

  it('ends when the process that started it is killed', async () => {
    const program = `
      const { preparePostgres, startPostgres } = await import(${JSON.stringify(moduleUrl('embedded-postgres.ts'))})
      const prepared = await preparePostgres(${JSON.stringify(folder)})
      const server = await startPostgres(prepared, { port: ${await findFreePort()}, logFile: ${JSON.stringify(join(folder, 'log'))} })
      console.log(server.url)`
    const world = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(world.stdout, 'data')) as [Buffer]
    world.kill('SIGKILL')
    await expect(untilRefused(line.toString().trim())).resolves.toBeUndefined()
  })
})

const moduleUrl = (file: string) => new URL(`../../src/sandbox/${file}`, import.meta.url).href

/** Connects until nobody listens any more; the test's time limit is the deadline. */
async function untilRefused(url: string): Promise<void> {
  for (;;) {
    const problem = await rowsOf(url, 'select 1').then(
      () => undefined,
      (problem: NodeJS.ErrnoException) => problem,
    )
    if (problem?.code === 'ECONNREFUSED') return
  }
}
