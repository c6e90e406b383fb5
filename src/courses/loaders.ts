/** Reads courses, runs and live events, batched and paged. */
import { allColumns, defineColumns } from '../reading/columns.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { definePages } from '../reading/list.ts'
import { defineLoader, grouped, inOrder, type Loads } from '../reading/loader.ts'
import type { LookAheadJoin } from '../reading/look-ahead-join.ts'
import { statement } from '../reading/statement.ts'
import type { Course } from './course.ts'
import type { CourseRun, LiveEvent } from './course-run.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
  now(): Date
}

/** A run that is in the graph: what an incomplete one lacks is there. */
export type CompleteRun = CourseRun & {
  startsAt: Date
  endsAt: Date
  enrolmentOpensAt: Date
  enrolmentClosesAt: Date
  priceMinor: number
  currency: string
}

const credit = 'credit_amount credit_scheme credit_level credit_framework'
const cmf = `total_study_hours weeks hours_per_week ${credit} assessment transcript`

export const courseColumns = defineColumns('c', {
  always: 'id',
  plain: `slug title summary description language subject level total_study_hours weeks hours_per_week learning_outcomes assessment
    image_url partner_url withdrawn_at`,
  of: {
    awardingInstitution: 'awarding_institution_id',
    credit: cmf,
    cmf,
    runs: '',
    nextRun: '',
    countsTowards: `slug subject awarding_institution_id ${cmf}`,
    freshness: 'fetched_at',
  },
  rest: 'partner_uuid',
})

const runColumns = defineColumns('r', {
  always: 'id',
  plain: 'starts_at ends_at time_zone enrolment_opens_at enrolment_closes_at registration_url cancelled_at',
  of: {
    course: 'course_id',
    status: 'starts_at ends_at enrolment_opens_at enrolment_closes_at cancelled',
    openForEnrolment: 'starts_at ends_at enrolment_opens_at enrolment_closes_at cancelled',
    viewerEnrolment: '',
    price: 'price_minor currency',
    paymentMethods: 'price_minor currency',
    tax: 'price_minor currency tax_treatment tax_rate tax_note',
    refundDeadline: 'starts_at time_zone price_minor',
    refundRight: 'starts_at time_zone price_minor',
    liveEvents: '',
    moneyHeld: '',
    placesRemaining: 'partner_uuid',
    enrolability:
      'course_id partner_uuid starts_at ends_at enrolment_opens_at enrolment_closes_at cancelled price_minor currency',
  },
  rest: 'code fetched_at',
})

const allOfCourse = allColumns(courseColumns)
const allOfRun = allColumns(runColumns)

const coursesById = statement<Course>(
  'courses-by-id',
  `select ${allOfCourse} from course c where c.id = any($1::uuid[])`,
)

/** A course by uuid, withdrawn ones among them; null when there is none. */
export const courseById = defineLoader<string, Course | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(coursesById, [ids]), (row) => row.id),
)

const coursesBySlug = statement<Course>(
  'courses-by-slug',
  `select ${allOfCourse} from course c where c.slug = any($1::text[])`,
)

/** A course by slug, withdrawn ones among them; null when there is none. */
export const courseBySlug = defineLoader<string, Course | null, Reading>(async ({ read }, slugs) =>
  inOrder(slugs, await read.rows(coursesBySlug, [slugs]), (row) => row.slug),
)

const runsById = statement<CompleteRun>(
  'runs-by-id',
  `select ${allOfRun} from course_run r where r.complete and r.id = any($1::uuid[])`,
)

/** A complete run by uuid; null when there is none. */
export const runById = defineLoader<string, CompleteRun | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(runsById, [ids]), (row) => row.id),
)

/** The complete runs of a course, the earliest start first. */
export const runsOfCourse = definePages<CompleteRun>({
  name: 'runs-of-course',
  columns: runColumns,
  from: 'course_run r',
  parent: 'r.course_id',
  order: [
    { sql: 'r.starts_at', as: 'startsAt', type: 'timestamptz' },
    { sql: 'r.id', as: 'id', type: 'uuid' },
  ],
})

/** The course of an object at `path` with a `course_id`, which `from` names in SQL. */
export const courseJoin = (path: string, from: string): LookAheadJoin => ({
  wanted: [path],
  columns: courseColumns,
  join: `left join course c on c.id = ${from}.course_id`,
})

