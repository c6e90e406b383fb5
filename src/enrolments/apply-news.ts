/** Applies the partner's news of a registration to its enrolment, whoever brought it. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { CourseRun } from '../courses/course-run.ts'
import { balanceOf } from '../payments/balance.ts'
import { hasBounced } from '../payments/has-bounced.ts'
import type { Payment } from '../payments/payment.ts'
import { applyRegistration, forgetEnd, recordFacts } from './apply-registration.ts'
import { hasSuccessor, moveEnrolment, strandEnrolment } from './change-enrolment.ts'
import { sendBack } from './compensate.ts'
import { isOnTheRun } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { closeUnpaid, openUnpaid } from './news-cases.ts'
import { type PlaceFacts, type PlaceNews, placeNews } from './place-news.rules.ts'
import { recordResult } from './record-result.ts'
import type { Registration } from './registration-partner.ts'

/** An enrolment with all its payments, locked in their order. */
export interface LockedEnrolment {
  enrolment: Enrolment
  payments: readonly Payment[]
}

/** When the partner was asked, and the instant of this transaction. */
export interface Heard {
  askedAt: Date
  at: Date
}

/** The result first, then what the first row of the table makes of the place. Repeating it changes nothing. */
export async function applyNews(
  tx: EntityManager,
  locked: LockedEnrolment,
  registration: Registration,
  heard: Heard,
): Promise<void> {
  const { enrolment } = locked
  const isKnown = enrolment.registrationUuid === registration.uuid
  const isNew = isKnown && (await recordResult(tx, enrolment, registration, heard.at))
  if (isKnown) enrolment.registrationMissedAt = null
  const facts = await gather(tx, locked, registration, heard)
  await perform(tx, locked, registration, { news: placeNews(facts), facts, heard, isNew })
  await tx.flush()
}

async function gather(
  tx: EntityManager,
  { enrolment, payments }: LockedEnrolment,
  registration: Registration,
  { askedAt }: Heard,
): Promise<PlaceFacts> {
  const { registrationUuid, registrationEndSeenAt: endSeenAt, registeredAt, paymentId } = enrolment
  const { uuid, status, activatedAt, externalReference, deactivatedBy } = registration
  const payment = payments.find(({ id }) => id === paymentId)
  const balance = payment && (await balanceOf(tx, payment))
  const run = await tx.findOneOrFail(CourseRun, enrolment.runId)
  return {
    status: enrolment.status,
    stuckReason: enrolment.stuckReason,
    isKnown: registrationUuid === uuid,
    hasRegistration: registrationUuid !== null,
    isOurs: externalReference === enrolment.id,
    active: status !== 'INACTIVE',
    endedBy: deactivatedBy,
    endSeen: endSeenAt !== null,
    askedSince: endSeenAt !== null && askedAt > endSeenAt,
    later: activatedAt !== null && registeredAt !== null && activatedAt > registeredAt,
    moneyHere: balance !== undefined && balance.capturedMinor > balance.backMinor,
    nothingPaid: payment === undefined,
    bounced: payment !== undefined && (await hasBounced(tx, payment.id)),
    runCancelled: run.cancelled,
    wasTarget: enrolment.deferredFromId !== null,
  }
}

interface Deed {
  news: PlaceNews
  facts: PlaceFacts
  heard: Heard
  isNew: boolean
}

