/** Tests the eleven transfer rules in their difficult cases. */
import { describe, expect, it } from '@jest/globals'
import { type Claim, type Finding, type PolicyTerms, TransferRule } from '../../src/transfers/engine/check.rules.ts'
import { decideTransfer } from '../../src/transfers/engine/decide.rules.ts'
import { aCheck, aClaim, aPolicy } from './transfer-check.ts'

function decided(claim: Partial<Claim>, policy: Partial<PolicyTerms> = {}) {
  const check = { ...aCheck, claims: [{ ...aClaim, ...claim }], policy: { ...aPolicy, ...policy } }
  return decideTransfer(check).claims[0]!
}

function found(rule: TransferRule, claim: Partial<Claim>, policy: Partial<PolicyTerms> = {}): Finding {
  return decided(claim, policy).findings.find((finding) => finding.rule === rule)!
}

const strict: Partial<PolicyTerms> = {
  requiresCmf: true,
  requiresIdentityVerification: true,
  minimumGrade: '40',
  maximumAgeYears: 5,
  recognisedAwardingBodies: ['The-Open-University', 'monash'],
  subjects: ['computing', 'business'],
  allowedCourses: ['c-1', 'c-2'],
  exclusions: [{ course: 'c-2', reason: 'Overlaps with a compulsory module' }],
}

describe('every claim', () => {
  it('has one finding for each rule, in the order of the rules, each with a sentence', () => {
    for (const claim of [{}, { grade: null, cmf: 'UNKNOWN', identityVerified: null, subject: null } as const]) {
      const { findings } = decided(claim, strict)
      expect(findings.map(({ rule }) => rule)).toEqual(Object.values(TransferRule))
      for (const { message } of findings) expect(message).toMatch(/^[A-Z].+\.$/)
    }
  })

  it('is accepted when all pass, rejected when any fails, and else under review', () => {
    expect(decided({}, strict).status).toBe('ACCEPTED')
    expect(decided({ cmf: 'UNKNOWN' }, strict).status).toBe('REVIEW')
    expect(decided({ standing: 'SUSPENDED' }, strict).status).toBe('REVIEW')
    expect(decided({ cmf: 'UNKNOWN', identityVerified: false }, strict).status).toBe('REJECTED')
  })

  it("is answered in the institution's own words where it has any", () => {
    const clauses = [
      { rule: 'AGE', text: 'Credit counts for five years.' },
      { rule: 'AGE', text: 'Ask us about older credit.' },
    ] as const
    expect(found('AGE', {}, { clauses }).clause).toBe('Credit counts for five years. Ask us about older credit.')
    expect(found('LEVEL', {}, { clauses }).clause).toBeNull()
  })
})

describe('each rule', () => {
  it('that a policy does not set is passed by credit of which nothing is known', () => {
    const nothingKnown = { grade: null, cmf: 'UNKNOWN', identityVerified: null, subject: null, course: null } as const
    expect(decided({ ...nothingKnown, awardedOn: '1980-01-01' }).status).toBe('ACCEPTED')
  })

  it('sends older credit to a review where the policy says so, but never credit from the future', () => {
    expect(found('AGE', { awardedOn: '2000-01-01' }, { maximumAgeYears: 5, overAge: 'REVIEW' }).status).toBe('REVIEW')
    expect(found('AGE', { awardedOn: '2026-06-02' }, { maximumAgeYears: 5, overAge: 'REVIEW' }).status).toBe('FAIL')
    expect(found('AGE', { awardedOn: '2026-06-02' }).status).toBe('FAIL')
  })

  it('takes other subjects, and unknown ones, as free choice where there is any', () => {
    const policy = { subjects: ['business'], freeChoiceMax: '30' }
    expect(found('SUBJECT', { subject: 'history' }, policy)).toMatchObject({ status: 'PASS' })
    expect(found('SUBJECT', { subject: null }, policy).message).toMatch(/free choice, which is up to 30 CATS points/)
  })

  it('names the beginning of a long list, and how much longer it is', () => {
    const allowedCourses = Array.from({ length: 400 }, (_, at) => `c-${at + 2}`)
    const { message, expected } = found('ALLOW_LIST', {}, { allowedCourses })
    expect(expected).toMatch(/^c-2, c-3, .*, c-13 or one of 388 more$/)
    expect(message.length).toBeLessThan(200)
  })

  it('asks which level EQF 5 is when only one of its two is accepted', () => {
    const eqf5 = { level: 5, framework: 'EQF' } as const
    expect(found('LEVEL', eqf5, { acceptedLevels: [5, 6] }).status).toBe('REVIEW')
    expect(found('LEVEL', eqf5, { acceptedLevels: [4] }).status).toBe('REVIEW')
    expect(found('LEVEL', eqf5, { acceptedLevels: [4, 5] }).status).toBe('PASS')
    expect(found('LEVEL', eqf5, { acceptedLevels: [6, 7] }).status).toBe('FAIL')
    expect(found('LEVEL', eqf5, { acceptedLevels: [] })).toMatchObject({ status: 'FAIL', expected: 'no level' })
  })
})
