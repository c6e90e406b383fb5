/** Reads of courses, runs and live events, batched and paged. */
import { defineLoader, grouped, inOrder, type Loads } from '../graph/loader.ts'
import { definePages } from '../store/list.ts'
import { asPart, type Light, type Part } from '../store/parts.ts'
import { type ReadConnection, statement } from '../store/read-connection.ts'
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

const lightColumns = `c.id, c.slug, c.title, c.language, c.subject, c.awarding_institution_id, c.level, c.credit_amount,
  c.credit_scheme, c.credit_level, c.credit_framework, c.total_study_hours, c.weeks, c.hours_per_week, c.image_url,
  c.withdrawn_at, c.fetched_at`

export const courseColumns = `${lightColumns}, c.partner_uuid, c.summary, c.description, c.learning_outcomes, c.assessment,
  c.transcript, c.partner_url`

/** A course without its texts, for lists. */
export const lightCourse: Light = {
  fields: new Set([
    ...['__typename', 'id', 'slug', 'title', 'language', 'subject', 'awardingInstitution', 'level', 'credit'],
    ...['totalStudyHours', 'weeks', 'hoursPerWeek', 'imageUrl', 'withdrawnAt', 'nextRun', 'runs', 'freshness'],
  ]),
  columns: lightColumns,
}

const runColumns = `r.id, r.course_id, r.partner_uuid, r.code, r.starts_at, r.ends_at, r.time_zone, r.price_minor,
  r.currency, r.enrolment_opens_at, r.enrolment_closes_at, r.cancelled, r.registration_url, r.fetched_at`

const coursesById = statement<Course>(
  'courses-by-id',
  `select ${courseColumns} from course c where c.id = any($1::uuid[])`,
)

/** A course by uuid, withdrawn ones among them; null when there is none. */
export const courseById = defineLoader<string, Course | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(coursesById, [ids]), (row) => row.id),
)

const coursesBySlug = statement<Course>(
  'courses-by-slug',
  `select ${courseColumns} from course c where c.slug = any($1::text[])`,
)

/** A course by slug, withdrawn ones among them; null when there is none. */
export const courseBySlug = defineLoader<string, Course | null, Reading>(async ({ read }, slugs) =>
  inOrder(slugs, await read.rows(coursesBySlug, [slugs]), (row) => row.slug),
)

const runsById = statement<CompleteRun>(
  'runs-by-id',
  `select ${runColumns} from course_run r where r.complete and r.id = any($1::uuid[])`,
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
export const coursePart = (path: string, from: string): Part => ({
  wanted: [path],
  columns: asPart(path, courseColumns),
  light: { ...lightCourse, columns: asPart(path, lightColumns) },
  join: `left join course c on c.id = ${from}.course_id`,
})

/** The run of a row that has a `run_id`. */
export const runPart = (path: string): Part => ({
  wanted: [path],
  columns: asPart(path, runColumns),
  join: 'left join course_run r on r.id = x.run_id and r.complete',
})

const isNext = (now: string) =>
  `r.complete and not r.cancelled and r.starts_at > ${now}::timestamptz and r.enrolment_closes_at >= ${now}::timestamptz`

/** The next run of a row that is a course. */
export const nextRunPart = (now: Date): Part => ({
  wanted: ['nextRun'],
  columns: asPart('nextRun', runColumns.replaceAll('r.', 'n.')),
  join: `left join lateral (select ${runColumns} from course_run r cross join (select ?::timestamptz as now) clock
    where r.course_id = x.id and ${isNext('clock.now')} order by r.starts_at, r.id limit 1) n on true`,
  value: now,
})

const nextRuns = statement<CompleteRun>(
  'next-runs-of-courses',
  `select x.* from unnest($1::uuid[]) as p(id) cross join lateral (
     select ${runColumns} from course_run r
     where r.course_id = p.id and ${isNext('$2')}
     order by r.starts_at, r.id limit 1) x`,
)

/** The next run to start on which one can enrol now or later; null when none is planned. */
export const nextRunOf = defineLoader<string, CompleteRun | null, Reading>(async ({ read, now }, courseIds) =>
  inOrder(courseIds, await read.rows(nextRuns, [courseIds, now()]), (row) => row.courseId),
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
