/** Checks what POST /_sandbox/program_runs asks for and fills in omitted fields. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Program } from '../seed/program.ts'
import type { ProgramRun } from '../seed/program-run.ts'

const DAY_MS = 86_400_000
const currencies = new Set(Intl.supportedValuesOf('currency'))

const instant = z.iso.datetime({
  offset: true,
  error: 'expected an ISO instant with an offset, e.g. 2026-11-23T09:00:00Z',
})
const liveEvent = z.strictObject({
  title: z.string().min(1),
  start_time: instant,
  duration_minutes: z.int().min(1).max(1440),
  recorded: z.boolean().default(false),
})

const tax = z.strictObject({
  treatment: z.enum(['exempt', 'taxed', 'outside']),
  rate: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,4})?$/, 'expected per cent as a decimal text, e.g. "20"')
    .nullable()
    .default(null),
  note: z.string().min(1).nullable().default(null),
})

/** Facts of a run that can be given when it is made and changed later. */
const runFacts = {
  start_time: instant.nullable(),
  weeks_count: z.int().min(1).max(104),
  time_zone: z.string().refine(isTimeZone, 'expected an IANA time-zone name, e.g. Europe/London'),
  price: z
    .strictObject({
      minor: z.int({ error: 'expected whole minor units' }).min(0),
      currency: z.string().refine((code) => currencies.has(code), 'expected an ISO 4217 code, e.g. GBP'),
    })
    .nullable(),
  tax: tax.nullable(),
  capacity: z.int().min(0).nullable(),
  enrolment_opens_at: instant.nullable(),
  enrolment_closes_at: instant.nullable(),
  live_events: z.array(liveEvent),
  status: z.enum(['scheduled', 'cancelled']),
}

export const newRun = z
  .strictObject({ program_code: z.string(), code: z.string().regex(/^[\w.-]{1,80}$/), ...runFacts })
  .partial()
  .required({ program_code: true })

export const runChange = z.strictObject(runFacts).partial()

/** Why the window of these facts cannot be, naming the field; undefined when it can. */
export function windowProblem(run: Pick<ProgramRun, 'enrolment_opens_at' | 'enrolment_closes_at'>): string | undefined {
  const { enrolment_opens_at: opens, enrolment_closes_at: closes } = run
  if (opens === null || closes === null || Date.parse(opens) < Date.parse(closes)) return undefined
  return 'enrolment_closes_at: expected an instant after enrolment_opens_at'
}

/**
 * The run that was asked for. Unless said otherwise it starts in four weeks, its window is open now and closes two
 * weeks after the start (or after today, when the start is past), it costs GBP 495.00 and has 100 places.
 */
export function runFrom(
  request: z.infer<typeof newRun>,
  program: Program,
  now: Date,
): Omit<ProgramRun, 'uuid' | 'updated_at'> {
  const { program_code: _code, live_events = [], ...given } = request
  const start_time = given.start_time === undefined ? iso(now.getTime() + 28 * DAY_MS) : given.start_time
  const opensMs = Date.parse(given.enrolment_opens_at ?? '')
  const latestMs = Math.max(now.getTime(), Date.parse(start_time ?? '') || 0, opensMs || 0)
  const enrolment_closes_at =
    given.enrolment_closes_at === undefined ? iso(latestMs + 14 * DAY_MS) : given.enrolment_closes_at
  const earliestMs = Math.min(now.getTime(), Date.parse(enrolment_closes_at ?? '') || Number.POSITIVE_INFINITY)
  return {
    program_uuid: program.uuid,
    code: `run-${randomUUID().slice(0, 8)}`,
    weeks_count: program.weeks_count ?? 10,
    time_zone: 'Europe/London',
    price: { minor: 49_500, currency: 'GBP' },
    tax: null,
    capacity: 100,
    status: 'scheduled',
    taken_elsewhere: 0,
    enrolment_opens_at: iso(earliestMs - 30 * DAY_MS),
    ...given,
    start_time,
    enrolment_closes_at,
    live_events: withUuids(live_events),
  }
}

export function withUuids(events: z.infer<typeof liveEvent>[]): ProgramRun['live_events'] {
  return events.map((event) => ({ uuid: randomUUID(), ...event }))
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
