/** Mirrors given programs or runs into the store in one transaction. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { Temporal } from 'temporal-polyfill'
import type { Context } from '../context.ts'
import { Institution } from '../institutions/institution.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { amountIn } from '../values/credit.ts'
import { checkCmf } from './cmf.rules.ts'
import { cmfFacts } from './cmf-conformance.ts'
import { Course, subjectNotStated } from './course.ts'
import { updateCourseOrder } from './course-order.ts'
import { CourseRun, LiveEvent } from './course-run.ts'
import type { LiveEventFacts, ProgramFacts, RunFacts } from './course-source.ts'
import { addCourseWords } from './course-word.ts'
import { followRunNews, runBefore } from './run-news.ts'

/** What became of one fact: kept, or kept out with the reason for the report. */
export interface Mirrored {
  problem?: { reference: string; problem: string }
  unknownProgram?: boolean
}

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** The awarding institutions by slug; those that only the partner knows are made, and do not take part in transfers. */
async function institutionsOf(tx: EntityManager, facts: readonly ProgramFacts[], now: Date) {
  const organisations = new Map(facts.map(({ organisation }) => [slugIn(organisation), organisation]))
  const known = await tx.find(Institution, { slug: { $in: [...organisations.keys()] } })
  for (const { slug } of known) organisations.delete(slug)
  if (organisations.size === 0) return bySlug(known)
  const made = [...organisations].map(([slug, { name, country }]) => ({
    id: newId(),
    slug,
    name,
    country: country ?? 'GB',
    participating: false,
    updatedAt: now,
  }))
  await tx.upsertMany(Institution, made, { onConflictFields: ['slug'], onConflictAction: 'ignore' })
  return bySlug([...known, ...(await tx.find(Institution, { slug: { $in: [...organisations.keys()] } }))])
}

const bySlug = (rows: Institution[]) => new Map(rows.map((row) => [row.slug, row]))
const slugIn = ({ slug, name }: ProgramFacts['organisation']) => slug ?? slugOf(name)

function courseFields(facts: ProgramFacts, institution: Institution, now: Date) {
  const { credit } = facts
  return {
    partnerUuid: facts.uuid,
    slug: facts.code,
    title: facts.title,
    summary: facts.introduction,
    description: facts.description,
    language: facts.language,
    subject: facts.subject ?? subjectNotStated,
    awardingInstitutionId: institution.id,
    level: facts.level,
    creditAmount: credit?.amount ?? null,
    creditScheme: credit?.scheme ?? null,
    creditLevel: credit?.level ?? null,
    creditFramework: credit?.framework ?? null,
    creditCats: credit ? amountIn(credit.amount, credit.scheme, 'CATS') : null,
    totalStudyHours: facts.totalStudyHours,
    weeks: facts.weeksCount,
    hoursPerWeek: facts.hoursPerWeek,
    learningOutcomes: facts.learningOutcomes,
    assessment: facts.assessment,
    transcript: facts.transcript,
    imageUrl: facts.imageUrl,
    partnerUrl: facts.url,
    withdrawnAt: facts.withdrawnAt,
    fetchedAt: now,
    partnerUpdatedAt: facts.updatedAt,
  }
}

/** Stores programs as courses, new or changed; each is named once. */
export async function mirrorPrograms(context: Context, facts: readonly ProgramFacts[]): Promise<Mirrored[]> {
  const now = context.now()
  await inTransaction(context.em, async (tx) => {
    const institutions = await institutionsOf(tx, facts, now)
    const known = byPartnerUuid(await tx.find(Course, { partnerUuid: { $in: facts.map(({ uuid }) => uuid) } }))
    const ids: string[] = []
    for (const program of facts) {
      const institution = institutions.get(slugIn(program.organisation)) as Institution
      const fields = courseFields(program, institution, now)
      const cmfStatus = checkCmf(cmfFacts(fields)).status
      const course = known.get(program.uuid)
      const id = course?.id ?? newId()
      if (course) tx.assign(course, { ...fields, cmfStatus })
      else tx.create(Course, { id, ...fields, cmfStatus } as Course)
      ids.push(id)
    }
    await tx.flush()
    // Or the rows would be compared once more, and a start at infinity is no Date.
    tx.clear()
    await addCourseWords(tx, ids)
  })
  return facts.map(() => ({}))
}

const byPartnerUuid = <Row extends { partnerUuid: string }>(rows: Row[]) =>
  new Map(rows.map((row) => [row.partnerUuid, row]))

