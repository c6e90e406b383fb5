/** The eleven rules: what each finds about one piece of credit, in a sentence its learner understands. */
import { LevelFramework } from '../values/credit.ts'
import { addYears } from '../values/dates.ts'
import { compareDecimals } from '../values/decimal.ts'
import { type Claim, ClaimStatus, type Finding, FindingStatus, type PolicyTerms, TransferRule } from './check.rules.ts'
import type { ReadClaim, ReadPolicy } from './check-input.rules.ts'

/** What the rules made of one claim. */
export interface AssessedClaim {
  readonly claim: Claim
  readonly units: number
  readonly findings: readonly Finding[]
  readonly status: ClaimStatus
  /** The FHEQ level that it counts at; null when no accepted level is its own. */
  readonly level: number | null
  /** Outside the policy's subjects, and counted against the free choice. */
  readonly freeChoice: boolean
  /** The last day on which it is young enough; null without an age rule. */
  readonly lastDay: string | null
}

/** The policy's lists in words and as sets: made once for all claims of a check. */
interface Reading {
  readonly terms: PolicyTerms
  readonly clauses: ReadonlyMap<TransferRule, string>
  readonly bodies: ReadonlySet<string>
  readonly bodiesText: string
  readonly acceptedText: string
  readonly subjectsText: string
  readonly coursesText: string
  readonly freeChoice: boolean
}

/** All findings, in the order of the rules, for each claim, in the order given. `asOf` is a calendar date. */
export function assessClaims(claims: readonly ReadClaim[], policy: ReadPolicy, asOf: string): AssessedClaim[] {
  const reading = readingOf(policy)
  return claims.map((read) => assessClaim(read, reading, asOf))
}

function assessClaim({ claim, units, fheqLevels }: ReadClaim, reading: Reading, asOf: string): AssessedClaim {
  const { terms } = reading
  const accepted = fheqLevels.filter((level) => terms.acceptedLevels.includes(level))
  const lastDay = terms.maximumAgeYears === null ? null : addYears(claim.awardedOn, terms.maximumAgeYears)
  const inSubject = terms.subjects.length === 0 || (claim.subject !== null && terms.subjects.includes(claim.subject))
  const findings = [
    standing(claim),
    awardingBody(claim, reading),
    cmfConformance(claim, terms),
    identityVerified(claim, terms),
    minimumGrade(claim, terms),
    level(claim, fheqLevels, accepted, reading),
    age(claim, terms, lastDay, asOf),
    subject(claim, inSubject, reading),
    allowList(claim, reading),
    exclusion(claim, terms),
    doubleCounting(claim),
  ]
  quote(findings, reading)
  return {
    claim,
    units,
    findings,
    status: claimStatus(findings),
    level: accepted[0] ?? null,
    freeChoice: !inSubject && reading.freeChoice,
    lastDay,
  }
}

/** Puts the institution's own words beside the findings that it has any for. */
function quote(findings: Finding[], { clauses }: Reading): void {
  if (clauses.size === 0) return
  findings.forEach((finding, at) => {
    const clause = clauses.get(finding.rule)
    if (clause !== undefined) findings[at] = { ...finding, clause }
  })
}

/** Any FAIL rejects; else anything not settled asks for a review. */
function claimStatus(findings: readonly Finding[]): ClaimStatus {
  if (findings.some(({ status }) => status === FindingStatus.FAIL)) return ClaimStatus.REJECTED
  return findings.every(({ status }) => status === FindingStatus.PASS) ? ClaimStatus.ACCEPTED : ClaimStatus.REVIEW
}

function standing({ source, standing: trouble }: Claim): Finding {
  if (trouble === 'REVOKED')
    return fail(TransferRule.STANDING, 'awarded', 'revoked', 'This credit was revoked, and only awarded credit counts.')
  if (trouble === 'SUSPENDED') {
    return review(
      TransferRule.STANDING,
      'awarded',
      'suspended',
      'This credit is suspended: it can count only once that is settled.',
    )
  }
  if (source === 'COURSE')
    return pass(TransferRule.STANDING, 'awarded', 'not yet taken', 'This course is looked at as if it had been passed.')
  if (source === 'EXTERNAL')
    return pass(TransferRule.STANDING, 'awarded', 'awarded elsewhere', 'This credit is taken as awarded, as described.')
  return pass(TransferRule.STANDING, 'awarded', 'awarded', 'This credit is awarded and in good standing.')
}

