/** Plans seeded runs relative to the start day, so that every kind exists. */
import { Temporal } from 'temporal-polyfill'
import type { RunKind, RunTax, SeededProgram } from './program.ts'
import { stableUuid } from './stable-uuid.ts'

export interface LiveEvent {
  uuid: string
  title: string
  start_time: string
  duration_minutes: number
  /** Whether it can be watched again: it is over and was recorded. */
  recorded: boolean
}

/** A run as the partner keeps it. Instants are ISO strings; capacity null means no limit. */
export interface ProgramRun {
  uuid: string
  program_uuid: string
  code: string
  start_time: string | null
  weeks_count: number
  time_zone: string
  price: { minor: number; currency: string } | null
  /** Null where it is the seller's usual one. */
  tax: RunTax | null
  enrolment_opens_at: string | null
  enrolment_closes_at: string | null
  live_events: LiveEvent[]
  status: 'scheduled' | 'cancelled'
  /** Null while it is scheduled, and of those that were cancelled from the start. */
  cancelled_at?: string | null
  capacity: number | null
  /** Places taken by learners who came to the partner by another way than this API. */
  taken_elsewhere: number
  updated_at: string
}

/** Days before (−) or after the day of the start. */
interface Plan {
  starts: number
  opens: number
  closes: number
  capacity: number
  takenElsewhere: number
}

const planOfKind: Record<Exclude<RunKind, 'incomplete' | 'ended'>, Plan> = {
  upcoming: { starts: 90, opens: 30, closes: 88, capacity: 150, takenElsewhere: 0 },
  open: { starts: 28, opens: -20, closes: 35, capacity: 120, takenElsewhere: 37 },
  'nearly-full': { starts: 21, opens: -40, closes: 28, capacity: 60, takenElsewhere: 59 },
  full: { starts: 14, opens: -60, closes: 21, capacity: 40, takenElsewhere: 40 },
  closed: { starts: 6, opens: -70, closes: -1, capacity: 80, takenElsewhere: 64 },
  // A refund can still be asked for today, and until 09:00 of tomorrow in the run's zone.
  'started-13-days-ago': { starts: -13, opens: -75, closes: 15, capacity: 200, takenElsewhere: 81 },
  // Since 09:00 of yesterday it no longer can.
  'started-15-days-ago': { starts: -15, opens: -75, closes: 13, capacity: 200, takenElsewhere: 94 },
  running: { starts: -35, opens: -120, closes: -28, capacity: 100, takenElsewhere: 72 },
  cancelled: { starts: 35, opens: -20, closes: 42, capacity: 50, takenElsewhere: 0 },
}

/** Runs begin at nine in the morning where they are taught, windows open and close at noon, live events are at six. */
const START_HOUR = 9
const WINDOW_HOUR = 12
const LIVE_EVENT_HOUR = 18

/** The run of this kind of a program, as it stands at `now`. Same program, kind and day: same run. */
export function plannedRun(seeded: SeededProgram, kind: RunKind, now: Date): ProgramRun {
  const { program, timeZone } = seeded
  const weeks = program.weeks_count ?? 10
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate()
  const at = (days: number, hour: number) =>
    today
      .add({ days })
      .toZonedDateTime({ timeZone, plainTime: new Temporal.PlainTime(hour) })
      .toInstant()
      .toString()
  const run = {
    uuid: stableUuid(`run/${program.code}/${kind}`),
    program_uuid: program.uuid,
    code: kind,
    weeks_count: weeks,
    time_zone: timeZone,
    price: seeded.price,
    tax: seeded.tax,
    status: kind === 'cancelled' ? ('cancelled' as const) : ('scheduled' as const),
    updated_at: now.toISOString(),
  }
  if (kind === 'incomplete') {
    const unknown = { start_time: null, enrolment_opens_at: null, enrolment_closes_at: null, price: null }
    return { ...run, ...unknown, live_events: [], capacity: null, taken_elsewhere: 0 }
  }
  const plan = kind === 'ended' ? endedPlan(weeks) : planOfKind[kind]
  return {
    ...run,
    start_time: at(plan.starts, START_HOUR),
    enrolment_opens_at: at(plan.opens, WINDOW_HOUR),
    enrolment_closes_at: at(plan.closes, WINDOW_HOUR),
    live_events: liveEvents(run.uuid, weeks, now, (day) => at(plan.starts + day, LIVE_EVENT_HOUR)),
    capacity: plan.capacity,
    taken_elsewhere: plan.takenElsewhere,
  }
}

/** Long enough ago that results are out: the last week ended a hundred and twenty days before today. */
function endedPlan(weeks: number): Plan {
  const starts = -(weeks * 7 + 120)
  return { starts, opens: starts - 80, closes: starts + 7, capacity: 90, takenElsewhere: 71 }
}

/** Two live events, three in runs of twelve weeks or more; the last is never recorded. */
function liveEvents(runUuid: string, weeks: number, now: Date, at: (day: number) => string): LiveEvent[] {
  const middle = Math.floor(weeks / 2) * 7
  const planned = [
    { title: 'Welcome and questions', day: 1, minutes: 60, recorded: true },
    ...(weeks >= 12 ? [{ title: 'Half-way seminar', day: middle + 2, minutes: 90, recorded: true }] : []),
    { title: 'Preparing for the assessment', day: (weeks - 2) * 7 + 3, minutes: 75, recorded: false },
  ]
  return planned.map(({ title, day, minutes, recorded }) => {
    const start_time = at(day)
    const over = Date.parse(start_time) + minutes * 60_000 < now.getTime()
    const uuid = stableUuid(`live-event/${runUuid}/${title}`)
    return { uuid, title, start_time, duration_minutes: minutes, recorded: recorded && over }
  })
}
