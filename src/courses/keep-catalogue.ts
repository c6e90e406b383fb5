/** Stores what the partner says of one program or run, in one transaction each, so that nothing is half there. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { Temporal } from 'temporal-polyfill'
import type { Context } from '../context.ts'
import { Institution } from '../institutions/institution.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { amountIn } from '../values/credit.ts'
import { checkCmf } from './cmf.rules.ts'
import { cmfFacts } from './cmf-report.ts'
import { Course, subjectNotStated } from './course.ts'
import { keepOrder } from './course-order.ts'
import { CourseRun, LiveEvent } from './course-run.ts'
import type { LiveEventFacts, ProgramFacts, RunFacts } from './course-source.ts'

/** What became of one fact: kept, or kept out with the reason for the report. */
export interface Kept {
  problem?: { reference: string; problem: string }
  unknownProgram?: boolean
}

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** The awarding institution; one that only the partner knows is made, and does not take part in transfers. */
async function institutionOf(tx: EntityManager, facts: ProgramFacts['organisation'], now: Date): Promise<Institution> {
  const slug = facts.slug ?? slugOf(facts.name)
  const known = await tx.findOne(Institution, { slug })
  if (known) return known
  const made = {
    id: newId(),
    slug,
    name: facts.name,
    country: facts.country ?? 'GB',
    participating: false,
    updatedAt: now,
  }
  await tx.upsert(Institution, made, { onConflictFields: ['slug'], onConflictAction: 'ignore' })
  return tx.findOneOrFail(Institution, { slug })
}

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

/** Stores a program as a course, new or changed. */
export async function keepProgram(context: Context, facts: ProgramFacts): Promise<Kept> {
  const now = context.now()
  await inTransaction(context.em, async (tx) => {
    const institution = await institutionOf(tx, facts.organisation, now)
    const fields = courseFields(facts, institution, now)
    const cmfStatus = checkCmf(cmfFacts(fields)).status
    const known = await tx.findOne(Course, { partnerUuid: facts.uuid })
    if (known) tx.assign(known, { ...fields, cmfStatus })
    else tx.create(Course, { id: newId(), ...fields, cmfStatus } as Course)
  })
  return {}
}

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

/** Stores a run with its live events; an incomplete one is stored too, outside the graph, and named. */
export async function keepRun(context: Context, facts: RunFacts): Promise<Kept> {
  const now = context.now()
  return inTransaction(context.em, async (tx): Promise<Kept> => {
    const course = await tx.findOne(Course, { partnerUuid: facts.programUuid })
    if (!course) {
      const problem = `belongs to a program that is not known: ${facts.programUuid}`
      return { unknownProgram: true, problem: { reference: facts.uuid, problem } }
    }
    const weeks = facts.weeksCount ?? course.weeks
    const timeZone = facts.timeZone ?? 'UTC'
    const fields = {
      courseId: course.id,
      partnerUuid: facts.uuid,
      code: facts.code,
      startsAt: facts.startsAt,
      endsAt: facts.startsAt && weeks !== null ? endOf(facts.startsAt, weeks, timeZone) : null,
      timeZone,
      priceMinor: facts.price?.amountMinor ?? null,
      currency: facts.price?.currency ?? null,
      enrolmentOpensAt: facts.enrolmentOpensAt,
      enrolmentClosesAt: facts.enrolmentClosesAt,
      cancelled: facts.cancelled,
      registrationUrl: facts.url,
      fetchedAt: now,
      partnerUpdatedAt: facts.updatedAt,
    }
    const known = await tx.findOne(CourseRun, { partnerUuid: facts.uuid })
    const missing = missingOf(facts, weeks)
    const problem = { reference: facts.uuid, problem: `lacks ${missing.join(', ')}` }
    // Learners may be enrolled on it: what was complete stays as it was last complete, but for a cancellation.
    if (known?.complete && missing.length > 0) {
      tx.assign(known, { cancelled: facts.cancelled })
      await tx.flush()
      await keepOrder(tx, now, course.id)
      return { problem }
    }
    const run = known ? tx.assign(known, fields) : tx.create(CourseRun, { id: newId(), ...fields } as CourseRun)
    await tx.flush()
    await keepOrder(tx, now, course.id)
    await keepLiveEvents(tx, run.id, facts.liveEvents)
    return missing.length > 0 ? { problem } : {}
  })
}

async function keepLiveEvents(tx: EntityManager, runId: string, events: LiveEventFacts[]): Promise<void> {
  const known = new Map((await tx.find(LiveEvent, { runId })).map((row) => [row.partnerUuid, row]))
  for (const { uuid, ...facts } of events) {
    const row = known.get(uuid)
    if (row) tx.assign(row, facts)
    else tx.create(LiveEvent, { id: newId(), runId, partnerUuid: uuid, ...facts })
    known.delete(uuid)
  }
  for (const gone of known.values()) tx.remove(gone)
}
