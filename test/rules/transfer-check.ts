/** Builds transfer checks for tests: one plain to vary and random ones. */
import fc from 'fast-check'
import type { Claim, PolicyTerms, QualificationTerms, TransferCheck } from '../../src/transfers/engine/check.rules.ts'

export const aClaim: Claim = {
  ref: 'a',
  source: 'CREDIT_RECORD',
  title: 'A microcredential',
  awardingBody: 'the-open-university',
  amount: '15',
  scheme: 'CATS',
  level: 6,
  framework: 'FHEQ',
  awardedOn: '2024-06-01',
  grade: '70',
  identityVerified: true,
  cmf: 'MET',
  subject: 'computing',
  course: 'c-1',
}

export const aPolicy: PolicyTerms = {
  effectiveFrom: '2020-01-01',
  effectiveTo: null,
  agreement: 'AUTOMATIC',
  maxCredit: '240',
  levelCaps: [],
  granularity: '15',
  acceptedLevels: [4, 5, 6],
  higherLevelCountsLower: false,
  minimumGrade: null,
  maximumAgeYears: null,
  overAge: 'FAIL',
  requiresCmf: false,
  requiresIdentityVerification: false,
  recognisedAwardingBodies: [],
  subjects: [],
  freeChoiceMax: '0',
  allowedCourses: [],
  exclusions: [],
  clauses: [],
}

export const aDegree: QualificationTerms = {
  kind: 'HONOURS_DEGREE',
  totalCredit: '360',
  levels: [
    { level: 4, credit: '120' },
    { level: 5, credit: '120' },
    { level: 6, credit: '120' },
  ],
}

export const aCheck: TransferCheck = { claims: [aClaim], policy: aPolicy, qualification: aDegree, asOf: '2026-06-01' }

/** Checks in which every claim is accepted, so that only their placement is in question: tight caps, mixed levels. */
export function placementChecks(mostClaims: number, refs = fc.string({ maxLength: 3 })): fc.Arbitrary<TransferCheck> {
  const amount = fc
    .oneof(
      fc.integer({ min: 1, max: 12 }).map((n) => n * 2.5),
      hundredthsUpTo(4_000),
    )
    .map(String)
  const cap = fc
    .oneof(
      fc.integer({ min: 0, max: 8 }).map((n) => n * 10),
      hundredthsUpTo(9_000),
    )
    .map(String)
  const claim = fc.record({
    ref: refs,
    amount,
    level: fc.integer({ min: 4, max: 7 }),
    subject: fc.constantFrom('computing', 'history', null),
  })
  return fc
    .record({
      claims: fc.uniqueArray(claim, { maxLength: mostClaims, selector: ({ ref }) => ref }),
      levels: fc.subarray([4, 5, 6, 7], { minLength: 1 }),
      caps: fc.array(cap, { minLength: 4, maxLength: 4 }),
      totalCredit: cap,
      maxCredit: cap,
      freeChoiceMax: fc.oneof(fc.constant('100'), cap).filter((max) => Number(max) > 0),
      granularity: fc.constantFrom('0.5', '1', '5', '10', '15', '30', '7.77'),
      higherLevelCountsLower: fc.boolean(),
      acceptedOnly: fc.boolean(),
      free: fc.boolean(),
    })
    .map(({ claims, levels, caps, totalCredit, maxCredit, freeChoiceMax, granularity, ...rest }) => ({
      claims: claims.map((of) => ({ ...aClaim, ...of })),
      policy: {
        ...aPolicy,
        maxCredit,
        freeChoiceMax,
        granularity,
        higherLevelCountsLower: rest.higherLevelCountsLower,
        acceptedLevels: [4, 5, 6, 7],
        subjects: rest.free ? ['computing'] : [],
      },
      qualification: {
        kind: 'HONOURS_DEGREE',
        totalCredit,
        levels: levels.map((level, at) => ({ level, credit: caps[at]! })),
      },
      asOf: '2026-06-01',
    }))
}

function hundredthsUpTo(most: number): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: most }).map((hundredths) => hundredths / 100)
}
