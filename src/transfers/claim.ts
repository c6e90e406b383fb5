/** Builds the engine's claims from records, planned courses and external credit. */
import type { Context } from '../context.ts'
import { checkCmf } from '../courses/cmf.rules.ts'
import { cmfFacts } from '../courses/cmf-conformance.ts'
import { type Course, subjectNotStated } from '../courses/course.ts'
import { courseById } from '../courses/loaders.ts'
import type { CreditRecord } from '../credit/credit-record.ts'
import { badUserInput, notFound } from '../graph/contract/errors.ts'
import { globalId, uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { institutionById } from '../institutions/loaders.ts'
import type { ExternalCreditInput } from './eligibility.ts'
import type { Claim } from './engine/check.rules.ts'
import type { PastFacts } from './past-facts.loaders.ts'

/** An awarded record. Its standing, and what an application does with it already, are those of the day asked about. */
export function recordClaim(record: CreditRecord, { status, use }: PastFacts): Claim {
  const { facts } = record
  return {
    ref: globalId('CreditRecord', record.id),
    source: 'CREDIT_RECORD',
    title: facts.courseTitle,
    awardingBody: facts.awardingBodySlug,
    amount: record.creditAmount,
    scheme: record.creditScheme,
    level: record.creditLevel,
    framework: record.creditFramework,
    awardedOn: record.awardedOn,
    grade: record.grade,
    identityVerified: record.identityVerified,
    cmf: facts.cmf,
    subject: statedSubject(facts.subject),
    course: facts.courseSlug,
    ...(status !== 'AWARDED' && { standing: status }),
    ...(use && { use }),
  }
}

/** Null for the word that stands where the partner states no subject. */
export const statedSubject = (subject: string | null) => (subject === subjectNotStated ? null : subject)

/** A course by the client's id, the `index`-th of the question. Throws NOT_FOUND, or BAD_USER_INPUT without credit. */
export async function courseClaim(context: Context, id: string, index: number, asOf: string): Promise<Claim> {
  const field = ['input', 'courseIds', `${index}`]
  const uuid = uuidOf('Course', id)
  const course = uuid && (await courseById(context, uuid))
  if (!course) throw notFound(noSuch('Course', id, 'There is no such course.'), field)
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
    subject: statedSubject(course.subject),
    course: course.slug,
  }
}

/** Credit awarded elsewhere: its holder's own word. */
export function externalClaim(external: ExternalCreditInput): Claim {
  const { grade = null, identityVerified = null, subject = null, course = null } = external
  return { ...external, grade, identityVerified, subject, course, source: 'EXTERNAL' }
}
