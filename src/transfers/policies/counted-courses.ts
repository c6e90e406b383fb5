/** Turns a policy's terms into conditions on the list of courses. */
import type { CountedCourses } from '../../courses/counted-courses.ts'
import { subjectNotStated } from '../../courses/course.ts'
import { uuidForList } from '../../graph/contract/no-such.ts'
import { institutionById, qualificationById } from '../../institutions/loaders.ts'
import type { Condition } from '../../reading/list.ts'
import { LevelFramework } from '../../values/credit.ts'
import { dateIn } from '../../values/dates.ts'
import { compareDecimals } from '../../values/decimal.ts'
import { acceptsLevel } from '../engine/course.rules.ts'
import { policyInForce } from './policy.loaders.ts'
import type { TransferPolicy } from './transfer-policy.ts'

const levels = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

/** Every framework's levels that are accepted, as FRAMEWORK:level. */
function acceptedNames(accepted: readonly number[]): string[] {
  return Object.values(LevelFramework).flatMap((framework) =>
    levels.filter((level) => acceptsLevel(accepted, level, framework)).map((level) => `${framework}:${level}`),
  )
}

/** The policy's terms that are about the course itself; grade, age and use are about who took it. */
function conditionsOf(policy: TransferPolicy): Condition[] {
  const names = acceptedNames(policy.acceptedLevels)
  const conditions: Condition[] = [
    { sql: "c.credit_framework || ':' || c.credit_level = any(?::text[])", values: [names] },
  ]
  const add = (sql: string, value: unknown) => conditions.push({ sql, values: [value] })
  if (policy.allowedCourses.length) add('c.slug = any(?::text[])', policy.allowedCourses)
  if (policy.exclusions.length)
    add(
      'c.slug <> all(?::text[])',
      policy.exclusions.map(({ course }) => course),
    )
  const onlySubjects = policy.subjects.length > 0 && compareDecimals(policy.freeChoiceMax, '0') === 0
  const subjects = policy.subjects.filter((subject) => subject !== subjectNotStated)
  if (onlySubjects) add('c.subject = any(?::text[])', subjects)
  if (policy.requiresCmf) add('c.cmf_status = ?', 'MET')
  if (policy.requiresIdentityVerification) add("c.assessment ->> 'identityVerification' = ?", 'true')
  if (policy.recognisedAwardingBodies.length) {
    const bodies = policy.recognisedAwardingBodies.map((body) => body.toLowerCase())
    add('c.awarding_institution_id in (select w.id from institution w where lower(w.slug) = any(?::text[]))', bodies)
  }
  return conditions
}

/** The policies' answer to which courses count. */
export const countedCourses: CountedCourses = async (context, id) => {
  const qualificationId = uuidForList('Qualification', id, ['filter', 'countsTowardsQualificationId'])
  const asOf = dateIn(context.now(), 'UTC')
  const qualification = qualificationId && (await qualificationById(context, qualificationId))
  if (!qualification) return null
  const institution = await institutionById(context, qualification.institutionId)
  const policy = await policyInForce(context, { qualificationId: qualification.id, asOf })
  return policy && institution?.participating ? conditionsOf(policy) : null
}
