/** Awards credit for a passed enrolment and reviews it when its payment changes. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { openCase } from '../cases/open-case.ts'
import type { Context } from '../context.ts'
import { Course } from '../courses/course.ts'
import { CourseRun } from '../courses/course-run.ts'
import { announceEnrolment } from '../enrolments/announce-enrolment.ts'
import { Enrolment, type EnrolmentStatus } from '../enrolments/enrolment.ts'
import { enrolmentJobs } from '../enrolments/enrolment-jobs.ts'
import { resultInWords } from '../enrolments/record-result.ts'
import type { RegistrationResult } from '../enrolments/registration-partner.ts'
import { Institution } from '../institutions/institution.ts'
import { Learner } from '../learners/learner.ts'
import { isContested } from '../payments/balance.ts'
import { beginHistory, move } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { dateIn } from '../values/dates.ts'
import { type CreditCause, creditRecordStates, creditRestorations } from './credit-record.states.ts'
import { CreditRecord, type CreditRecordStatus } from './credit-record.ts'

async function award(context: Context, tx: EntityManager, enrolmentId: string): Promise<void> {
  const enrolment = await tx.findOneOrFail(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
  if (enrolment.resultOutcome !== 'PASSED') return
  if (await tx.findOne(CreditRecord, { enrolmentId })) return
  const run = await tx.findOneOrFail(CourseRun, enrolment.runId)
  const course = await tx.findOneOrFail(Course, run.courseId)
  const { creditAmount, creditScheme, creditLevel, creditFramework } = course
  // A course that states no credit awards none.
  if (creditAmount === null || creditScheme === null || creditLevel === null || creditFramework === null) return
  const learner = await tx.findOneOrFail(Learner, enrolment.learnerId)
  const institution = await tx.findOneOrFail(Institution, course.awardingInstitutionId)
  const [index] = await tx.execute<{ next: string }[]>("select nextval('credit_status_index') as next")
  const now = context.now()
  const record = tx.create(CreditRecord, {
    id: newId(),
    enrolmentId,
    learnerId: learner.id,
    courseId: course.id,
    holderName: learner.displayName,
    creditAmount,
    creditScheme,
    creditLevel,
    creditFramework,
    status: 'AWARDED',
    awardedOn: enrolment.resultAwardedOn ?? dateIn(now, run.timeZone),
    grade: enrolment.resultGrade,
    identityVerified: enrolment.resultIdentityVerified,
    facts: {
      courseSlug: course.slug,
      courseTitle: course.title,
      subject: course.subject,
      awardingBodySlug: institution.slug,
      awardingBodyName: institution.name,
      cmf: course.cmfStatus,
      learningOutcomes: course.learningOutcomes,
      totalStudyHours: course.totalStudyHours,
    },
    statusIndex: Number(index!.next),
    createdAt: now,
    updatedAt: now,
  } as CreditRecord)
  beginHistory(tx, creditRecordStates, record, { cause: 'ASSESSMENT_PASSED', at: now })
  await announceEnrolment(tx, enrolment)
}

/** By where the enrolment stands; what was never registered has earned nothing. */
const causes: Partial<Record<EnrolmentStatus, CreditCause>> = {
  REGISTERING: 'ENROLMENT_REGISTERING',
  REGISTERED: 'ENROLMENT_REGISTERED',
  COMPLETED: 'ENROLMENT_COMPLETED',
  REVOKING: 'ENROLMENT_REVOKING',
  REVOKED: 'ENROLMENT_REVOKED',
  COMPENSATING: 'ENROLMENT_COMPENSATING',
  COMPENSATED: 'ENROLMENT_COMPENSATED',
  WITHDRAWN: 'ENROLMENT_WITHDRAWN',
  STUCK: 'ENROLMENT_STUCK',
}

const suspending: readonly EnrolmentStatus[] = ['REVOKING', 'COMPENSATING', 'STUCK']

async function statusWanted(tx: EntityManager, enrolment: Enrolment): Promise<CreditRecordStatus> {
  if (enrolment.status === 'REVOKED' || enrolment.status === 'COMPENSATED') return 'REVOKED'
  // The money came back, the place did not: what was revoked with it stays so until an operator gives the place back.
  if (enrolment.stuckReason === 'DISPUTE_REVERSED') return 'REVOKED'
  if (suspending.includes(enrolment.status)) return 'SUSPENDED'
  return (await isContested(tx, enrolment.id)) ? 'SUSPENDED' : 'AWARDED'
}

async function review(context: Context, tx: EntityManager, enrolmentId: string): Promise<void> {
  const enrolment = await tx.findOneOrFail(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
  const record = await tx.findOne(CreditRecord, { enrolmentId }, { lockMode: LockMode.PESSIMISTIC_WRITE })
  if (!record) return
  const to = await statusWanted(tx, enrolment)
  if (record.status === to) return
  const states = record.status === 'REVOKED' ? creditRestorations : creditRecordStates
  const cause = causes[enrolment.status]
  if (!cause) throw new Error(`credit rests on enrolment ${enrolmentId}, which is ${enrolment.status}`)
  move(tx, states, record, to, { cause, at: context.now() })
  await announceEnrolment(tx, enrolment)
}

/** Awards what an enrolment earned, once; its money may have been contested, or have gone back, before the result came. */
export const awardCreditJob = enrolmentJobs.awardCredit.runs((context: Context, { enrolmentId }) =>
  inTransaction(context.em, async (tx) => {
    await award(context, tx, enrolmentId)
    await tx.flush()
    await review(context, tx, enrolmentId)
  }),
)

/** Suspends, restores or revokes credit as the enrolment that it rests on stands now. */
export const reviewCreditJob = enrolmentJobs.reviewCredit.runs((context: Context, { enrolmentId, corrected }) =>
  inTransaction(context.em, async (tx) => {
    await review(context, tx, enrolmentId)
    if (corrected) await tellOfCorrection(context, tx, enrolmentId, corrected)
  }),
)

interface Correction {
  from: RegistrationResult
  to: RegistrationResult | null
}

/** For whoever answers for credit, when some rests on the result. */
async function tellOfCorrection(
  { now }: Context,
  tx: EntityManager,
  enrolmentId: string,
  { from, to }: Correction,
): Promise<void> {
  const record = await tx.findOne(CreditRecord, { enrolmentId })
  if (record === null) return
  const { learnerId, runId: courseRunId } = await tx.findOneOrFail(Enrolment, enrolmentId)
  const what = to === null ? 'took back the result' : `corrected the result to ${resultInWords(to)}`
  const message = `The partner ${what} of ${resultInWords(from)}, on which credit rests.`
  const subject = { type: 'Enrolment', id: enrolmentId } as const
  await openCase(tx, { kind: 'RESULT_CORRECTED', subject, message, learnerId, courseRunId }, now())
}
