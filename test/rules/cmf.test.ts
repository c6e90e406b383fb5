/** Tests each criterion of the Common Microcredential Framework at its edges. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type CmfFacts, checkCmf } from '../../src/courses/cmf.rules.ts'
import type { CreditScheme, LevelFramework } from '../../src/values/credit.ts'

const conforming: CmfFacts = {
  totalStudyHours: 150,
  weeks: 12,
  hoursPerWeek: '12.5',
  credit: { amount: '15', scheme: 'CATS', level: 7, framework: 'FHEQ' },
  formalAssessment: true,
  identityVerification: true,
  transcript: true,
}

function statusOf(code: string, change: Partial<CmfFacts>): string | undefined {
  return checkCmf({ ...conforming, ...change }).criteria.find((criterion) => criterion.code === code)?.status
}

function credit(
  amount: string,
  scheme: CreditScheme,
  level = 7,
  framework: LevelFramework = 'FHEQ',
): Partial<CmfFacts> {
  return { credit: { amount, scheme, level, framework } }
}

describe('a report on the framework', () => {
  it('is MET when every criterion is, without a warning', () => {
    const report = checkCmf(conforming)
    expect(report).toMatchObject({ version: '1.0', status: 'MET', warnings: [] })
    expect(report.criteria.map(({ code }) => code)).toEqual([
      'WORKLOAD',
      'LEVEL',
      'SUMMATIVE_ASSESSMENT',
      'IDENTITY_VERIFICATION',
      'TRANSCRIPT',
      'ACADEMIC_CREDIT',
    ])
  })

  it('is UNKNOWN throughout of a course that nothing is known of', () => {
    const nothing = { totalStudyHours: null, weeks: null, hoursPerWeek: null, credit: null }
    const report = checkCmf({ ...nothing, formalAssessment: null, identityVerification: null, transcript: null })
    expect(report.status).toBe('UNKNOWN')
    expect(report.criteria.every(({ status }) => status === 'UNKNOWN')).toBe(true)
    expect(report.warnings).toEqual([])
  })

  it('is NOT_MET as soon as one criterion is not, whatever else is unknown', () => {
    const fact = fc.constantFrom(true, false, null)
    fc.assert(
      fc.property(fact, fact, fact, (formalAssessment, identityVerification, transcript) => {
        const facts = [formalAssessment, identityVerification, transcript]
        const expected = facts.includes(false) ? 'NOT_MET' : facts.includes(null) ? 'UNKNOWN' : 'MET'
        const report = checkCmf({ ...conforming, formalAssessment, identityVerification, transcript })
        expect(report.status).toBe(expected)
      }),
    )
  })
})

describe('each criterion at its edges', () => {
  it.each([
    [99, 'NOT_MET'],
    [100, 'MET'],
    [150, 'MET'],
    [151, 'NOT_MET'],
    [null, 'UNKNOWN'],
  ])('%s hours of study: WORKLOAD %s', (totalStudyHours, status) => {
    expect(statusOf('WORKLOAD', { totalStudyHours })).toBe(status)
  })

  it.each([
    ['9.99', 'CATS', 'NOT_MET'],
    ['10', 'CATS', 'MET'],
    ['15', 'SCQF', 'MET'],
    ['15.01', 'CATS', 'NOT_MET'],
    ['4', 'ECTS', 'MET'],
    ['6', 'ECTS', 'MET'],
    ['7.5', 'ECTS', 'NOT_MET'],
    ['2', 'US_SEMESTER', 'MET'],
    ['3', 'US_QUARTER', 'MET'],
    ['3.75', 'US_SEMESTER', 'NOT_MET'],
  ] as const)('%s %s: ACADEMIC_CREDIT %s, judged in the scheme of the award', (amount, scheme, status) => {
    expect(statusOf('ACADEMIC_CREDIT', credit(amount, scheme))).toBe(status)
  })

  it.each([
    [6, 'FHEQ', '15', 'MET'],
    [7, 'EQF', '30', 'MET'],
    [8, 'EQF', '15', 'NOT_MET'],
    [4, 'FHEQ', '15', 'MET'],
    [4, 'FHEQ', '30', 'NOT_MET'],
    [5, 'EQF', '15', 'MET'],
    [4, 'EQF', '16', 'NOT_MET'],
    [10, 'SCQF', '30', 'MET'],
    [3, 'EQF', '15', 'NOT_MET'],
    [3, 'SCQF', '15', 'UNKNOWN'],
    [9, 'EQF', '15', 'UNKNOWN'],
  ] as const)('level %s of %s with %s CATS: LEVEL %s', (level, framework, amount, status) => {
    expect(statusOf('LEVEL', credit(amount, 'CATS', level, framework))).toBe(status)
  })

  it('says a level as the partner does, and what it is in EQF', () => {
    const evidence = checkCmf({ ...conforming, ...credit('15', 'CATS', 11, 'SCQF') }).criteria[1]!.evidence
    expect(evidence).toBe('SCQF level 11 is EQF level 7.')
    const lower = (amount: string) => checkCmf({ ...conforming, ...credit(amount, 'CATS', 5) }).criteria[1]!.evidence
    expect(lower('15')).toBe('FHEQ level 5 is EQF level 5, and the criterion of academic credit is met.')
    expect(lower('30')).toBe('FHEQ level 5 is EQF level 5, and the criterion of academic credit is not met.')
  })
})

describe('hours that do not add up', () => {
  it('are a warning and no verdict', () => {
    const report = checkCmf({ ...conforming, hoursPerWeek: '13' })
    expect(report.status).toBe('MET')
    expect(report.warnings).toEqual(['12 weeks of 13 hours are 156 hours, and 150 are stated in all.'])
  })

  it('are added up exactly', () => {
    expect(checkCmf({ ...conforming, weeks: 3, hoursPerWeek: '33.4', totalStudyHours: 100 }).warnings).toEqual([
      '3 weeks of 33.4 hours are 100.2 hours, and 100 are stated in all.',
    ])
    expect(checkCmf({ ...conforming, weeks: 30, hoursPerWeek: '4.1', totalStudyHours: 123 }).warnings).toEqual([])
  })
})
