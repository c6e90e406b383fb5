/** The Common Microcredential Framework, criterion by criterion: met, not met, or unknown because a fact is missing. */
import { type Credit, CreditScheme, eqfLevel, isLevel } from '../values/credit.ts'
import { compareDecimals } from '../values/decimal.ts'

/** What is known of a course; what its partner does not state is null. */
export interface CmfFacts {
  totalStudyHours: number | null
  weeks: number | null
  hoursPerWeek: string | null
  credit: Credit | null
  formalAssessment: boolean | null
  identityVerification: boolean | null
  /** Whether a transcript states outcomes, hours, EQF level and credit. */
  transcript: boolean | null
}

type Status = 'MET' | 'NOT_MET' | 'UNKNOWN'
type Code = 'WORKLOAD' | 'LEVEL' | 'SUMMATIVE_ASSESSMENT' | 'IDENTITY_VERIFICATION' | 'TRANSCRIPT' | 'ACADEMIC_CREDIT'

export interface CmfCheck {
  version: string
  status: Status
  criteria: { code: Code; status: Status; requirement: string; evidence: string }[]
  warnings: string[]
}

/** The framework as published by the European MOOC Consortium in 2019. */
const version = '1.0'
const leastHours = 100
const mostHours = 150

/** Range of credit in each scheme: judged in the scheme in which it is awarded, never converted. */
const creditRange: Record<CreditScheme, readonly [string, string]> = {
  CATS: ['10', '15'],
  SCQF: ['10', '15'],
  ECTS: ['4', '6'],
  US_SEMESTER: ['2', '3'],
  US_QUARTER: ['2', '3'],
}

const met = (holds: boolean): Status => (holds ? 'MET' : 'NOT_MET')
const stated = (fact: boolean | null): Status => (fact === null ? 'UNKNOWN' : met(fact))

function workload({ totalStudyHours: hours }: CmfFacts) {
  return {
    code: 'WORKLOAD' as const,
    status: hours === null ? ('UNKNOWN' as const) : met(hours >= leastHours && hours <= mostHours),
    requirement: `${leastHours} to ${mostHours} hours of study in all, assessment included.`,
    evidence: hours === null ? 'The hours of study are not stated.' : `${hours} hours of study are stated.`,
  }
}

function academicCredit({ credit }: CmfFacts) {
  const requirement = '10 to 15 UK credits, or 4 to 6 ECTS, or 2 to 3 US credits, in the scheme in which it is awarded.'
  if (!credit) {
    const evidence = 'No credit is stated.'
    return { code: 'ACADEMIC_CREDIT' as const, status: 'UNKNOWN' as const, requirement, evidence }
  }
  const [least, most] = creditRange[credit.scheme]
  const inRange = compareDecimals(credit.amount, least) >= 0 && compareDecimals(credit.amount, most) <= 0
  const evidence = `${credit.amount} ${credit.scheme} credits are awarded.`
  return { code: 'ACADEMIC_CREDIT' as const, status: met(inRange), requirement, evidence }
}

function level({ credit }: CmfFacts, creditStatus: Status) {
  const requirement = 'EQF level 6 or 7; or 4 or 5, when the criterion of academic credit is met.'
  if (!credit || !isLevel(credit.level, credit.framework)) {
    return { code: 'LEVEL' as const, status: 'UNKNOWN' as const, requirement, evidence: 'No level is stated.' }
  }
  const eqf = eqfLevel(credit.level, credit.framework)
  const status = eqf >= 6 ? met(eqf <= 7) : eqf >= 4 ? creditStatus : 'NOT_MET'
  const evidence = `${credit.framework} level ${credit.level} is EQF level ${eqf}.`
  return { code: 'LEVEL' as const, status, requirement, evidence }
}

function yesOrNo(code: Code, fact: boolean | null, requirement: string, yes: string, no: string, unsaid: string) {
  return { code, status: stated(fact), requirement, evidence: fact === null ? unsaid : fact ? yes : no }
}

function warningsOf({ totalStudyHours, weeks, hoursPerWeek }: CmfFacts): string[] {
  if (totalStudyHours === null || weeks === null || hoursPerWeek === null) return []
  const product = weeks * Number(hoursPerWeek)
  if (product === totalStudyHours) return []
  return [`${weeks} weeks of ${hoursPerWeek} hours are ${product} hours, but ${totalStudyHours} are stated in all.`]
}

/** The whole report: any criterion not met → NOT_MET; else any unknown → UNKNOWN; else MET. */
export function checkCmf(facts: CmfFacts): CmfCheck {
  const credit = academicCredit(facts)
  const criteria = [
    workload(facts),
    level(facts, credit.status),
    yesOrNo(
      ...(['SUMMATIVE_ASSESSMENT', facts.formalAssessment, 'A formal summative assessment.'] as const),
      ...(['A formal assessment is stated.', 'There is no formal assessment.', 'Assessment is not stated.'] as const),
    ),
    yesOrNo(
      ...([
        'IDENTITY_VERIFICATION',
        facts.identityVerification,
        'Reliable verification of identity at the point of assessment.',
      ] as const),
      ...([
        'Identity is verified at the assessment.',
        'Identity is not verified.',
        'Verification of identity is not stated.',
      ] as const),
    ),
    yesOrNo(
      ...([
        'TRANSCRIPT',
        facts.transcript,
        'A transcript that states outcomes, hours, EQF level and credit points.',
      ] as const),
      ...(['Such a transcript is issued.', 'No such transcript is issued.', 'The transcript is not stated.'] as const),
    ),
    credit,
  ]
  const statuses = new Set(criteria.map((criterion) => criterion.status))
  const status = statuses.has('NOT_MET') ? 'NOT_MET' : statuses.has('UNKNOWN') ? 'UNKNOWN' : 'MET'
  return { version, status, criteria, warnings: warningsOf(facts) }
}