async function perform(
  tx: EntityManager,
  locked: LockedEnrolment,
  registration: Registration,
  { news, facts, heard, isNew }: Deed,
): Promise<void> {
  const { enrolment } = locked
  const { at } = heard
  switch (news) {
    case 'NOTHING':
      return
    case 'CURRENT':
      if (isOnTheRun(enrolment.status)) forgetEnd(enrolment)
      await applyRegistration(tx, enrolment, registration, { cause: 'PARTNER_REGISTERED', at }, isNew)
      return
    case 'BACK':
      return giveBack(tx, enrolment, registration, heard)
    case 'END_AGAIN':
      return endAgain(tx, enrolment, registration)
    case 'UNPAID':
      return openUnpaid(tx, enrolment, registration.uuid, at)
    case 'REGISTER_AGAIN':
      keepEnd(enrolment, registration, at)
      await tx.flush()
      return enrolmentJobs.register.add(tx, { enrolmentId: enrolment.id })
    case 'REFUSED':
      keepEnd(enrolment, registration, at)
      await sendBack(tx, enrolment, locked.payments, {
        reason: 'REGISTRATION_ENDED',
        why: { cause: 'REGISTRATION_ENDED', at },
      })
      return
    default:
      if (facts.endSeen && facts.status !== 'REGISTERED') return closeUnpaid(tx, enrolment, at)
      keepEnd(enrolment, registration, at)
      await recordFacts(tx, enrolment, registration, { at, isNew: isNew || !facts.endSeen })
      return followEnd(tx, enrolment, { news, facts, at })
  }
}

/** What is kept of an end, with the way to study closed. */
export function keepEnd(
  enrolment: Enrolment,
  { uuid, deactivatedAt, deactivatedBy }: Pick<Registration, 'uuid' | 'deactivatedAt' | 'deactivatedBy'>,
  at: Date,
): void {
  enrolment.registrationUuid = uuid
  enrolment.registrationEndedAt = deactivatedAt ?? at
  enrolment.registrationEndedBy = deactivatedBy
  enrolment.registrationEndSeenAt ??= at
  enrolment.studyUrl = null
}

async function followEnd(
  tx: EntityManager,
  enrolment: Enrolment,
  { news, facts, at }: { news: PlaceNews; facts: PlaceFacts; at: Date },
): Promise<void> {
  if (news === 'STRAND') {
    const ours = facts.endedBy === 'GATEWAY' && facts.bounced
    const cause = ours ? 'REFUND_FAILED' : 'REGISTRATION_ENDED'
    return strandEnrolment(tx, enrolment, ours ? 'REFUND_BOUNCED' : 'REGISTRATION_ENDED', { cause, at })
  }
  if (news === 'LEAVE') {
    const cause = facts.endedBy === 'LEARNER' ? 'LEFT_AT_PARTNER' : 'ENDED_AT_PARTNER'
    return moveEnrolment(tx, enrolment, 'WITHDRAWN', { cause, at })
  }
  return closeUnpaid(tx, enrolment, at)
}

/** Unless the learner has enrolled anew: then that one holds the place. */
async function giveBack(
  tx: EntityManager,
  enrolment: Enrolment,
  registration: Registration,
  { at }: Heard,
): Promise<void> {
  if (enrolment.status === 'WITHDRAWN' && (await hasSuccessor(tx, enrolment))) return
  forgetEnd(enrolment)
  const why = { cause: 'REACTIVATED', at } as const
  const to = enrolment.status === 'STUCK' && enrolment.resultOutcome !== null ? 'COMPLETED' : 'REGISTERED'
  await moveEnrolment(tx, enrolment, to, why)
  // What completes a place that was given up is the result that came meanwhile.
  if (to === 'REGISTERED' && enrolment.resultOutcome !== null) {
    await moveEnrolment(tx, enrolment, 'COMPLETED', { cause: 'RESULT_REPORTED', at })
  }
  if (enrolment.resultOutcome === 'PASSED') await enrolmentJobs.awardCredit.add(tx, { enrolmentId: enrolment.id })
  await recordFacts(tx, enrolment, registration, { at, isNew: true })
}

/** Registered by a call that was given up, or by one whose end did not arrive: nobody wants it. */
async function endAgain(tx: EntityManager, enrolment: Enrolment, registration: Registration): Promise<void> {
  if (enrolment.registrationUuid !== registration.uuid) {
    forgetEnd(enrolment)
    enrolment.registrationUuid = registration.uuid
  }
  await tx.flush()
  await enrolmentJobs.withdrawRegistration.add(tx, { enrolmentId: enrolment.id })
}
