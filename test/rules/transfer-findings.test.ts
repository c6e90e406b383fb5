/** Tests the wording of each rule's findings, whichever way they turn out. */
import { describe, expect, it } from '@jest/globals'
import { type Claim, type PolicyTerms, TransferRule } from '../../src/transfers/engine/check.rules.ts'
import { decideTransfer } from '../../src/transfers/engine/decide.rules.ts'
import { aCheck, aClaim, aPolicy } from './transfer-check.ts'

/** As `STATUS: expected / actual: message`. */
function told(rule: TransferRule, claim: Partial<Claim>, policy: Partial<PolicyTerms>): string {
  const check = { ...aCheck, claims: [{ ...aClaim, ...claim }], policy: { ...aPolicy, ...policy } }
  const { status, expected, actual, message } = decideTransfer(check).claims[0]!.findings.find(
    (finding) => finding.rule === rule,
  )!
  return `${status}: ${expected} / ${actual}: ${message}`
}

const strict: Partial<PolicyTerms> = {
  requiresCmf: true,
  requiresIdentityVerification: true,
  minimumGrade: '40.00',
  maximumAgeYears: 5,
  recognisedAwardingBodies: ['The-Open-University', 'monash'],
  subjects: ['computing', 'business'],
  allowedCourses: ['c-1', 'c-2'],
  exclusions: [{ course: 'c-2', reason: 'Overlaps with a compulsory module' }],
}

type Case = readonly [TransferRule, Partial<Claim>, string]

const byTheRules: readonly Case[] = [
  ['STANDING', {}, 'PASS: awarded / awarded: This credit has been awarded and its award stands.'],
  [
    'STANDING',
    { source: 'COURSE' },
    'PASS: awarded / not taken yet: This course has not been taken yet; it is assessed as if it were passed.',
  ],
  [
    'STANDING',
    { source: 'EXTERNAL' },
    'PASS: awarded / awarded elsewhere: This credit was awarded elsewhere and is taken as it is described.',
  ],
  [
    'STANDING',
    { standing: 'REVOKED' },
    'FAIL: awarded / revoked: This credit has been revoked; only credit whose award stands can count.',
  ],
  [
    'STANDING',
    { standing: 'SUSPENDED' },
    'REVIEW: awarded / suspended: This credit is suspended for now; it can count once the suspension is lifted.',
  ],
  [
    'AWARDING_BODY',
    { awardingBody: 'THE-open-UNIVERSITY' },
    'PASS: The-Open-University or monash / THE-open-UNIVERSITY: Credit awarded by THE-open-UNIVERSITY is recognised.',
  ],
  [
    'AWARDING_BODY',
    { awardingBody: 'leeds' },
    'FAIL: The-Open-University or monash / leeds: Credit awarded by leeds is not recognised; it has to be awarded by The-Open-University or monash.',
  ],
  ['CMF_CONFORMANCE', {}, 'PASS: met / met: It meets the Common Microcredential Framework, as is required.'],
  [
    'CMF_CONFORMANCE',
    { cmf: 'NOT_MET' },
    'FAIL: met / not met: It has to meet the Common Microcredential Framework, and it does not.',
  ],
  [
    'CMF_CONFORMANCE',
    { cmf: 'UNKNOWN' },
    'UNKNOWN: met / not known: It has to meet the Common Microcredential Framework, and it is not known whether it does.',
  ],
  [
    'IDENTITY_VERIFIED',
    {},
    "PASS: verified / verified: The learner's identity is verified at the assessment, as is required.",
  ],
  [
    'IDENTITY_VERIFIED',
    { identityVerified: false },
    "FAIL: verified / not verified: The learner's identity has to be verified at the assessment, and it is not.",
  ],
  [
    'IDENTITY_VERIFIED',
    { identityVerified: null },
    "UNKNOWN: verified / not known: The learner's identity has to be verified at the assessment, and it is not known whether it is.",
  ],
  ['MINIMUM_GRADE', { grade: '40.00' }, 'PASS: at least 40 / 40: The grade of 40 reaches the minimum of 40.'],
  ['MINIMUM_GRADE', { grade: '39.9' }, 'FAIL: at least 40 / 39.9: The grade of 39.9 is below the minimum of 40.'],
  [
    'MINIMUM_GRADE',
    { grade: null },
    'UNKNOWN: at least 40 / not known: A grade of at least 40 is asked for, and the grade is not known.',
  ],
  [
    'MINIMUM_GRADE',
    { source: 'COURSE', grade: '35' },
    'FAIL: at least 40 / 35: The pass mark of 35 is below the minimum of 40; passed with at least 40, it would reach it.',
  ],
  ['LEVEL', {}, 'PASS: FHEQ level 4, 5 or 6 / FHEQ level 6: It is at FHEQ level 6, which is accepted.'],
  [
    'LEVEL',
    { level: 7 },
    'FAIL: FHEQ level 4, 5 or 6 / FHEQ level 7: It is at FHEQ level 7; credit is accepted at FHEQ level 4, 5 or 6.',
  ],
  [
    'LEVEL',
    { level: 10, framework: 'SCQF' },
    'PASS: FHEQ level 4, 5 or 6 / SCQF level 10 (FHEQ level 6): It is at SCQF level 10 (FHEQ level 6), which is accepted.',
  ],
  [
    'AGE',
    { awardedOn: '2021-06-01' },
    'PASS: at most 5 years old on 2026-06-01 / awarded on 2021-06-01: Awarded on 2021-06-01, it is recent enough until 2026-06-01.',
  ],
  [
    'AGE',
    { awardedOn: '2020-02-29' },
    'FAIL: at most 5 years old on 2026-06-01 / awarded on 2020-02-29: Awarded on 2020-02-29, it was recent enough until 2025-02-28: the limit is 5 years.',
  ],
  [
    'AGE',
    { awardedOn: '2026-06-02' },
    'FAIL: awarded by 2026-06-01 / awarded on 2026-06-02: It was awarded on 2026-06-02, after 2026-06-01, the day asked about.',
  ],
  [
    'SUBJECT',
    { subject: 'business' },
    'PASS: computing or business / business: Its subject, business, is one that this qualification takes.',
  ],
  [
    'SUBJECT',
    { subject: 'Business' },
    'FAIL: computing or business / Business: Its subject is Business, and this qualification takes only computing or business.',
  ],
  [
    'SUBJECT',
    { subject: null },
    'UNKNOWN: computing or business / not known: Its subject is not known, and this qualification takes only computing or business: someone has to say what it is.',
  ],
  ['ALLOW_LIST', { course: 'c-2' }, 'PASS: c-1 or c-2 / c-2: The course c-2 is one of those that count.'],
  [
    'ALLOW_LIST',
    { course: 'c-3' },
    'FAIL: c-1 or c-2 / c-3: The course c-3 is not one of those that count: c-1 or c-2.',
  ],
  [
    'ALLOW_LIST',
    { course: null },
    'FAIL: c-1 or c-2 / no course: It was not earned on one of the courses that count: c-1 or c-2.',
  ],
  [
    'EXCLUSION',
    { course: 'c-2' },
    'FAIL: not excluded / c-2: The course c-2 is excluded: Overlaps with a compulsory module.',
  ],
  ['EXCLUSION', {}, 'PASS: not excluded / c-1: It is not among the courses that are excluded.'],
  ['DOUBLE_COUNTING', {}, 'PASS: not used / not used: No other application uses this credit.'],
  [
    'DOUBLE_COUNTING',
    { use: 'COUNTED' },
    'FAIL: not used / counted: This credit already counts towards another award, and credit counts once.',
  ],
  [
    'DOUBLE_COUNTING',
    { use: 'RESERVED' },
    'REVIEW: not used / reserved: This credit is reserved by an application that is not decided yet; it is free again if that is declined or withdrawn.',
  ],
]

