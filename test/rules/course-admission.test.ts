/** Tests that a policy admits a course exactly when the engine accepts its credit. */
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { admits } from '../../src/transfers/engine/course.rules.ts'
import { decideTransfer } from '../../src/transfers/engine/decide.rules.ts'
import { isLevel, LevelFramework } from '../../src/values/credit.ts'
import { aCheck, aClaim, aPolicy } from './transfer-check.ts'

const level = fc
  .record({ level: fc.integer({ min: 3, max: 12 }), framework: fc.constantFrom(...Object.values(LevelFramework)) })
  .filter((one) => isLevel(one.level, one.framework))
const some = <Value>(...values: Value[]) => fc.subarray(values)
const policies = fc.record({
  acceptedLevels: some(3, 4, 5, 6, 7, 8),
  allowedCourses: some('c-1', 'c-2'),
  exclusions: some('c-1', 'c-3').map((courses) => courses.map((course) => ({ course, reason: 'Overlap' }))),
  subjects: some('computing', 'history'),
  freeChoiceMax: fc.constantFrom('0', '0.00', '30'),
  requiresCmf: fc.boolean(),
  requiresIdentityVerification: fc.boolean(),
  recognisedAwardingBodies: some('The-Open-University', 'monash'),
})
const courses = fc.record({
  slug: fc.constantFrom('c-1', 'c-2', 'c-3'),
  subject: fc.constantFrom('computing', 'law', null),
  awardingBody: fc.constantFrom('the-open-university', 'leeds'),
  cmf: fc.constantFrom('MET', 'NOT_MET', 'UNKNOWN'),
  identityVerification: fc.constantFrom(true, false, null),
})

it('is what the engine says of its credit', () => {
  let admitted = 0
  fc.assert(
    fc.property(policies, courses, level, (given, course, { level, framework }) => {
      const policy = { ...aPolicy, ...given }
      const claim = {
        ...aClaim,
        source: 'COURSE' as const,
        awardedOn: aCheck.asOf,
        grade: '100',
        level,
        framework,
        course: course.slug,
        subject: course.subject,
        awardingBody: course.awardingBody,
        cmf: course.cmf,
        identityVerified: course.identityVerification,
      }
      const [decided] = decideTransfer({ ...aCheck, policy, claims: [claim] }).claims
      const answer = admits(policy, { ...course, creditLevel: level, creditFramework: framework })
      expect(answer).toBe(decided!.status === 'ACCEPTED')
      if (answer) admitted += 1
    }),
    { numRuns: 3_000 },
  )
  expect(admitted).toBeGreaterThan(100)
})

it('never is of a course that states no credit', () => {
  const course = {
    slug: 'c-1',
    subject: 'computing',
    awardingBody: 'monash',
    cmf: 'MET',
    identityVerification: true,
  } as const
  expect(admits(aPolicy, { ...course, creditLevel: null, creditFramework: null })).toBe(false)
  expect(admits(aPolicy, { ...course, creditLevel: 6, creditFramework: 'FHEQ' })).toBe(true)
})
