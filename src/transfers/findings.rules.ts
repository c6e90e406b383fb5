/** What each of the eleven rules finds about one claim: its status, what was expected and what is, in plain words. */
import { LevelFramework } from '../values/credit.ts'
import { compareDecimals } from '../values/decimal.ts'
import { type Claim, type Finding, FindingStatus, type PolicyTerms, TransferRule } from './check.rules.ts'
import { asciiLowerCase, type Reading } from './policy-reading.rules.ts'

export function standing({ source, standing: trouble }: Claim): Finding {
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

export function awardingBody({ awardingBody: body }: Claim, { bodies, bodiesText }: Reading): Finding {
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

export function cmfConformance({ cmf }: Claim, { requiresCmf }: PolicyTerms): Finding {
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

export function identityVerified({ identityVerified: verified }: Claim, terms: PolicyTerms): Finding {
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

export function minimumGrade({ grade }: Claim, { minimumGrade: minimum }: PolicyTerms): Finding {
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

export function level(
  claim: Claim,
  possible: readonly number[],
  accepted: readonly number[],
  reading: Reading,
): Finding {
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

export function age({ awardedOn }: Claim, terms: PolicyTerms, lastDay: string | null, asOf: string): Finding {
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

export function subject(
  { subject: of }: Claim,
  inSubject: boolean,
  { terms, subjectsText, freeChoice }: Reading,
): Finding {
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

export function allowList({ course }: Claim, { terms, coursesText }: Reading): Finding {
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

export function exclusion({ course }: Claim, { exclusions }: PolicyTerms): Finding {
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
export function doubleCounting({ use }: Claim): Finding {
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
