/** Tests that the seed has every kind of program and run on any day. */
import { describe, expect, it } from '@jest/globals'
import { Temporal } from 'temporal-polyfill'
import { personas } from '../../src/sandbox/identity/persona.ts'
import { seededEnrolments, seededMemberships } from '../../src/sandbox/seed/learner.ts'
import { type Program, type RunKind, seededPrograms } from '../../src/sandbox/seed/program.ts'
import { type ProgramRun, plannedRun } from '../../src/sandbox/seed/program-run.ts'
import register from '../../src/sandbox/seed/register.json' with { type: 'json' }

/** Ordinary days, days on which clocks change in Europe, America and Oceania, and both ends of a day. */
const days = [
  '2026-11-24T09:30:00Z',
  '2026-03-29T00:59:00Z',
  '2026-10-25T12:00:00Z',
  '2026-11-01T05:30:00Z',
  '2027-04-04T00:01:00Z',
  '2028-02-29T23:59:00Z',
].map((text) => new Date(text))
const now = days[0] as Date

function runsOf(kind: RunKind, at: Date): ProgramRun[] {
  return seededPrograms(at)
    .filter(({ runs }) => runs.includes(kind))
    .map((seeded) => plannedRun(seeded, kind, at))
}
function allRuns(at: Date): ProgramRun[] {
  return seededPrograms(at).flatMap((seeded) => seeded.runs.map((kind) => plannedRun(seeded, kind, at)))
}
const ms = (text: string | null) => Date.parse(text ?? 'never')
const isOpen = (run: ProgramRun, at: Date) =>
  ms(run.enrolment_opens_at) <= at.getTime() && at.getTime() < ms(run.enrolment_closes_at)
const hasPlace = (run: ProgramRun) => run.capacity === null || run.taken_elsewhere < run.capacity
const endMs = (run: ProgramRun) => ms(run.start_time) + run.weeks_count * 7 * 86_400_000

/** Fourteen calendar days after the start, at the same wall-clock time. */
function refundDeadlineMs(run: ProgramRun): number {
  const start = Temporal.Instant.from(run.start_time ?? '').toZonedDateTimeISO(run.time_zone)
  return start.add({ days: 14 }).epochMilliseconds
}

describe('the programs', () => {
  const programs = seededPrograms(now).map(({ program }) => program)

  it('are at least 44 over 8 subjects, awarded by all six institutions, half of them by the first', () => {
    const by = (slug: string | undefined) => programs.filter(({ organisation }) => organisation.slug === slug)
    expect(programs.length).toBeGreaterThanOrEqual(44)
    expect(new Set(programs.map(({ subject }) => subject).filter((subject) => subject !== null)).size).toBe(8)
    for (const { slug } of register.institutions) expect(by(slug).length).toBeGreaterThan(0)
    expect(by(register.institutions[0]?.slug).length).toBeGreaterThanOrEqual(programs.length / 2)
  })

  it('have codes and uuids of their own, the same at every start', () => {
    expect(new Set(programs.map(({ code }) => code)).size).toBe(programs.length)
    expect(new Set(programs.map(({ uuid }) => uuid)).size).toBe(programs.length)
    const later = seededPrograms(days[4] as Date).map(({ program }) => program.uuid)
    expect(later).toEqual(programs.map(({ uuid }) => uuid))
    expect(programs.every(({ code }) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(code))).toBe(true)
  })

  it('state every fact, all but one that states none which is optional', () => {
    const optional = ({ credit, level, total_study_hours, assessment, transcript, subject }: Program) =>
      [credit, level, total_study_hours, assessment, transcript, subject].every((fact) => fact === null)
    expect(programs.filter(optional)).toHaveLength(1)
    for (const program of programs.filter((one) => !optional(one))) {
      expect([program.credit, program.level, program.total_study_hours, program.assessment]).not.toContain(null)
      expect(program.learning_outcomes.length).toBeGreaterThanOrEqual(3)
    }
  })

  it('differ in language, level, scheme and conformance', () => {
    const all = <Value>(fact: (program: Program) => Value) => new Set(programs.map(fact))
    expect([...all(({ language }) => language)].sort()).toEqual(['cy', 'en', 'es', 'fr'])
    expect(all(({ level }) => level)).toEqual(new Set(['undergraduate', 'postgraduate', null]))
    expect(all(({ credit }) => credit?.scheme)).toEqual(new Set(['CATS', 'ECTS', 'SCQF', 'US_SEMESTER', undefined]))
    const stated = programs.filter(({ credit }) => credit !== null)
    expect(stated.some(({ total_study_hours }) => (total_study_hours ?? 0) > 150)).toBe(true)
    expect(stated.some((one) => one.hours_per_week === 13 && one.weeks_count === 12)).toBe(true)
    expect(stated.some(({ assessment }) => assessment?.identity_verification === null)).toBe(true)
    expect(stated.some(({ assessment }) => assessment?.formal === false)).toBe(true)
    expect(stated.some(({ transcript }) => transcript === null)).toBe(true)
    expect(stated.some(({ credit }) => credit?.amount === '30')).toBe(true)
  })
})