function awardingBody({ awardingBody: body }: Claim, { bodies, bodiesText }: Reading): Finding {
  if (bodies.size === 0)
    return pass(TransferRule.AWARDING_BODY, null, body, 'Credit of any awarding body is recognised.')
  return bodies.has(asciiLowerCase(body))
    ? pass(TransferRule.AWARDING_BODY, bodiesText, body, `Credit awarded by ${body} is recognised.`)
    : fail(
        TransferRule.AWARDING_BODY,
        bodiesText,
        body,
        `Credit awarded by ${body} is not recognised; it must be awarded by ${bodiesText}.`,
      )
}

function cmfConformance({ cmf }: Claim, { requiresCmf }: PolicyTerms): Finding {
  if (!requiresCmf)
    return pass(
      TransferRule.CMF_CONFORMANCE,
      null,
      cmf,
      'Conformance to the Common Microcredential Framework is not required.',
    )
  if (cmf === 'MET')
    return pass(TransferRule.CMF_CONFORMANCE, 'MET', cmf, 'It meets the Common Microcredential Framework, as required.')
  return cmf === 'NOT_MET'
    ? fail(
        TransferRule.CMF_CONFORMANCE,
        'MET',
        cmf,
        'It must meet the Common Microcredential Framework, and it does not.',
      )
    : unknown(
        TransferRule.CMF_CONFORMANCE,
        'MET',
        cmf,
        'It must meet the Common Microcredential Framework, and whether it does is not known.',
      )
}

function identityVerified({ identityVerified: verified }: Claim, terms: PolicyTerms): Finding {
  const actual = verified === null ? null : verified ? 'verified' : 'not verified'
  if (!terms.requiresIdentityVerification) {
    return pass(
      TransferRule.IDENTITY_VERIFIED,
      null,
      actual,
      "Verifying the learner's identity at the assessment is not required.",
    )
  }
  if (verified === null) {
    return unknown(
      TransferRule.IDENTITY_VERIFIED,
      'verified',
      null,
      'Identity must be verified at the assessment, and whether it was is not known.',
    )
  }
  return verified
    ? pass(TransferRule.IDENTITY_VERIFIED, 'verified', actual, 'Identity is verified at the assessment, as required.')
    : fail(
        TransferRule.IDENTITY_VERIFIED,
        'verified',
        actual,
        'Identity must be verified at the assessment, and it was not verified.',
      )
}

function minimumGrade({ grade }: Claim, { minimumGrade: minimum }: PolicyTerms): Finding {
  if (minimum === null) return pass(TransferRule.MINIMUM_GRADE, null, grade, 'No minimum grade is asked for.')
  const expected = `at least ${minimum}`
  if (grade === null)
    return unknown(
      TransferRule.MINIMUM_GRADE,
      expected,
      null,
      `A grade of ${expected} is asked for, and the grade is not known.`,
    )
  return compareDecimals(grade, minimum) >= 0
    ? pass(TransferRule.MINIMUM_GRADE, expected, grade, `The grade, ${grade}, reaches the ${minimum} asked for.`)
    : fail(TransferRule.MINIMUM_GRADE, expected, grade, `The grade, ${grade}, is below the ${minimum} asked for.`)
}

function level(claim: Claim, possible: readonly number[], accepted: readonly number[], reading: Reading): Finding {
  const { acceptedText: expected } = reading
  const actual =
    claim.framework === LevelFramework.FHEQ
      ? `FHEQ ${claim.level}`
      : `${claim.framework} ${claim.level} (FHEQ ${possible.join(' or ')})`
  if (accepted.length === 0)
    return fail(TransferRule.LEVEL, expected, actual, `It is at ${actual}; credit is accepted at ${expected}.`)
  return accepted.length === possible.length
    ? pass(TransferRule.LEVEL, expected, actual, `It is at ${actual}, which is accepted.`)
    : review(
        TransferRule.LEVEL,
        expected,
        actual,
        `It is at ${actual}, and only ${expected} is accepted: someone must say which it is.`,
      )
}

function age({ awardedOn }: Claim, terms: PolicyTerms, lastDay: string | null, asOf: string): Finding {
  const actual = `awarded on ${awardedOn}`
  if (awardedOn > asOf) {
    return fail(
      TransferRule.AGE,
      `awarded by ${asOf}`,
      actual,
      `It was awarded on ${awardedOn}, after ${asOf}, the day asked about.`,
    )
  }
  if (lastDay === null) return pass(TransferRule.AGE, null, actual, 'Credit of any age is accepted.')
  const expected = `at most ${terms.maximumAgeYears} years old on ${asOf}`
  if (lastDay >= asOf)
    return pass(TransferRule.AGE, expected, actual, `Awarded on ${awardedOn}, it is recent enough until ${lastDay}.`)
  const message = `Awarded on ${awardedOn}, it was recent enough until ${lastDay}: the limit is ${terms.maximumAgeYears} years`
  return terms.overAge === 'FAIL'
    ? fail(TransferRule.AGE, expected, actual, `${message}.`)
    : review(TransferRule.AGE, expected, actual, `${message}, and the institution looks at older credit case by case.`)
}

