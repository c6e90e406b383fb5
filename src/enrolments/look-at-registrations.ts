/** Looks at registrations of paid enrolments that nobody told of for a day. */
import type { Context } from '../context.ts'
import { courseJobs } from '../courses/course-jobs.ts'
import type { Change } from '../payments/change.ts'
import { inTransaction } from '../store/transaction.ts'
import { applyNews } from './apply-news.ts'
import { lockEnrolment } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import { Enrolment, type EnrolmentStatus } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { recordRegistration } from './record-registration.ts'
import type { Registration } from './registration-partner.ts'

/** As many as the partner answers about in one call. */
const REGISTRATIONS_AT_ONCE = 100
/** What is left is for the next pass, the longest unseen first. */
const MOST_REGISTRATIONS = 2_000

/** Each is a call of its own. */
const MOST_RUN_NAMES = 200

interface Due {
  id: string
  status: EnrolmentStatus
  registrationUuid: string
}

const due = `
  select e.id, e.status, e.registration_uuid as "registrationUuid"
  from course_run r join enrolment e on e.run_id = r.id
  where r.ends_at > ?::timestamptz - interval '90 days' and e.payment_id is not null and e.registration_uuid is not null
    and coalesce(e.partner_looked_at, e.registered_at) <= ?::timestamptz - interval '1 day'
  order by coalesce(e.partner_looked_at, e.registered_at), e.id limit ?`

const dueRuns = `
  select r.partner_uuid as "runUuid" from course_run r
  where r.ends_at > ?::timestamptz - interval '90 days' and r.missed_at is null
    and r.fetched_at <= ?::timestamptz - interval '1 day'
    and exists (select from enrolment e where e.run_id = r.id and e.payment_id is not null)
  order by r.fetched_at limit ?`

/** Makes the transaction of a dry run end without a trace. */
class OnlyLooking extends Error {}

/**
 * Each daily until 90 days after the end of its run, a hundred in a call; `noted` hears of each that stands otherwise.
 * Answers how many were looked at. Throws UpstreamFailure when the partner does not answer: the rest is for the next pass.
 */
export async function lookAtRegistrations(
  context: Context,
  apply: boolean,
  noted: (change: Change) => Promise<void>,
): Promise<number> {
  const now = context.now()
  const em = context.em.fork({ clear: true })
  const all = await em.execute<Due[]>(due, [now, now, MOST_REGISTRATIONS])
  for (let from = 0; from < all.length; from += REGISTRATIONS_AT_ONCE) {
    const some = all.slice(from, from + REGISTRATIONS_AT_ONCE)
    const askedAt = context.now()
    const found = await context.partner.registrations(some.map(({ registrationUuid }) => registrationUuid))
    for (const one of some) {
      const to = await look(context, one, { registration: found.get(one.registrationUuid), askedAt, apply })
      const { id: subjectId, registrationUuid: reference, status } = one
      if (to !== status) await noted({ subjectKind: 'Enrolment', subjectId, reference, from: status, to })
    }
  }
  if (apply) await lookAtRuns(context, now)
  return all.length
}

/** Those with money that nobody told of for a day are asked for by their name, which says too when they are gone. */
async function lookAtRuns({ em }: Context, now: Date): Promise<void> {
  const runs = await em.fork({ clear: true }).execute<{ runUuid: string }[]>(dueRuns, [now, now, MOST_RUN_NAMES])
  for (const { runUuid } of runs) await inTransaction(em, (tx) => courseJobs.syncCatalogue.add(tx, { runUuid }))
}

interface Look {
  /** Absent when the partner does not know it. */
  registration: Registration | undefined
  askedAt: Date
  apply: boolean
}

/** How it stands after it, or would. */
async function look(context: Context, { id, registrationUuid, status }: Due, seen: Look): Promise<EnrolmentStatus> {
  const { registration, askedAt, apply } = seen
  if (!apply) return registration === undefined ? status : wouldBe(context, id, registration, askedAt)
  if (registration !== undefined) await recordRegistration(context, registration, askedAt)
  return inTransaction(context.em, async (tx) => {
    // By its name it is asked for once more, and by the job that counts its looks.
    if (registration === undefined) await enrolmentJobs.fetchRegistration.add(tx, { registrationUuid })
    const enrolment = await tx.findOneOrFail(Enrolment, id)
    enrolment.partnerLookedAt = askedAt
    return enrolment.status
  })
}

async function wouldBe(
  context: Context,
  enrolmentId: string,
  registration: Registration,
  askedAt: Date,
): Promise<EnrolmentStatus> {
  let status: EnrolmentStatus = 'REGISTERED'
  const rolledBack = inTransaction(context.em, async (tx) => {
    const payments = await lockPayments(tx, enrolmentId)
    const enrolment = await lockEnrolment(tx, enrolmentId)
    await applyNews(tx, { enrolment, payments }, registration, { askedAt, at: context.now() })
    status = enrolment.status
    throw new OnlyLooking()
  })
  await rolledBack.catch((error: unknown) => {
    if (!(error instanceof OnlyLooking)) throw error
  })
  return status
}
