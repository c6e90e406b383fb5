/** Tests that a long catalogue is mirrored in full and unstorable entries are named. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Course } from '../../src/courses/course.ts'
import { CourseRun, LiveEvent } from '../../src/courses/course-run.ts'
import type { CourseSource, ProgramFacts, RunFacts } from '../../src/courses/course-source.ts'
import { syncCatalogueJob } from '../../src/courses/sync-catalogue.ts'
import { SyncState } from '../../src/courses/sync-state.ts'
import { syncRegistrationsJob } from '../../src/partner-inbox/sync-registrations.ts'
import { RequestContext } from '../../src/request-context.ts'
import { ListMark } from '../../src/store/list-mark.ts'
import { UpstreamFailure } from '../../src/values/upstream-failure.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const inDays = (days: number) => new Date(world.now().getTime() + days * 24 * 3600 * 1000)

function program(n: number, changes: Partial<ProgramFacts> = {}): ProgramFacts {
  return {
    uuid: `program-${n}`,
    code: `long-list-${n}`,
    title: `Course ${n}`,
    introduction: 'Short.',
    description: null,
    language: 'en',
    subject: 'Law',
    imageUrl: null,
    hoursPerWeek: null,
    weeksCount: 6,
    totalStudyHours: 100,
    organisation: { uuid: `org-${n % 7}`, slug: null, name: `University ${n % 7}`, country: null },
    level: 'POSTGRADUATE',
    credit: null,
    assessment: null,
    learningOutcomes: [],
    transcript: null,
    url: 'https://partner.example/c',
    withdrawnAt: null,
    updatedAt: inDays(-1),
    ...changes,
  }
}

function run(n: number, changes: Partial<RunFacts> = {}): RunFacts {
  return {
    uuid: `run-${n}`,
    programUuid: `program-${n}`,
    code: '1',
    startsAt: inDays(20 + n),
    weeksCount: 6,
    timeZone: 'Europe/London',
    price: { amountMinor: 50_000 + n, currency: 'GBP' },
    tax: null,
    cancelled: false,
    cancelledAt: null,
    enrolmentOpensAt: inDays(-10),
    enrolmentClosesAt: inDays(15 + n),
    url: 'https://partner.example/r',
    liveEvents: [
      {
        uuid: `event-${n}`,
        title: 'Talk',
        startsAt: inDays(30 + n),
        durationMinutes: 60,
        joinUrl: null,
        recordingUrl: null,
      },
    ],
    updatedAt: inDays(-1),
    ...changes,
  }
}

/** One pass over lists that say this. */
async function mirror(programs: ProgramFacts[], runs: RunFacts[]): Promise<void> {
  const partner: CourseSource = {
    ...world.app.partner,
    programs: async () => ({ kind: 'changed', facts: programs, etag: null }),
    runs: async () => ({ kind: 'changed', facts: runs, etag: null }),
  }
  await syncCatalogueJob.run(contextWith(partner), {}, { number: 1 })
}

/** A job's context in which the partner says this. */
function contextWith(partner: Partial<World['app']['partner']>): RequestContext {
  const { viewer, correlationId, signal } = world.app.systemContext('mirror')
  const parts = { ...world.app, partner: { ...world.app.partner, ...partner } }
  return new RequestContext(parts, { viewer, correlationId, signal, log: world.app.log })
}

const em = () => world.app.orm.em.fork()
const lowestPriceOf = async (uuid: string) =>
  (await em().execute('select lowest_price_minor::int as price from course where partner_uuid = ?', [uuid]))[0]?.price
const numbers = Array.from({ length: 130 }, (_, n) => n)
const ofList = { partnerUuid: { $like: 'program-%' } }