const nothingKnown = { grade: null, cmf: 'UNKNOWN', identityVerified: null, subject: null, course: null } as const
const withoutRules: readonly Case[] = [
  ['AWARDING_BODY', {}, 'PASS: any awarding body / the-open-university: Credit of any awarding body is recognised.'],
  [
    'CMF_CONFORMANCE',
    nothingKnown,
    'PASS: not required / not known: It need not meet the Common Microcredential Framework.',
  ],
  [
    'IDENTITY_VERIFIED',
    nothingKnown,
    "PASS: not required / not known: The learner's identity need not be verified at the assessment.",
  ],
  ['MINIMUM_GRADE', nothingKnown, 'PASS: any grade / not known: No minimum grade is asked for.'],
  ['AGE', { awardedOn: '1980-01-01' }, 'PASS: any age / awarded on 1980-01-01: Credit of any age is accepted.'],
  ['SUBJECT', nothingKnown, 'PASS: any subject / not known: Credit in any subject is accepted.'],
  ['ALLOW_LIST', nothingKnown, 'PASS: any course / no course: Credit of any course is accepted.'],
  ['EXCLUSION', nothingKnown, 'PASS: not excluded / no course: It is not among the courses that are excluded.'],
]

describe('a finding', () => {
  it.each(byTheRules)('of %s about %j', (rule, claim, sentence) => {
    expect(told(rule, claim, strict)).toBe(sentence)
  })

  it.each(withoutRules)('of %s about %j, where the policy sets nothing', (rule, claim, sentence) => {
    expect(told(rule, claim, {})).toBe(sentence)
  })

  it('says that someone has to decide, where the institution looks case by case or a level has two meanings', () => {
    expect(told('AGE', { awardedOn: '2024-05-31' }, { maximumAgeYears: 1, overAge: 'REVIEW' })).toBe(
      'REVIEW: at most 1 year old on 2026-06-01 / awarded on 2024-05-31: Awarded on 2024-05-31, it was recent enough until 2025-05-31: the limit is 1 year, and the institution looks at older credit case by case.',
    )
    expect(told('LEVEL', { level: 5, framework: 'EQF' }, { acceptedLevels: [5, 6] })).toBe(
      'REVIEW: FHEQ level 5 or 6 / EQF level 5 (FHEQ level 4 or 5): It is at EQF level 5, which may be FHEQ level 4 or 5, and credit is accepted at FHEQ level 5 or 6: someone has to say which it is.',
    )
  })

  it('says how much free choice there is', () => {
    expect(told('SUBJECT', { subject: 'history' }, { subjects: ['business'], freeChoiceMax: '30.00' })).toBe(
      'PASS: business / history: Its subject is history, so it counts as free choice, which is up to 30 CATS points in all.',
    )
  })

  it('is never without what was expected, what is, and a sentence', () => {
    const policies = [{}, strict, { ...strict, freeChoiceMax: '30', overAge: 'REVIEW' }] as const
    for (const policy of policies) {
      for (const claim of [{}, nothingKnown, ...byTheRules.map(([, one]) => one)]) {
        const check = { ...aCheck, claims: [{ ...aClaim, ...claim }], policy: { ...aPolicy, ...policy } }
        const { findings } = decideTransfer(check).claims[0]!
        expect(findings.map(({ rule }) => rule)).toEqual(Object.values(TransferRule))
        for (const { expected, actual, message } of findings) {
          expect([expected, actual]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)])
          expect(message).toMatch(/^[A-Z].+\.$/)
        }
      }
    }
  })
})