function subject({ subject: of }: Claim, inSubject: boolean, { terms, subjectsText, freeChoice }: Reading): Finding {
  if (terms.subjects.length === 0) return pass(TransferRule.SUBJECT, null, of, 'Credit in any subject is accepted.')
  if (inSubject)
    return pass(TransferRule.SUBJECT, subjectsText, of, `Its subject, ${of}, is one that this qualification takes.`)
  const said = of === null ? 'Its subject is not known' : `Its subject is ${of}`
  if (freeChoice) {
    const limit = `up to ${terms.freeChoiceMax} CATS points in all`
    return pass(TransferRule.SUBJECT, subjectsText, of, `${said}, so it counts as free choice, which is ${limit}.`)
  }
  const message = `${said}; this qualification takes ${subjectsText}.`
  return of === null
    ? unknown(TransferRule.SUBJECT, subjectsText, null, message)
    : fail(TransferRule.SUBJECT, subjectsText, of, message)
}

function allowList({ course }: Claim, { terms, coursesText }: Reading): Finding {
  if (terms.allowedCourses.length === 0)
    return pass(TransferRule.ALLOW_LIST, null, course, 'Courses need not be on a list.')
  if (course === null)
    return fail(TransferRule.ALLOW_LIST, coursesText, null, `It is not of a listed course; only ${coursesText} count.`)
  return terms.allowedCourses.includes(course)
    ? pass(TransferRule.ALLOW_LIST, coursesText, course, `The course ${course} is on the list of those that count.`)
    : fail(
        TransferRule.ALLOW_LIST,
        coursesText,
        course,
        `The course ${course} is not on the list of those that count: ${coursesText}.`,
      )
}

function exclusion({ course }: Claim, { exclusions }: PolicyTerms): Finding {
  const found = course === null ? undefined : exclusions.find((excluded) => excluded.course === course)
  return found === undefined
    ? pass(TransferRule.EXCLUSION, 'not excluded', course, 'It is not among the courses that are excluded.')
    : fail(
        TransferRule.EXCLUSION,
        'not excluded',
        course,
        `The course ${course} is excluded: ${found.reason.replace(/\.?$/, '.')}`,
      )
}

/** Where the credit went is nobody else's business, so the other application is never named. */
function doubleCounting({ use }: Claim): Finding {
  if (use === 'COUNTED')
    return fail(
      TransferRule.DOUBLE_COUNTING,
      'not used',
      'counted',
      'This credit already counts towards another award.',
    )
  return use === 'RESERVED'
    ? review(
        TransferRule.DOUBLE_COUNTING,
        'not used',
        'reserved',
        'This credit is reserved by another application that is not decided yet.',
      )
    : pass(TransferRule.DOUBLE_COUNTING, 'not used', 'not used', 'This credit is not used by any other application.')
}

function readingOf({ terms, freeChoiceUnits }: ReadPolicy): Reading {
  const clauses = new Map<TransferRule, string>()
  for (const { rule, text } of terms.clauses) {
    const before = clauses.get(rule)
    clauses.set(rule, before === undefined ? text : `${before} ${text}`)
  }
  return {
    terms,
    clauses,
    bodies: new Set(terms.recognisedAwardingBodies.map(asciiLowerCase)),
    bodiesText: listed(terms.recognisedAwardingBodies),
    acceptedText: terms.acceptedLevels.length === 0 ? 'no level' : `FHEQ ${listed(terms.acceptedLevels)}`,
    subjectsText: listed(terms.subjects),
    coursesText: listed(terms.allowedCourses),
    freeChoice: freeChoiceUnits > 0,
  }
}

function pass(rule: TransferRule, expected: string | null, actual: string | null, message: string): Finding {
  return { rule, status: FindingStatus.PASS, expected, actual, message, clause: null }
}

function fail(rule: TransferRule, expected: string | null, actual: string | null, message: string): Finding {
  return { rule, status: FindingStatus.FAIL, expected, actual, message, clause: null }
}

function unknown(rule: TransferRule, expected: string | null, actual: string | null, message: string): Finding {
  return { rule, status: FindingStatus.UNKNOWN, expected, actual, message, clause: null }
}

function review(rule: TransferRule, expected: string | null, actual: string | null, message: string): Finding {
  return { rule, status: FindingStatus.REVIEW, expected, actual, message, clause: null }
}

/** "4, 5 or 6". */
function listed(values: readonly (string | number)[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

function asciiLowerCase(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text
}
