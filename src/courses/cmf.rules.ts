/** Checks a course against each criterion of the Common Microcredential Framework. */
import { type Credit, CreditScheme, eqfLevel, isLevel } from '../values/credit.ts'
import { compare, compareDecimals, exact, multiply, print } from '../values/decimal.ts'

/** What is known of a course; what its partner does not state is null. */
export interface CmfFacts {
  readonly totalStudyHours: number | null
  readonly weeks: number | null
  /** Decimal. */
  readonly hoursPerWeek: string | null
  readonly credit: Credit | null
  /** A formal summative assessment is part of it. */
  readonly formalAssessment: boolean | null
  /** Identity is verified reliably, at the point of assessment. */
  readonly identityVerification: boolean | null
  /** Whether a transcript states outcomes, hours, EQF level and credit. */
  readonly transcript: boolean | null
}

type Status = 'MET' | 'NOT_MET' | 'UNKNOWN'
type Code = 'WORKLOAD' | 'LEVEL' | 'SUMMATIVE_ASSESSMENT' | 'IDENTITY_VERIFICATION' | 'TRANSCRIPT' | 'ACADEMIC_CREDIT'

export interface CmfCheck {
  version: string
  status: Status
  /** Always all six, in the framework's order. */
  criteria: CmfCriterionCheck[]
  /** What looks odd and decides nothing. */
  warnings: string[]
}

export interface CmfCriterionCheck {
  code: Code
  status: Status
  requirement: string
  evidence: string
}

/** The framework as the European MOOC Consortium published it. */
const cmfVersion = '1.0'
const LEAST_HOURS = 100
const MOST_HOURS = 150

/** Least and most credit by scheme. 15 CATS are 7.5 ECTS, so credit is judged as it is awarded and never converted. */
const creditRanges: Readonly<Record<CreditScheme, readonly [least: string, most: string]>> = {
  CATS: ['10', '15'],
  SCQF: ['10', '15'],
  ECTS: ['4', '6'],
  US_SEMESTER: ['2', '3'],
  US_QUARTER: ['2', '3'],
}

/** The whole report: any criterion not met makes it NOT_MET; else any unknown UNKNOWN; else it is MET. */
export function checkCmf(facts: CmfFacts): CmfCheck {
  const credit = academicCredit(facts)
  const criteria = [
    workload(facts),
    level(facts, credit.status),
    summativeAssessment(facts),
    identityVerification(facts),
    transcript(facts),
    credit,
  ]
  return { version: cmfVersion, status: overall(criteria), criteria, warnings: warningsOf(facts) }
}

function overall(criteria: readonly CmfCriterionCheck[]): Status {
  if (criteria.some(({ status }) => status === 'NOT_MET')) return 'NOT_MET'
  return criteria.some(({ status }) => status === 'UNKNOWN') ? 'UNKNOWN' : 'MET'
}

function workload({ totalStudyHours: hours }: CmfFacts): CmfCriterionCheck {
  return {
    code: 'WORKLOAD',
    status: hours === null ? 'UNKNOWN' : met(hours >= LEAST_HOURS && hours <= MOST_HOURS),
    requirement: `${LEAST_HOURS} to ${MOST_HOURS} hours of study in all, assessment included.`,
    evidence: hours === null ? 'The hours of study are not stated.' : `${hours} hours of study are stated.`,
  }
}

function level({ credit }: CmfFacts, creditStatus: Status): CmfCriterionCheck {
  const criterion = {
    code: 'LEVEL' as const,
    requirement: 'EQF level 6 or 7; or 4 or 5 when the criterion of academic credit is met.',
  }
  if (credit === null) return { ...criterion, status: 'UNKNOWN', evidence: 'No level is stated.' }
  const stated = `${credit.framework} level ${credit.level}`
  if (credit.framework === 'EQF' && credit.level >= 1 && credit.level < 4) {
    return { ...criterion, status: 'NOT_MET', evidence: `${stated} is stated.` }
  }
  if (!isLevel(credit.level, credit.framework)) {
    return { ...criterion, status: 'UNKNOWN', evidence: `${stated} is stated, for which no EQF level is known.` }
  }
  const eqf = eqfLevel(credit.level, credit.framework)
  const said = credit.framework === 'EQF' ? `${stated} is stated` : `${stated} is EQF level ${eqf}`
  if (eqf >= 6) return { ...criterion, status: met(eqf <= 7), evidence: `${said}.` }
  const beside = creditStatus === 'MET' ? 'is met' : 'is not met'
  return { ...criterion, status: creditStatus, evidence: `${said}, and the criterion of academic credit ${beside}.` }
}

function summativeAssessment({ formalAssessment: fact }: CmfFacts): CmfCriterionCheck {
  return {
    code: 'SUMMATIVE_ASSESSMENT',
    status: stated(fact),
    requirement: 'A formal summative assessment.',
    evidence: worded(fact, 'It is formally assessed.', 'It is not formally assessed.', 'Assessment is not stated.'),
  }
}

function identityVerification({ identityVerification: fact }: CmfFacts): CmfCriterionCheck {
  return {
    code: 'IDENTITY_VERIFICATION',
    status: stated(fact),
    requirement: 'Reliable verification of identity at the point of assessment.',
    evidence: worded(
      fact,
      'Identity is verified at the assessment.',
      'Identity is not verified at the assessment.',
      'Whether identity is verified is not stated.',
    ),
  }
}

function transcript({ transcript: fact }: CmfFacts): CmfCriterionCheck {
  return {
    code: 'TRANSCRIPT',
    status: stated(fact),
    requirement: 'A transcript that states outcomes, hours, EQF level and credit points.',
    evidence: worded(
      fact,
      'Such a transcript is issued.',
      'No such transcript is issued.',
      'Whether such a transcript is issued is not stated.',
    ),
  }
}

function academicCredit({ credit }: CmfFacts): CmfCriterionCheck {
  const criterion = {
    code: 'ACADEMIC_CREDIT' as const,
    requirement: '10 to 15 UK credits, or 4 to 6 ECTS, or 2 to 3 US credits, in the scheme in which it is awarded.',
  }
  if (credit === null) return { ...criterion, status: 'UNKNOWN', evidence: 'No credit is stated.' }
  const [least, most] = creditRanges[credit.scheme]
  const inRange = compareDecimals(credit.amount, least) >= 0 && compareDecimals(credit.amount, most) <= 0
  return { ...criterion, status: met(inRange), evidence: `${credit.amount} ${credit.scheme} credits are awarded.` }
}

/** The Open University's own page says 12 weeks of 13 hours beside 150 hours: worth saying, no reason to refuse. */
function warningsOf({ totalStudyHours, weeks, hoursPerWeek }: CmfFacts): string[] {
  if (totalStudyHours === null || weeks === null || hoursPerWeek === null) return []
  const product = multiply(exact(String(weeks)), exact(hoursPerWeek))
  if (compare(product, exact(String(totalStudyHours))) === 0) return []
  return [
    `${weeks} weeks of ${hoursPerWeek} hours are ${print(product)} hours, and ${totalStudyHours} are stated in all.`,
  ]
}

function met(holds: boolean): Status {
  return holds ? 'MET' : 'NOT_MET'
}

function stated(fact: boolean | null): Status {
  return fact === null ? 'UNKNOWN' : met(fact)
}

function worded(fact: boolean | null, yes: string, no: string, notStated: string): string {
  return fact === null ? notStated : fact ? yes : no
}
