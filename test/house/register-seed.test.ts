/** Tests that the seeded register adds up, with policies of every shape. */
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { seededPrograms } from '../../src/sandbox/seed/program.ts'
import register from '../../src/sandbox/seed/register.json' with { type: 'json' }

const decimal = z.string().regex(/^\d+(\.\d{1,2})?$/)
const level = z.int().min(3).max(8)
const levels = z.array(z.strictObject({ level, credit: decimal }))
const rules = [
  'STANDING',
  'AWARDING_BODY',
  'CMF_CONFORMANCE',
  'IDENTITY_VERIFIED',
  'MINIMUM_GRADE',
  'LEVEL',
  'AGE',
  'SUBJECT',
  'ALLOW_LIST',
  'EXCLUSION',
  'DOUBLE_COUNTING',
]
const kinds = [
  'CERTIFICATE_HE',
  'DIPLOMA_HE',
  'FOUNDATION_DEGREE',
  'HONOURS_DEGREE',
  'GRADUATE_CERTIFICATE',
  'GRADUATE_DIPLOMA',
  'INTEGRATED_MASTERS',
  'PG_CERTIFICATE',
  'PG_DIPLOMA',
  'MASTERS',
]
const policyShape = z.strictObject({
  effectiveFrom: z.iso.date(),
  effectiveTo: z.iso.date().nullable(),
  agreement: z.enum(['AUTOMATIC', 'SUBJECT_TO_AGREEMENT']),
  maxCredit: decimal,
  levelCaps: levels,
  granularity: decimal,
  acceptedLevels: z.array(level).min(1),
  higherLevelCountsLower: z.boolean(),
  minimumGrade: decimal.nullable(),
  maximumAgeYears: z.int().min(1).nullable(),
  overAge: z.enum(['FAIL', 'REVIEW']),
  requiresCmf: z.boolean(),
  requiresIdentityVerification: z.boolean(),
  recognisedAwardingBodies: z.array(z.string()),
  subjects: z.array(z.string()),
  freeChoiceMax: decimal,
  allowedCourses: z.array(z.string()),
  exclusions: z.array(z.strictObject({ course: z.string(), reason: z.string().min(1) })),
  clauses: z.array(z.strictObject({ rule: z.enum(rules), text: z.string().min(1) })),
})
const registerShape = z.strictObject({
  seller: z.strictObject({
    name: z.string().min(1),
    address: z.array(z.string().min(1)).min(1),
    taxNumber: z.string().min(1),
    timeZone: z.literal('Europe/London'),
    tax: z.strictObject({ treatment: z.literal('EXEMPT'), note: z.string().min(1) }),
  }),
  institutions: z.array(
    z.strictObject({
      slug: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
      name: z.string().min(1),
      country: z.string().regex(/^[A-Z]{2}$/),
      participating: z.boolean(),
    }),
  ),
  qualifications: z.array(
    z.strictObject({
      institution: z.string(),
      slug: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
      title: z.string().min(1),
      kind: z.enum(kinds),
      totalCredit: decimal,
      levels: levels.min(1),
      policies: z.array(policyShape),
    }),
  ),
})
const { institutions, qualifications } = registerShape.parse(register)
const policies = qualifications.flatMap((one) => one.policies)

