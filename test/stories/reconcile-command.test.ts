/** Tests that `npm run reconcile` makes the same pass as the clock does. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { parseCrontab } from 'graphile-worker'
import { crontab } from '../../src/jobs.ts'
import { runsSources } from '../support/world/killable-gateway.ts'
import { startSilentProxy } from '../support/world/silent-proxy.ts'
import { enrol, enrolmentOf, linked, newRun, pay } from '../support/world/study.ts'
import { digestOf } from '../support/world/untouched.ts'
import { startWorld, type World } from '../support/world/world.ts'

const command = fileURLToPath(new URL('../../src/commands/reconcile.ts', import.meta.url))

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const run = (...args: string[]) => runOn(world.databaseUrl, ...args)

function runOn(databaseUrl: string, ...args: string[]): Promise<{ code: number; printed: string }> {
  const env = { PATH: process.env.PATH, ...world.environment, DATABASE_URL: databaseUrl }
  return new Promise((resolve) => {
    execFile(process.execPath, [...runsSources, command, ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, printed: out + err }),
    )
  })
}

/** All but the report itself. */
async function books(): Promise<object> {
  const { 'public.reconciliation': _, 'public.correction': __, ...rest } = await digestOf(world.databaseUrl)
  return rest
}

it('reports what no webhook told and changes nothing, then puts it right, then finds nothing', async () => {
  const persona = await linked(world, 'connie')
  for (const sandbox of ['stripe', 'paypal'] as const) await world.control(sandbox, 'webhooks', { mode: 'drop' })
  const begun = []
  for (const paymentMethod of ['CARD', 'PAYPAL']) {
    begun.push(await enrol(world, persona, (await newRun(world)).id, { paymentMethod }))
    await pay(world, begun.at(-1).payment.action.redirectUrl)
  }
  const before = await books()
  const reported = await run('--dry-run')
  expect(reported.code).toBe(0)
  expect(reported.printed).toMatch(/^SKIPPED +Payment .*: REQUIRES_ACTION -> SUCCEEDED\. .*\n/m)
  expect(reported.printed).toMatch(/^SKIPPED +Payment .*: REQUIRES_ACTION -> PROCESSING\. .*\n/m)
  expect(reported.printed).toMatch(/^Examined \d+: 2 SKIPPED; a dry run changes nothing\.$/m)
  expect(await books()).toEqual(before)

  expect((await run('--apply')).printed).toMatch(/^Examined \d+: 2 HEALED\.$/m)
  await world.settle()
  for (const { enrolment } of begun) expect((await enrolmentOf(world, persona, enrolment.id)).status).toBe('REGISTERED')
  expect((await run('--dry-run')).printed).toMatch(/nothing to correct; a dry run changes nothing\.$/m)
})

it.each([[[]], [['--apply', '--dry-run']], [['--force']]])('asked with %j says how it is used', async (args) => {
  const { code, printed } = await run(...args)
  expect(code).toBe(2)
  expect(printed).toContain('npm run reconcile -- --dry-run')
})

it('ends with a sentence and a code when PostgreSQL is lost while it runs', async () => {
  const proxy = await startSilentProxy(world.databaseUrl)
  try {
    proxy.onPiece = ({ bytes }) => !bytes.toString('latin1').includes('insert into "reconciliation"')
    const { code, printed } = await runOn(proxy.url, '--apply')
    expect(code).toBe(1)
    expect(printed).toMatch(/^PostgreSQL does not answer at DATABASE_URL \(.*\); try again once it does\.$/m)
    expect(printed).not.toMatch(/\n {4}at /)
  } finally {
    await proxy.close()
  }
})

it('is a job that runs every quarter of an hour', () => {
  const [job] = parseCrontab(crontab({ syncEveryMinutes: 5 }).join('\n')).filter(({ task }) => task === 'reconcile')
  const at = (minutes: number) => job?.match({ min: minutes, hour: 3, date: 1, month: 2, dow: 4 } as never)
  expect([0, 15, 30, 45].map(at)).toEqual([true, true, true, true])
  expect([1, 14, 29].map(at)).toEqual([false, false, false])
})
