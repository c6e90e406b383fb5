/** Answers a transfer question: gathers what it names with a fixed number of reads, then lets the rules decide. */
import type { Context } from '../context.ts'
import { checkCmf } from '../courses/cmf.rules.ts'
import { cmfFacts } from '../courses/cmf-report.ts'
import type { Course } from '../courses/course.ts'
import { courseById } from '../courses/loaders.ts'
import type { CreditRecord } from '../credit/credit-record.ts'
import { creditRecordById } from '../credit/loaders.ts'
import { openShare } from '../credit/open-share.ts'
import { recordIdsOfShare } from '../credit/share-loaders.ts'
import { badUserInput, GraphError, notFound } from '../graph/errors.ts'
import { uuidOf } from '../graph/node.ts'
import { institutionById, qualificationById } from '../institutions/loaders.ts'
import type { Qualification } from '../institutions/qualification.ts'
import { dateIn } from '../values/dates.ts'
import { usesOfRecord, visibleApplication } from './application-loaders.ts'
import { type Claim, type Decision, InvalidTransferInput, type PolicyTerms, TransferTooComplex } from './check.rules.ts'
import { assessTransfer } from './decision.rules.ts'
import type { ExternalCreditInput, TransferEligibilityInput } from './eligibility.ts'
import { policyInForce, useOf } from './loaders.ts'
import type { TransferPolicy } from './transfer-policy.ts'

/** The answer with what its edges are loaded from. */
export interface Assessed extends Decision {
  clientRef: string | null
  qualificationRow: Qualification
  policyRow: TransferPolicy | null
}

/** Throws NOT_FOUND for an unknown or invisible id, BAD_USER_INPUT for what does not fit, TOO_COMPLEX. */
export async function assess(context: Context, input: TransferEligibilityInput): Promise<Assessed> {
  const asOf = input.asOf ?? dateIn(context.now(), 'UTC')
  const qualificationId = uuidOf('Qualification', input.qualificationId)
  const qualification = qualificationId && (await qualificationById(context, qualificationId))
  if (!qualification) throw notFound('There is no such qualification.', ['input', 'qualificationId'])
  const [institution, policy, claims] = await Promise.all([
    institutionById(context, qualification.institutionId),
    policyInForce(context, { qualificationId: qualification.id, asOf }),
    claimsOf(context, input, asOf),
  ])
  try {
    const decision = assessTransfer({
      ...{ claims, asOf, participating: institution!.participating, policy: policy && termsOf(policy) },
      qualification: { ...qualification, id: qualification.id },
    })
    const answered = decision.outcome !== 'NO_AGREEMENT' && decision.outcome !== 'NOT_PARTICIPATING'
    const clientRef = input.clientRef ?? null
    return { ...decision, clientRef, qualificationRow: qualification, policyRow: answered ? policy : null }
  } catch (error) {
    throw refusalOf(error, input)
  }
}

/** The engine's refusals, naming the client's own field instead of the claim's number. */
function refusalOf(error: unknown, { creditRecordIds, courseIds }: TransferEligibilityInput): unknown {
  if (error instanceof TransferTooComplex) return new GraphError('TOO_COMPLEX', error.message, { field: ['input'] })
  if (!(error instanceof InvalidTransferInput)) return error
  const [list, index, ...rest] = error.field
  const position = Number(index) - creditRecordIds.length - courseIds.length
  const field =
    list === 'claims' && position >= 0
      ? ['input', 'externalCredits', `${position}`, ...rest]
      : ['input', ...error.field]
  return badUserInput(error.message, field)
}

async function claimsOf(context: Context, input: TransferEligibilityInput, asOf: string): Promise<Claim[]> {
  const shared = await sharedRecords(context, input.shareCode)
  const records = input.creditRecordIds.map((id, index) => recordClaim(context, id, index, shared))
  const courses = input.courseIds.map((id, index) => courseClaim(context, id, index, asOf))
  return [...(await Promise.all([...records, ...courses])), ...input.externalCredits.map(externalClaim)]
}

/**
 * The learner about their own, operators about all, an institution about what is shared with it by the code or is in an
 * application to it: whoever else asks hears that there is none.
 */
async function maySee(
  context: Context,
  { id, learnerId }: CreditRecord,
  shared: ReadonlySet<string>,
): Promise<boolean> {
  const { viewer } = context
  if (viewer.operator !== null || viewer.learner?.id === learnerId || shared.has(id)) return true
  if (!viewer.staff && !viewer.client) return false
  const uses = await usesOfRecord(context, id)
  const applications = await Promise.all(uses.map((use) => visibleApplication(context, use.applicationId)))
  return applications.some((application) => application !== null)
}

/** Records that the share's code opens for the caller; the look is logged. */
async function sharedRecords(context: Context, code: string | null | undefined): Promise<ReadonlySet<string>> {
  const share = code == null ? null : await openShare(context, code)
  return new Set(share ? await recordIdsOfShare(context, share.id) : [])
}

async function recordClaim(context: Context, id: string, index: number, shared: ReadonlySet<string>): Promise<Claim> {
  const uuid = uuidOf('CreditRecord', id)
  const record = uuid && (await creditRecordById(context, uuid))
  if (!record || !(await maySee(context, record, shared))) {
    throw notFound('There is no such credit record that you may ask about.', ['input', 'creditRecordIds', `${index}`])
  }
  const use = await useOf(context, record.id)
  const { facts, status } = record
  return {
    ...{ ref: id, source: 'CREDIT_RECORD', title: facts.courseTitle, awardingBody: facts.awardingBodySlug },
    ...{ amount: record.creditAmount, scheme: record.creditScheme },
    ...{ level: record.creditLevel, framework: record.creditFramework },
    ...{ awardedOn: record.awardedOn, grade: record.grade, identityVerified: record.identityVerified },
    ...{ cmf: facts.cmf, subject: facts.subject, course: facts.courseSlug },
    ...(status !== 'AWARDED' && { standing: status }),
    ...(use && { use }),
  }
}

async function courseClaim(context: Context, id: string, index: number, asOf: string): Promise<Claim> {
  const field = ['input', 'courseIds', `${index}`]
  const uuid = uuidOf('Course', id)
  const course = uuid && (await courseById(context, uuid))
  if (!course) throw notFound('There is no such course.', field)
  const { credit } = cmfFacts(course)
  if (!credit) throw badUserInput('This course states no credit, so there is nothing to transfer.', field)
  const institution = await institutionById(context, course.awardingInstitutionId)
  return { ...asIfPassed(course, asOf), ...credit, ref: id, awardingBody: institution!.slug }
}

/** A course not yet taken is claimed as if passed on that day at the pass mark. */
function asIfPassed(course: Course, awardedOn: string) {
  return {
    source: 'COURSE' as const,
    title: course.title,
    awardedOn,
    grade: course.assessment?.passMark ?? null,
    identityVerified: course.assessment?.identityVerification ?? null,
    cmf: checkCmf(cmfFacts(course)).status,
    subject: course.subject,
    course: course.slug,
  }
}

function externalClaim(external: ExternalCreditInput): Claim {
  const { grade = null, identityVerified = null, subject = null, course = null } = external
  return { ...external, grade, identityVerified, subject, course, source: 'EXTERNAL' }
}

/** The policy's terms as the engine reads them. */
export function termsOf(policy: TransferPolicy): PolicyTerms {
  const { id: _i, qualificationId: _q, version: _v, publishedAt: _a, publishedBy: _b, ...terms } = policy
  return terms
}
