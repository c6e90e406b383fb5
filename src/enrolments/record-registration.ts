/** Records one registration from the partner, whether it began here or there. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type Context, TryAgainLater } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import type { Membership } from '../learners/account-partner.ts'
import { Learner, PartnerAccount } from '../learners/learner.ts'
import { recordLearner } from '../learners/record-learner.ts'
import { recordMembershipOf } from '../learners/record-membership.ts'
import { inTransaction } from '../store/transaction.ts'
import { addEnrolment } from './add-enrolment.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { applyNews } from './apply-news.ts'
import { applyRegistration } from './apply-registration.ts'
import { lockAfterOrigin, lockRun } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { missRegistration } from './miss-registration.ts'
import { isOwnRegistration } from './own-registration.ts'
import type { Registration } from './registration-partner.ts'

/** UNKNOWN_RUN: the catalogue does not have it, or not completely; nothing was recorded. */
export type Recorded = 'RECORDED' | 'UNKNOWN_RUN'

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * Keeps what the partner said when it was asked at `askedAt`; repeating it changes nothing. Throws UpstreamFailure when
 * the partner cannot say whose it is.
 */
export async function recordRegistration(
  context: Context,
  registration: Registration,
  askedAt: Date,
): Promise<Recorded> {
  const em = context.em.fork({ clear: true })
  const known = await findKnown(em, registration)
  if (known) {
    if (await isOwnRegistration(context, known, registration)) await apply(context, known.id, registration, askedAt)
    return 'RECORDED'
  }
  if (registration.status === 'INACTIVE') return 'RECORDED'
  const run = await em.findOne(CourseRun, { partnerUuid: registration.runUuid })
  if (!run?.complete) return 'UNKNOWN_RUN'
  const learnerId = await learnerOf(context, em, registration)
  if (learnerId === null) return 'RECORDED'
  const held = { learnerId, runId: run.id, status: { $nin: [...endedStatuses] } }
  const active = await em.findOne(Enrolment, held)
  if (active) return apply(context, active.id, registration, askedAt)
  return importRegistration(context, { learnerId, runId: run.id }, registration)
}

/** By the partner's name of it, or by ours in it. */
async function findKnown(em: EntityManager, { uuid, externalReference }: Registration): Promise<Enrolment | null> {
  const known = await em.findOne(Enrolment, { registrationUuid: uuid })
  if (known || externalReference === null || !uuidPattern.test(externalReference)) return known
  return em.findOne(Enrolment, externalReference)
}

function apply(context: Context, enrolmentId: string, registration: Registration, askedAt: Date): Promise<Recorded> {
  const at = context.now()
  return inTransaction(context.em, async (tx): Promise<Recorded> => {
    const payments = await lockPayments(tx, enrolmentId)
    const enrolment = await lockAfterOrigin(tx, enrolmentId)
    await applyNews(tx, { enrolment, payments }, registration, { askedAt, at })
    return 'RECORDED'
  })
}

/** The learner behind the membership, made from it when first seen here; null when the partner does not know it. */
async function learnerOf(
  context: Context,
  em: EntityManager,
  { membershipUuid }: Registration,
): Promise<string | null> {
  const account = await em.findOne(PartnerAccount, { membershipUuid })
  if (account) return account.learnerId
  const membership = await context.partner.membership(membershipUuid)
  if (membership === null) return null
  const { issuer } = context.settings
  const known = await em.findOne(Learner, { issuer, subject: membership.externalLearnerId })
  const learnerId = known?.id ?? (await addLearner(context, membership))
  await recordMembershipOf(context, em, learnerId, membership)
  return learnerId
}

function addLearner(context: Context, membership: Membership): Promise<string> {
  const { externalLearnerId: subject, email, firstName, lastName } = membership
  const displayName = [firstName, lastName].filter(Boolean).join(' ') || subject
  const names = { givenName: firstName ?? '', familyName: lastName ?? '', displayName }
  const facts = { issuer: context.settings.issuer, subject, email: email ?? '', ...names, timeZone: null }
  return inTransaction(context.em, (tx) => recordLearner(tx, facts, context.now()))
}

/** An enrolment that was made at the partner: registered from the start, with nothing paid here. */
function importRegistration(
  context: Context,
  { learnerId, runId }: { learnerId: string; runId: string },
  registration: Registration,
): Promise<Recorded> {
  const at = context.now()
  return inTransaction(context.em, async (tx): Promise<Recorded> => {
    await lockRun(tx, runId)
    if ((await tx.count(Enrolment, { learnerId, runId, status: { $nin: [...endedStatuses] } })) > 0) return 'RECORDED'
    const why = { cause: 'REGISTERED_AT_PARTNER', at } as const
    const beganAt = registration.activatedAt ?? at
    const beginning = {
      learnerId,
      runId,
      status: 'REGISTERED' as const,
      holdExpiresAt: null,
      termsVersion: null,
      termsAcceptedAt: null,
      expressRequestAt: null,
      priceMinor: null,
      priceCurrency: null,
      registrationUuid: registration.uuid,
      registeredAt: beganAt,
      createdAt: beganAt,
    }
    const enrolment = await addEnrolment(tx, beginning, why)
    await applyRegistration(tx, enrolment, registration, why)
    await announceEnrolment(tx, enrolment)
    return 'RECORDED'
  })
}

/** Fetches one registration and keeps it; waits for its run when the catalogue is behind. */
export const fetchRegistrationJob = enrolmentJobs.fetchRegistration.runs(
  async (context: Context, { registrationUuid }, { number }) => {
    const askedAt = context.now()
    const registration = await context.partner.registration(registrationUuid)
    if (registration === null) return missRegistration(context, registrationUuid)
    if ((await recordRegistration(context, registration, askedAt)) === 'RECORDED') return
    if (number < MOST_WAITS) throw new TryAgainLater('the run of this registration is not known yet', 2 ** number)
    context.log.warn(
      { registrationUuid: registration.uuid },
      'a registration on a run that is not complete is left out',
    )
  },
)

/** Two, four, eight seconds and so on: about eight minutes in all. */
const MOST_WAITS = 8
