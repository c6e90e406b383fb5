/** Stores what the partner says of a registration: progress, result, end; one made at the partner becomes an enrolment. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { PartnerAccount } from '../learners/learner.ts'
import { keepLearner, type LearnerFacts } from '../learners/learner-directory.ts'
import { keepMembership } from '../learners/link-partner-account.ts'
import { beginHistory, move } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { addJob, announce, inTransaction } from '../store/transaction.ts'
import { enrolmentStates } from './enrolment.states.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'
import type { Registration } from './registration-partner.ts'

/** Stores it; a registration of a run or a learner that is not known here yet is left for a later pass. */
export async function keepRegistration(context: Context, registration: Registration): Promise<boolean> {
  const known = await knownEnrolment(context, registration)
  // What is not active at the partner and was not made here is nobody's enrolment.
  if (known === null && registration.status !== 'ACTIVE') return true
  const enrolmentId = known ?? (await importRegistration(context, registration))
  if (enrolmentId === null) return false
  await inTransaction(context.em, (tx) => update(context, tx, enrolmentId, registration))
  return true
}

async function knownEnrolment(context: Context, { uuid, externalReference }: Registration): Promise<string | null> {
  const em = context.em.fork()
  const byUuid = await em.findOne(Enrolment, { registrationUuid: uuid })
  if (byUuid) return byUuid.id
  const ours = externalReference && /^[0-9a-f-]{36}$/.test(externalReference)
  const byReference = ours ? await em.findOne(Enrolment, { id: externalReference }) : null
  return byReference?.id ?? null
}

/** An enrolment made at the partner: no payment here. The learner is known by the identity's name for them. */
async function importRegistration(context: Context, registration: Registration): Promise<string | null> {
  const em = context.em.fork()
  const run = await em.findOne(CourseRun, { partnerUuid: registration.runUuid, complete: true })
  if (!run) return null
  const account = await em.findOne(PartnerAccount, { membershipUuid: registration.membershipUuid })
  const learnerId = account?.learnerId ?? (await importLearner(context, registration.membershipUuid))
  if (learnerId === null) return null
  return inTransaction(context.em, async (tx) => {
    await tx.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [registration.uuid])
    const active = { learnerId, runId: run.id, status: { $nin: [...endedStatuses] } }
    const there = await tx.findOne(Enrolment, active)
    if (there) return there.registrationUuid === null || there.registrationUuid === registration.uuid ? there.id : null
    const at = registration.activatedAt ?? context.now()
    const enrolment = tx.create(Enrolment, {
      ...{ id: newId(), learnerId, runId: run.id, status: 'REGISTERED', registrationUuid: registration.uuid },
      ...{ registeredAt: at, createdAt: at, updatedAt: context.now() },
    } as Enrolment)
    beginHistory(tx, 'Enrolment', enrolment, { cause: 'MADE_AT_PARTNER', at: context.now() })
    return enrolment.id
  })
}

async function importLearner(context: Context, membershipUuid: string): Promise<string | null> {
  const membership = await context.partner.membership(membershipUuid)
  if (!membership) return null
  const { externalLearnerId: subject, email, firstName, lastName } = membership
  const givenName = firstName ?? subject
  const familyName = lastName ?? ''
  const facts: LearnerFacts = {
    ...{ issuer: context.settings.issuer, subject, email: email ?? '', givenName, familyName, timeZone: null },
    displayName: `${givenName} ${familyName}`.trim(),
  }
  const learner = await inTransaction(context.em, (tx) => keepLearner(tx, facts, context.now()))
  await keepMembership(context, learner, membership)
  return learner
}

async function update(context: Context, tx: EntityManager, enrolmentId: string, seen: Registration): Promise<void> {
  const at = context.now()
  const enrolment = await tx.findOneOrFail(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
  if (enrolment.registrationUuid !== null && enrolment.registrationUuid !== seen.uuid) return
  if (seen.stepsCompletedRatio !== null) {
    enrolment.stepsCompletedRatio = seen.stepsCompletedRatio
    enrolment.stepsCompleted = seen.stepsCompletedCount ?? 0
    enrolment.progressSeenAt = at
  }
  if (seen.status === 'ACTIVE' && ['REGISTERED', 'COMPLETED'].includes(enrolment.status)) {
    enrolment.studyUrl = seen.studyUrl
  }
  enrolment.updatedAt = at
  if (seen.result) {
    enrolment.resultOutcome = seen.result.outcome
    enrolment.resultGrade = seen.result.grade
    enrolment.resultAwardedOn = seen.result.awardedOn
    enrolment.resultIdentityVerified = seen.result.identityVerified
    if (enrolment.status === 'REGISTERED') {
      move(tx, enrolmentStates, enrolment, 'COMPLETED', { cause: `RESULT_${seen.result.outcome}`, at })
    }
    await tx.flush()
    if (enrolment.status === 'COMPLETED') await addJob(tx, 'award_credit', { enrolmentId })
  }
  await tx.flush()
  await announce(tx, 'enrolment', enrolmentId)
}