it('stores what can be stored, whatever else is in the list, and names the rest', async () => {
  await mirror(
    [...numbers.map((n) => program(n)), program(998, { code: 'long-list-3' }), program(5, { title: 'Said again' })],
    [
      ...numbers.map((n) => run(n)),
      run(200, { programUuid: 'nobody' }),
      run(201, { programUuid: 'program-1', code: '2', price: null }),
      run(202, { programUuid: 'program-1', code: '3', price: { amountMinor: -1, currency: 'GBP' } }),
      run(203, { programUuid: 'program-1', code: '4', price: { amountMinor: 10 ** 19, currency: 'GBP' } }),
    ],
  )
  const courses = await em().find(Course, ofList)
  expect(courses).toHaveLength(130)
  expect(courses.find(({ partnerUuid }) => partnerUuid === 'program-5')?.title).toBe('Said again')
  expect(await lowestPriceOf('program-7')).toBe(50_007)
  const runs = await em().find(CourseRun, { partnerUuid: { $like: 'run-%' } })
  expect(runs.filter(({ complete }) => complete)).toHaveLength(130)
  expect(runs.find(({ partnerUuid }) => partnerUuid === 'run-201')).toMatchObject({ complete: false })
  expect(await em().count(LiveEvent, { partnerUuid: { $like: 'event-%' } })).toBe(131)
  const states = await em().find(SyncState, { list: { $in: ['programs', 'runs'] } }, { orderBy: { list: 'asc' } })
  const ofThese = ({ reference }: { reference: string }) => /^(program|run)-/.test(reference)
  expect(states.map(({ report }) => report.filter(ofThese))).toEqual([
    [{ reference: 'program-998', problem: 'cannot be stored: it breaks course_slug_unique' }],
    [
      { reference: 'run-200', problem: 'belongs to a program that is not known: nobody' },
      { reference: 'run-201', problem: 'lacks price' },
      { reference: 'run-202', problem: 'cannot be stored: it breaks course_run_price_exact' },
      { reference: 'run-203', problem: 'cannot be stored: a value is refused (22003)' },
    ],
  ])
})

it('takes over what has changed, and lets a live event move to another run or go', async () => {
  const talk = run(1).liveEvents
  await mirror(
    [program(2, { title: 'Renamed' })],
    [
      run(1, { liveEvents: [] }),
      run(2, { liveEvents: talk, price: { amountMinor: 1, currency: 'GBP' } }),
      run(3, { startsAt: null, cancelled: true }),
    ],
  )
  const [one, two, three] = await em().find(
    CourseRun,
    { partnerUuid: { $in: ['run-1', 'run-2', 'run-3'] } },
    { orderBy: { partnerUuid: 'asc' } },
  )
  const events = await em().find(LiveEvent, { runId: { $in: [one?.id, two?.id] as string[] } })
  expect(events).toMatchObject([{ partnerUuid: 'event-1', runId: two?.id }])
  expect(three).toMatchObject({ complete: true, cancelled: true, startsAt: expect.any(Date) })
  const course = await em().findOneOrFail(Course, { partnerUuid: 'program-2' })
  expect([course.title, await lowestPriceOf('program-2')]).toEqual(['Renamed', 1])
})

it('a list of the partner that cannot be read keeps its mark, and the next reading begins an hour before it', async () => {
  const unavailable = new UpstreamFailure('UNAVAILABLE', 'partner', 'http_503', 'not now')
  const runsMark = () => em().findOneOrFail(ListMark, { source: 'PARTNER', list: 'runs' })
  const { readUntil } = await runsMark()
  const asked: (Date | null)[] = []
  const failing = contextWith({
    programs: async () => ({ kind: 'unchanged' }),
    runs: async ({ updatedSince }) => {
      asked.push(updatedSince)
      throw unavailable
    },
  })
  await expect(syncCatalogueJob.run(failing, {}, { number: 1 })).rejects.toThrow('not now')
  const { seenUntil } = await em().findOneOrFail(SyncState, { list: 'runs' })
  expect(asked).toEqual([new Date((seenUntil as Date).getTime() - 3_600_000)])
  expect(await runsMark()).toMatchObject({ readUntil, problem: expect.stringContaining('http_503') })
})

it('a registration that cannot be read is named in the report of its list', async () => {
  const rejected = [{ reference: 'e-2', problem: 'status: expected one of three' }]
  const context = contextWith({ changedSince: async () => ({ registrations: [], rejected }) })
  await syncRegistrationsJob.run(context, {}, { number: 1 })
  expect((await em().findOneOrFail(SyncState, { list: 'enrolments' })).report).toEqual(rejected)
})
