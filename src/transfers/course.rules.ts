/** Whether a policy lists or admits a course: its terms that are about the course itself, not about who took it. */
import { fheqLevels, isLevel, type LevelFramework } from '../values/credit.ts'
import { compareDecimals } from '../values/decimal.ts'
import type { PolicyTerms } from './check.rules.ts'

/** What of a course the policy looks at; `awardingBody` is its institution's slug. */
export interface CourseFacts {
  slug: string
  subject: string
  awardingBody: string
  cmf: 'MET' | 'NOT_MET' | 'UNKNOWN'
  creditLevel: number | null
  creditFramework: LevelFramework | null
}

/** Grade, age and use are not asked: a course that is admitted can still earn credit that is not. */
export function admits(policy: PolicyTerms, course: CourseFacts): boolean {
  const { allowedCourses, exclusions, subjects, freeChoiceMax, requiresCmf, recognisedAwardingBodies } = policy
  const body = course.awardingBody.toLowerCase()
  return (
    admitsLevel(policy, course) &&
    (allowedCourses.length === 0 || allowedCourses.includes(course.slug)) &&
    !exclusions.some((excluded) => excluded.course === course.slug) &&
    (subjects.length === 0 || subjects.includes(course.subject) || compareDecimals(freeChoiceMax, '0') > 0) &&
    (!requiresCmf || course.cmf === 'MET') &&
    (recognisedAwardingBodies.length === 0 || recognisedAwardingBodies.some((known) => known.toLowerCase() === body))
  )
}

/** An ambiguous level is admitted when one of those that it may stand for is: whoever looks decides in its favour. */
function admitsLevel({ acceptedLevels }: PolicyTerms, { creditLevel: level, creditFramework }: CourseFacts): boolean {
  if (level === null || creditFramework === null || !isLevel(level, creditFramework)) return false
  return fheqLevels(level, creditFramework).some((fheq) => acceptedLevels.includes(fheq))
}
