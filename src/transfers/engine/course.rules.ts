/** Decides whether a policy lists or admits a course, independently of the learner. */
import { fheqLevels, isLevel, type LevelFramework } from '../../values/credit.ts'
import { compareDecimals } from '../../values/decimal.ts'
import type { PolicyTerms } from './check.rules.ts'
import { asciiLowerCase } from './policy-reading.rules.ts'

/** What of a course the policy looks at; `awardingBody` is its institution's slug. */
export interface CourseFacts {
  slug: string
  /** Null when it is not known. */
  subject: string | null
  awardingBody: string
  cmf: 'MET' | 'NOT_MET' | 'UNKNOWN'
  /** Whether its assessment verifies who takes it; null when that is not known. */
  identityVerification: boolean | null
  creditLevel: number | null
  creditFramework: LevelFramework | null
}

/**
 * Whether its credit is accepted when it is earned with a good enough grade, today and for the first time. What is not
 * known or has to be decided is no admission: nobody buys a course on a perhaps.
 */
export function admits(policy: PolicyTerms, course: CourseFacts): boolean {
  const { allowedCourses, exclusions, subjects, freeChoiceMax, recognisedAwardingBodies: bodies } = policy
  const body = asciiLowerCase(course.awardingBody)
  return (
    admitsLevel(policy, course) &&
    (allowedCourses.length === 0 || allowedCourses.includes(course.slug)) &&
    !exclusions.some((excluded) => excluded.course === course.slug) &&
    (subjects.length === 0 ||
      (course.subject !== null && subjects.includes(course.subject)) ||
      compareDecimals(freeChoiceMax, '0') > 0) &&
    (!policy.requiresCmf || course.cmf === 'MET') &&
    (!policy.requiresIdentityVerification || course.identityVerification === true) &&
    (bodies.length === 0 || bodies.some((known) => asciiLowerCase(known) === body))
  )
}

function admitsLevel({ acceptedLevels }: PolicyTerms, { creditLevel: level, creditFramework }: CourseFacts): boolean {
  if (level === null || creditFramework === null) return false
  return acceptsLevel(acceptedLevels, level, creditFramework)
}

/** Whether every FHEQ level that it may be is accepted. */
export function acceptsLevel(accepted: readonly number[], level: number, framework: LevelFramework): boolean {
  return isLevel(level, framework) && fheqLevels(level, framework).every((fheq) => accepted.includes(fheq))
}