describe.each(days)('the runs on %s', (at) => {
  it('that started 13 days ago can be booked, and refunded for some hours more', () => {
    const runs = runsOf('started-13-days-ago', at)
    expect(runs.length).toBeGreaterThanOrEqual(6)
    for (const run of runs) {
      expect(isOpen(run, at) && hasPlace(run)).toBe(true)
      expect(ms(run.start_time)).toBeLessThan(at.getTime())
      expect(refundDeadlineMs(run) - at.getTime()).toBeGreaterThan(8 * 3_600_000)
    }
  })

  it('that started 15 days ago can be booked, and refunded no more', () => {
    const runs = runsOf('started-15-days-ago', at)
    expect(runs.length).toBeGreaterThanOrEqual(5)
    for (const run of runs) {
      expect(isOpen(run, at) && hasPlace(run)).toBe(true)
      expect(refundDeadlineMs(run)).toBeLessThan(at.getTime() - 8 * 3_600_000)
    }
  })

  it('are of every other kind too, and are what their kind says', () => {
    const started = (run: ProgramRun) => ms(run.start_time) <= at.getTime()
    const promises: Partial<Record<RunKind, (run: ProgramRun) => boolean>> = {
      upcoming: (run) => ms(run.enrolment_opens_at) > at.getTime(),
      open: (run) => isOpen(run, at) && !started(run) && hasPlace(run),
      'nearly-full': (run) => isOpen(run, at) && run.taken_elsewhere + 1 === run.capacity,
      full: (run) => isOpen(run, at) && !hasPlace(run),
      closed: (run) => ms(run.enrolment_closes_at) < at.getTime() && !started(run),
      running: (run) => started(run) && endMs(run) > at.getTime() && !isOpen(run, at),
      ended: (run) => endMs(run) < at.getTime(),
      cancelled: (run) => run.status === 'cancelled',
      incomplete: (run) => run.start_time === null && run.price === null && run.enrolment_opens_at === null,
    }
    for (const [kind, holds] of Object.entries(promises)) {
      const runs = runsOf(kind as RunKind, at)
      expect(runs.length).toBeGreaterThanOrEqual(1)
      expect(runs.filter((run) => !holds(run))).toEqual([])
    }
  })

  it('have uuids of their own, and a start at nine in their own zone', () => {
    const runs = allRuns(at)
    expect(new Set(runs.map(({ uuid }) => uuid)).size).toBe(runs.length)
    for (const run of runs.filter(({ start_time }) => start_time !== null)) {
      expect(Temporal.Instant.from(run.start_time ?? '').toZonedDateTimeISO(run.time_zone).hour).toBe(9)
    }
  })
})

describe('the runs', () => {
  it('are taught in many zones and sold in five currencies, with two or three live events each', () => {
    const runs = allRuns(now)
    const zones = ['Europe/London', 'Asia/Singapore', 'America/New_York', 'Australia/Sydney', 'Pacific/Auckland']
    expect([...new Set(runs.map(({ time_zone }) => time_zone))]).toEqual(expect.arrayContaining(zones))
    const currencies = new Set(runs.flatMap(({ price }) => price?.currency ?? []))
    expect([...currencies].sort()).toEqual(['EUR', 'GBP', 'JPY', 'KWD', 'USD'])
    const complete = runs.filter(({ start_time }) => start_time !== null)
    expect(complete.filter(({ live_events }) => live_events.length < 2 || live_events.length > 3)).toEqual([])
    expect(complete.some(({ live_events }) => live_events.some(({ recorded }) => recorded))).toBe(true)
  })
})

describe('the people', () => {
  const programs = seededPrograms(now)
  const enrolments = seededEnrolments(programs, now)
  const programOf = (runUuid: string) => {
    const seeded = programs.find((one) => one.runs.some((kind) => plannedRun(one, kind, now).uuid === runUuid))
    return seeded?.program
  }

  it('are Ada, linked under the subject of her tokens, and nobody else', () => {
    const [ada, ...others] = seededMemberships(now)
    const persona = personas.find(({ name }) => name === 'ada')
    expect(others).toEqual([])
    expect(ada).toMatchObject({
      external_learner_id: persona?.sub,
      email: persona?.claims.email,
      first_name: persona?.claims.given_name,
      learner_uuid: expect.any(String),
    })
  })

  it('passed 15 credits at level 7 of the first institution, and is at two fifths of another course', () => {
    const [passed, inProgress] = enrolments
    const monthsAgo = new Date(now.getTime() - 60 * 86_400_000).toISOString().slice(0, 10)
    expect(passed?.result).toMatchObject({ status: 'passed', grade: expect.any(String), identity_verified: true })
    expect((passed?.result?.awarded_on ?? 'never') < monthsAgo).toBe(true)
    const fifteenAtSeven = { amount: '15', scheme: 'CATS', level: 7, framework: 'FHEQ' }
    expect(programOf(passed?.run_uuid ?? '')).toMatchObject({
      credit: fifteenAtSeven,
      organisation: { slug: 'the-open-university' },
    })
    expect(inProgress).toMatchObject({ status: 'active', steps_completed_ratio: 0.4, result: null })
  })

  it('can earn another 15 at level 7 there: other courses of the kind have an open run', () => {
    const taken = enrolments.map(({ run_uuid }) => programOf(run_uuid)?.code)
    const next = programs.filter(
      ({ program, runs }) =>
        program.organisation.slug === 'the-open-university' &&
        program.credit?.level === 7 &&
        program.credit.amount === '15' &&
        runs.includes('open') &&
        !taken.includes(program.code),
    )
    expect(next.map(({ program }) => program.code)).toContain('evidence-based-coaching')
  })

  it('work for institutions that take part', () => {
    const participating = register.institutions.filter((one) => one.participating).map(({ slug }) => slug)
    const employers = personas.flatMap(({ claims }) => claims.institution ?? [])
    expect(new Set(employers).size).toBe(2)
    expect(participating).toEqual(expect.arrayContaining(employers))
  })
})