/** End of the last week at the same wall-clock time in the run's zone. */
function endOf(startsAt: Date, weeks: number, timeZone: string): Date {
  const start = Temporal.Instant.fromEpochMilliseconds(startsAt.getTime()).toZonedDateTimeISO(timeZone)
  return new Date(start.add({ weeks }).epochMilliseconds)
}

function missingOf(facts: RunFacts, weeks: number | null): string[] {
  const missing = []
  if (!facts.startsAt) missing.push('start_time')
  if (weeks === null) missing.push('weeks_count')
  if (!facts.price) missing.push('price')
  if (!facts.enrolmentOpensAt) missing.push('enrolment_opens_at')
  if (!facts.enrolmentClosesAt) missing.push('enrolment_closes_at')
  return missing
}

/** Since when it is cancelled: as the partner says, else since it was first heard; null while it is on. */
function cancelledSince({ cancelled, cancelledAt }: RunFacts, before: CourseRun | undefined, now: Date): Date | null {
  return cancelled ? (cancelledAt ?? before?.cancelledAt ?? now) : null
}

function runFields(facts: RunFacts, course: Course, weeks: number | null, now: Date) {
  const timeZone = facts.timeZone ?? 'UTC'
  return {
    courseId: course.id,
    partnerUuid: facts.uuid,
    code: facts.code,
    startsAt: facts.startsAt,
    endsAt: facts.startsAt && weeks !== null ? endOf(facts.startsAt, weeks, timeZone) : null,
    timeZone,
    priceMinor: facts.price?.amountMinor ?? null,
    currency: facts.price?.currency ?? null,
    taxTreatment: facts.tax?.treatment ?? null,
    taxRate: facts.tax?.rate ?? null,
    taxNote: facts.tax?.note ?? null,
    enrolmentOpensAt: facts.enrolmentOpensAt,
    enrolmentClosesAt: facts.enrolmentClosesAt,
    cancelled: facts.cancelled,
    registrationUrl: facts.url,
    fetchedAt: now,
    partnerUpdatedAt: facts.updatedAt,
  }
}

/** Stores runs with their live events, each named once; incomplete ones too, outside the graph, and says so. */
export async function mirrorRuns(context: Context, facts: readonly RunFacts[]): Promise<Mirrored[]> {
  const now = context.now()
  return inTransaction(context.em, async (tx) => {
    const programs = { partnerUuid: { $in: facts.map(({ programUuid }) => programUuid) } }
    const courses = byPartnerUuid(await tx.find(Course, programs))
    const known = byPartnerUuid(await tx.find(CourseRun, { partnerUuid: { $in: facts.map(({ uuid }) => uuid) } }))
    const changed = new Set<string>()
    const events = new Map<string, readonly LiveEventFacts[]>()
    const before = new Map([...known.values()].map((row) => [row, runBefore(row)] as const))
    const kept = facts.map((run) => {
      const course = courses.get(run.programUuid)
      if (!course) {
        const problem = `belongs to a program that is not known: ${run.programUuid}`
        return { unknownProgram: true, problem: { reference: run.uuid, problem } }
      }
      changed.add(course.id)
      const weeks = run.weeksCount ?? course.weeks
      const missing = missingOf(run, weeks)
      const row = known.get(run.uuid)
      // Learners may be enrolled on it: what was complete stays as it was last complete, but for a cancellation.
      const cancelledAt = cancelledSince(run, row, now)
      if (row?.complete && missing.length > 0) tx.assign(row, { cancelled: run.cancelled, cancelledAt, missedAt: null })
      else {
        const fields = { ...runFields(run, course, weeks, now), cancelledAt, missedAt: null }
        const { id } = row ? tx.assign(row, fields) : tx.create(CourseRun, { id: newId(), ...fields } as CourseRun)
        events.set(id, run.liveEvents)
      }
      return missing.length > 0 ? { problem: { reference: run.uuid, problem: `lacks ${missing.join(', ')}` } } : {}
    })
    await tx.flush()
    for (const [row, was] of before) await followRunNews(tx, row, was)
    await updateCourseOrder(tx, now, [...changed])
    await mirrorLiveEvents(tx, events)
    return kept
  })
}

async function mirrorLiveEvents(tx: EntityManager, events: ReadonlyMap<string, readonly LiveEventFacts[]>) {
  const known = byPartnerUuid(await tx.find(LiveEvent, { runId: { $in: [...events.keys()] } }))
  for (const [runId, ofRun] of events) {
    for (const { uuid, ...facts } of ofRun) {
      const row = known.get(uuid)
      if (row) tx.assign(row, { runId, ...facts })
      else tx.create(LiveEvent, { id: newId(), runId, partnerUuid: uuid, ...facts })
      known.delete(uuid)
    }
  }
  for (const gone of known.values()) tx.remove(gone)
}