describe('the register', () => {
  it('has six institutions, The Open University first, one of them not participating', () => {
    expect(new Set(institutions.map(({ slug }) => slug)).size).toBe(6)
    expect(institutions[0]?.slug).toBe('the-open-university')
    expect(institutions.filter(({ participating }) => !participating)).toHaveLength(1)
  })

  it('has twelve qualifications whose levels add up to their totals', () => {
    expect(new Set(qualifications.map(({ institution, slug }) => `${institution}/${slug}`)).size).toBe(12)
    for (const { institution, totalCredit, levels: required } of qualifications) {
      expect(institutions.map(({ slug }) => slug)).toContain(institution)
      expect(required.reduce((sum, { credit }) => sum + Number(credit), 0)).toBe(Number(totalCredit))
    }
  })

  it('names only levels of the qualification in caps, and only institutions, subjects and courses that exist', () => {
    const programs = seededPrograms(new Date()).map(({ program }) => program)
    const known = {
      courses: programs.map(({ code }) => code),
      subjects: programs.map(({ subject }) => subject),
      bodies: institutions.map(({ slug }) => slug),
    }
    for (const { levels: required, totalCredit, policies: versions } of qualifications) {
      for (const policy of versions) {
        const own = required.map((one) => one.level)
        expect(policy.levelCaps.filter((cap) => !own.includes(cap.level))).toEqual([])
        expect(Number(policy.maxCredit)).toBeLessThanOrEqual(Number(totalCredit))
        const courses = [...policy.allowedCourses, ...policy.exclusions.map(({ course }) => course)]
        expect(courses.filter((code) => !known.courses.includes(code))).toEqual([])
        expect(policy.subjects.filter((subject) => !known.subjects.includes(subject))).toEqual([])
        expect(policy.recognisedAwardingBodies.filter((body) => !known.bodies.includes(body))).toEqual([])
        expect(new Set(policy.clauses.map(({ rule }) => rule)).size).toBe(policy.clauses.length)
      }
    }
  })
})

describe('the policies', () => {
  it('leave one qualification without an agreement, and give one two versions that do not meet', () => {
    expect(qualifications.filter((one) => one.policies.length === 0)).toHaveLength(1)
    const successive = qualifications.filter((one) => one.policies.length > 1)
    expect(successive).toHaveLength(1)
    const [first, second] = successive[0]?.policies ?? []
    expect((first?.effectiveFrom ?? '') < (second?.effectiveFrom ?? '')).toBe(true)
  })

  it('let Ada’s 15 credits transfer as nothing and two such pieces as 30 to the postgraduate certificate', () => {
    const certificate = qualifications.find(({ slug }) => slug === 'pg-certificate-professional-practice')
    expect(certificate).toMatchObject({
      institution: 'the-open-university',
      kind: 'PG_CERTIFICATE',
      totalCredit: '60',
      levels: [{ level: 7, credit: '60' }],
      policies: [{ granularity: '30', maximumAgeYears: 16, acceptedLevels: [7], agreement: 'AUTOMATIC' }],
    })
    const [policy] = certificate?.policies ?? []
    expect(Number(policy?.maxCredit)).toBeGreaterThanOrEqual(30)
    expect([policy?.subjects, policy?.allowedCourses, policy?.recognisedAwardingBodies]).toEqual([[], [], []])
  })

  it('are of every shape that institutions were found to use', () => {
    const share = (numerator: number, denominator: number) =>
      qualifications.some((one) =>
        one.policies.some((policy) => Number(policy.maxCredit) * denominator === Number(one.totalCredit) * numerator),
      )
    expect([share(2, 3), share(1, 2), share(1, 3)]).toEqual([true, true, true])
    const some = (holds: (policy: z.infer<typeof policyShape>) => boolean) => policies.some(holds)
    expect(some((one) => one.agreement === 'SUBJECT_TO_AGREEMENT')).toBe(true)
    expect(some((one) => one.granularity === '60' && one.maxCredit === '120')).toBe(true)
    expect(some((one) => one.granularity === '30' && one.maxCredit === '240')).toBe(true)
    expect(some((one) => one.maximumAgeYears === 5)).toBe(true)
    expect(some((one) => one.maximumAgeYears === 6 && one.overAge === 'REVIEW')).toBe(true)
    expect(some((one) => one.allowedCourses.length > 0)).toBe(true)
    expect(some((one) => one.exclusions.length > 0)).toBe(true)
    expect(some((one) => one.subjects.length > 0 && one.freeChoiceMax === '60')).toBe(true)
    expect(some((one) => one.levelCaps.length > 0)).toBe(true)
    expect(some((one) => one.higherLevelCountsLower)).toBe(true)
    expect(some((one) => one.requiresCmf)).toBe(true)
    expect(some((one) => one.requiresIdentityVerification)).toBe(true)
    expect(some((one) => one.recognisedAwardingBodies.length > 0)).toBe(true)
    expect(some((one) => one.minimumGrade !== null)).toBe(true)
  })
})