/** The run of a row that has a `run_id`; `whole` as a join has it. */
export const runJoin = (path: string, whole: readonly string[]): LookAheadJoin => ({
  wanted: [path],
  columns: runColumns,
  whole,
  join: 'left join course_run r on r.id = x.run_id and r.complete',
})

const isNext = (now: string) =>
  `r.complete and not r.cancelled and r.starts_at > ${now}::timestamptz and r.enrolment_closes_at >= ${now}::timestamptz`

/** The next run of a row that is a course. */
export const nextRunJoin: LookAheadJoin = {
  wanted: ['nextRun'],
  columns: { ...runColumns, alias: 'n' },
  join: `left join lateral (select r.* from course_run r cross join (select ?::timestamptz as now) clock
    where r.course_id = x.id and ${isNext('clock.now')} order by r.starts_at, r.id limit 1) n on true`,
}

const nextRuns = statement<CompleteRun>(
  'next-runs-of-courses',
  `select x.* from unnest($1::uuid[]) as p(id) cross join lateral (
     select ${allOfRun} from course_run r
     where r.course_id = p.id and ${isNext('$2')}
     order by r.starts_at, r.id limit 1) x`,
)

/** The next run to start on which one can enrol now or later; null when none is planned. */
export const nextRunOf = defineLoader<string, CompleteRun | null, Reading>(async ({ read, now }, courseIds) =>
  inOrder(courseIds, await read.rows(nextRuns, [courseIds, now()]), (row) => row.courseId),
)

const runsAfter = statement<CompleteRun & { afterRunId: string }>(
  'open-runs-after',
  `select x.*, b.id as after_run_id from course_run b join course c on c.id = b.course_id and c.withdrawn_at is null
   cross join lateral (
     select ${allOfRun} from course_run r
     where r.course_id = b.course_id and r.complete and not r.cancelled and r.starts_at > b.starts_at
       and r.ends_at > $2::timestamptz and $2::timestamptz between r.enrolment_opens_at and r.enrolment_closes_at
     order by r.starts_at, r.id limit 1) x
   where b.id = any($1::uuid[])`,
)

/** The first later run of the same course on which one can enrol now; null when there is none. */
export const openRunAfter = defineLoader<string, CompleteRun | null, Reading>(async ({ read, now }, runIds) =>
  inOrder(runIds, await read.rows(runsAfter, [runIds, now()]), (row) => row.afterRunId),
)

const eventsOfRuns = statement<LiveEvent & { timeZone: string }>(
  'live-events-of-runs',
  `select e.id, e.run_id, e.title, e.starts_at, e.duration_minutes, e.join_url, e.recording_url, r.time_zone
   from live_event e join course_run r on r.id = e.run_id where e.run_id = any($1::uuid[]) order by e.starts_at, e.id`,
)

/** The live events of a run, the earliest first, each with the run's zone. */
export const liveEventsOf = defineLoader<string, (LiveEvent & { timeZone: string })[], Reading>(
  async ({ read }, runIds) => grouped(runIds, await read.rows(eventsOfRuns, [runIds]), (row) => row.runId),
)

const eventsById = statement<LiveEvent & { timeZone: string }>(
  'live-events-by-id',
  `select e.id, e.run_id, e.title, e.starts_at, e.duration_minutes, e.join_url, e.recording_url, r.time_zone
   from live_event e join course_run r on r.id = e.run_id where r.complete and e.id = any($1::uuid[])`,
)

/** A live event of a complete run by uuid; null when there is none. */
export const liveEventById = defineLoader<string, (LiveEvent & { timeZone: string }) | null, Reading>(
  async ({ read }, ids) => inOrder(ids, await read.rows(eventsById, [ids]), (row) => row.id),
)

const syncStates = statement<{ list: string; succeededAt: Date | null; failedAt: Date | null }>(
  'sync-states',
  'select list, succeeded_at, failed_at from sync_state where list = any($1::text[])',
)

/** When the mirror of a list last succeeded and last failed; null when it never ran. */
export const syncStateOf = defineLoader<string, { succeededAt: Date | null; failedAt: Date | null } | null, Reading>(
  async ({ read }, lists) => inOrder(lists, await read.rows(syncStates, [lists]), (row) => row.list),
)
