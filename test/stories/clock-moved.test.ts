/** Tests that gateway and sandboxes follow the local world's clock. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import pg from 'pg'
import { pino } from 'pino'
import { type App, openApp } from '../../src/app.ts'
import { openClockFile } from '../../src/clock-file.ts'
import { readConfig } from '../../src/config.ts'
import { enrolmentJobs } from '../../src/enrolments/enrolment-jobs.ts'
import { followClock } from '../../src/follow-clock.ts'
import { type Gateway, startGateway } from '../../src/gateway.ts'
import { crontab } from '../../src/jobs.ts'
import { LocalClock } from '../../src/sandbox/clock/local-clock.ts'
import { untilTakenOver } from '../../src/sandbox/clock/taken-over.ts'
import { type IdentitySandbox, startIdentitySandbox } from '../../src/sandbox/identity/identity-sandbox.ts'
import { enrol, enrolmentOf, linked, newRun } from '../support/world/study.ts'
import { byHand, startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(60_000)

let world: World
let folder: string
let file: string
let sql: pg.Client
let run: { id: string }
let ada: string
let app: App
let gateway: Gateway
let following: { close(): void }
/** Any sandbox will do. */
let sandbox: IdentitySandbox
beforeAll(async () => {
  world = await startWorld()
  folder = await mkdtemp(join(tmpdir(), 'clock-'))
  file = join(folder, 'clock.json')
  sql = new pg.Client({ connectionString: world.databaseUrl })
  await sql.connect()
  // Before there are two that take jobs: these steps wait for their own.
  run = await newRun(world)
  ada = await linked(world, 'clocked')
  const config = readConfig({ ...world.environment, CLOCK_FILE: file })
  const clock = openClockFile(file)
  app = await openApp(config, { log: pino({ level: 'silent' }), now: clock.now })
  gateway = await startGateway(app, config, { ...byHand, jobsByHand: false })
  await gateway.prepared
  following = followClock(app, clock, file, crontab({ syncEveryMinutes: 5 }))
  const local = new LocalClock({ file, takenOver: (ahead) => untilTakenOver(file, gateway.url, ahead) })
  const secret = { audience: 'urn:any', clientSecret: 'any' }
  sandbox = await startIdentitySandbox({ host: '127.0.0.1', port: 0, clock: local, ...secret })
})
afterAll(async () => {
  following?.close()
  await sandbox?.close()
  await gateway?.close()
  await sql?.end()
  await world?.close()
  await rm(folder, { recursive: true, force: true })
})

async function clock(body?: object) {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(`${sandbox.url}/_sandbox/clock`, body && post)
  return { status: answer.status, ...((await answer.json()) as { now: string; aheadSeconds: number; error?: string }) }
}

/** The providers keep the test's clock, which goes along. */
async function move(minutes: number) {
  world.pass(minutes)
  return clock({ advance: `PT${minutes}M` })
}

const waitingJob = async (enrolmentId: string) => {
  const { rows } = await sql.query(
    `select extract(epoch from run_at - now())::float8 / 60 as minutes from graphile_worker._private_jobs
     where payload->>'enrolmentId' = $1 and locked_at is null`,
    [Buffer.from(enrolmentId, 'base64url').toString().split(':')[1]],
  )
  return rows.map(({ minutes }) => minutes as number)
}

it('begins at real time', async () => {
  const { now, aheadSeconds } = await clock()
  expect(aheadSeconds).toBe(0)
  expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(5_000)
})

describe('a clock that is moved', () => {
  it('ends a hold, has what is added later come due in its own time, and synchronises', async () => {
    const via: World = { ...world, url: gateway.url }
    const { enrolment } = await enrol(via, ada, run.id)
    const [before] = await waitingJob(enrolment.id)
    expect(before).toBeGreaterThan(30)
    const enrolmentId = randomUUID()
    await enrolmentJobs.reviewCredit.add(app.systemContext('test').em, { enrolmentId }, { afterMs: 39 * 60_000 })
    const lastSync = async () => (await sql.query('select max(succeeded_at) as at from sync_state')).rows[0].at as Date
    const syncedBefore = await lastSync()

    const moved = await move(40)
    expect(moved).toMatchObject({ status: 200, aheadSeconds: 2400 })
    expect(Math.abs(app.now().getTime() - Date.parse(moved.now))).toBeLessThan(5_000)
    const deadlineMs = Date.now() + 20_000
    while ((await enrolmentOf(via, ada, enrolment.id)).status !== 'EXPIRED') {
      if (Date.now() > deadlineMs) throw new Error('the hold did not end')
    }
    const waits = 'select 1 from graphile_worker.jobs where key = $1 and run_at > now() and attempts = 0'
    expect((await sql.query(waits, [`review_credit:${enrolmentId}`])).rowCount).toBe(0)
    while ((await lastSync()).getTime() - syncedBefore.getTime() < 39 * 60_000) {
      if (Date.now() > deadlineMs) throw new Error('nothing was synchronised')
    }

    const again = await enrol(via, ada, run.id)
    expect(again.userErrors).toEqual([])
    while ((await waitingJob(again.enrolment.id)).some((minutes) => minutes > 40)) {
      if (Date.now() > deadlineMs) throw new Error('the job waits for an hour that comes too late')
    }
    expect((await waitingJob(again.enrolment.id))[0]).toBeGreaterThan(30)
  })

  it('is kept, and followed by a gateway that starts later', async () => {
    const { aheadSeconds } = await move(1)
    expect(new LocalClock({ file }).aheadSeconds).toBe(aheadSeconds)
    expect(JSON.parse(await readFile(`${file}.taken`, 'utf8'))).toEqual({ aheadSeconds })
    expect(openClockFile(file).aheadSeconds()).toBe(aheadSeconds)
  })

  it('by fifteen days logs nobody out', async () => {
    expect(await move(15 * 24 * 60)).toMatchObject({ status: 200 })
    const { data } = await { ...world, url: gateway.url }.ask(ada, '{ viewer { learner { email } } }')
    expect(data.viewer.learner.email).toContain('@')
  })

  it.each<[string, object, number, RegExp]>([
    ['back', { advance: '-P1D' }, 409, /does not go back/],
    ['to a moment that was', { to: '2020-01-01T00:00:00Z' }, 409, /does not go back/],
    ['by more than five years in all', { advance: 'P5Y' }, 409, /at most 5 years ahead/],
    ['beyond every calendar', { advance: 'P999999Y' }, 409, /calendar/],
    ['by what is no duration', { advance: '15 days' }, 400, /ISO 8601 duration[\s\S]*advance/],
    ['by a number', { advance: 15 }, 400, /advance/],
    ['to what is no instant', { to: 'tomorrow' }, 400, /instant[\s\S]*to/],
    ['by nothing', {}, 400, /either advance or to/],
    ['by both', { advance: 'PT1H', to: '2030-01-01T00:00:00Z' }, 400, /either advance or to/],
    ['by a field that it does not know', { by: 'PT1H' }, 400, /by/],
  ])('is not moved %s', async (_, body, status, says) => {
    const { aheadSeconds } = await clock()
    expect(await clock(body)).toMatchObject({ status, error: expect.stringMatching(says) })
    expect(await clock()).toMatchObject({ aheadSeconds })
  })
})
