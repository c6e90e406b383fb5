/** Words what each of the eleven rules finds about a claim. */
import { canonicalDecimal, compareDecimals } from '../../values/decimal.ts'
import { type Claim, type Finding, FindingStatus, type PolicyTerms, TransferRule } from './check.rules.ts'
import { asciiLowerCase, type Reading } from './policy-reading.rules.ts'

type Found = (expected: string, actual: string, message: string) => Finding

const found =
  (rule: TransferRule, status: FindingStatus): Found =>
  (expected, actual, message) => ({ rule, status, expected, actual, message, clause: null })

/** The four ways in which a rule can come out. */
const ways = (rule: TransferRule) => ({
  pass: found(rule, FindingStatus.PASS),
  fail: found(rule, FindingStatus.FAIL),
  unknown: found(rule, FindingStatus.UNKNOWN),
  review: found(rule, FindingStatus.REVIEW),
})

const notKnown = 'not known'

const standings = ways(TransferRule.STANDING)
export function standing({ source, standing: trouble }: Claim): Finding {
  const { pass, fail, review } = standings
  if (trouble === 'REVOKED') {
    return fail('awarded', 'revoked', 'This credit has been revoked; only credit whose award stands can count.')
  }
  if (trouble === 'SUSPENDED') {
    return review(
      'awarded',
      'suspended',
      'This credit is suspended for now; it can count once the suspension is lifted.',
    )
  }
  if (source === 'COURSE') {
    return pass('awarded', 'not taken yet', 'This course has not been taken yet; it is assessed as if it were passed.')
  }
  if (source === 'EXTERNAL') {
    return pass('awarded', 'awarded elsewhere', 'This credit was awarded elsewhere and is taken as it is described.')
  }
  return pass('awarded', 'awarded', 'This credit has been awarded and its award stands.')
}

const awardingBodies = ways(TransferRule.AWARDING_BODY)
export function awardingBody({ awardingBody: body }: Claim, { bodies, bodiesText }: Reading): Finding {
  const { pass, fail } = awardingBodies
  if (bodies.size === 0) return pass('any awarding body', body, 'Credit of any awarding body is recognised.')
  return bodies.has(asciiLowerCase(body))
    ? pass(bodiesText, body, `Credit awarded by ${body} is recognised.`)
    : fail(bodiesText, body, `Credit awarded by ${body} is not recognised; it has to be awarded by ${bodiesText}.`)
}

const frameworkName = 'the Common Microcredential Framework'
const conformance = { MET: 'met', NOT_MET: 'not met', UNKNOWN: notKnown }
const conformances = ways(TransferRule.CMF_CONFORMANCE)
export function cmfConformance({ cmf }: Claim, { requiresCmf }: PolicyTerms): Finding {
  const { pass, fail, unknown } = conformances
  if (!requiresCmf) return pass('not required', conformance[cmf], `It need not meet ${frameworkName}.`)
  if (cmf === 'MET') return pass('met', 'met', `It meets ${frameworkName}, as is required.`)
  return cmf === 'NOT_MET'
    ? fail('met', 'not met', `It has to meet ${frameworkName}, and it does not.`)
    : unknown('met', notKnown, `It has to meet ${frameworkName}, and it is not known whether it does.`)
}

const identities = ways(TransferRule.IDENTITY_VERIFIED)
export function identityVerified({ identityVerified: verified }: Claim, terms: PolicyTerms): Finding {
  const { pass, fail, unknown } = identities
  const actual = verified === null ? notKnown : verified ? 'verified' : 'not verified'
  const required = "The learner's identity has to be verified at the assessment"
  if (!terms.requiresIdentityVerification) {
    return pass('not required', actual, "The learner's identity need not be verified at the assessment.")
  }
  if (verified === null) return unknown('verified', actual, `${required}, and it is not known whether it is.`)
  return verified
    ? pass('verified', actual, "The learner's identity is verified at the assessment, as is required.")
    : fail('verified', actual, `${required}, and it is not.`)
}

const grades = ways(TransferRule.MINIMUM_GRADE)
export function minimumGrade({ grade, source }: Claim, { terms, minimumText }: Reading): Finding {
  const { pass, fail, unknown } = grades
  const actual = grade === null ? notKnown : canonicalDecimal(grade)
  if (terms.minimumGrade === null) return pass('any grade', actual, 'No minimum grade is asked for.')
  const expected = `at least ${minimumText}`
  const of = source === 'COURSE' ? 'pass mark' : 'grade'
  if (grade === null) {
    return unknown(expected, actual, `A grade of ${expected} is asked for, and the ${of} is not known.`)
  }
  if (compareDecimals(grade, terms.minimumGrade) >= 0) {
    return pass(expected, actual, `The ${of} of ${actual} reaches the minimum of ${minimumText}.`)
  }
  const advice = source === 'COURSE' ? `; passed with ${expected}, it would reach it` : ''
  return fail(expected, actual, `The ${of} of ${actual} is below the minimum of ${minimumText}${advice}.`)
}

const levels = ways(TransferRule.LEVEL)
export function level(
  claim: Claim,
  possible: readonly number[],
  accepted: readonly number[],
  { acceptedText: expected }: Reading,
): Finding {
  const { pass, fail, review } = levels
  const own = `${claim.framework} level ${claim.level}`
  const actual = claim.framework === 'FHEQ' ? own : `${own} (FHEQ level ${possible.join(' or ')})`
  if (accepted.length === 0) return fail(expected, actual, `It is at ${actual}; credit is accepted at ${expected}.`)
  if (accepted.length === possible.length) return pass(expected, actual, `It is at ${actual}, which is accepted.`)
  const either = `FHEQ level ${possible.join(' or ')}`
  const message = `It is at ${own}, which may be ${either}, and credit is accepted at ${expected}: someone has to say which it is.`
  return review(expected, actual, message)
}

const ages = ways(TransferRule.AGE)
export function age({ awardedOn }: Claim, terms: PolicyTerms, lastDay: string | null, asOf: string): Finding {
  const { pass, fail, review } = ages
  const actual = `awarded on ${awardedOn}`
  if (awardedOn > asOf) {
    return fail(`awarded by ${asOf}`, actual, `It was awarded on ${awardedOn}, after ${asOf}, the day asked about.`)
  }
  if (lastDay === null) return pass('any age', actual, 'Credit of any age is accepted.')
  const limit = terms.maximumAgeYears === 1 ? '1 year' : `${terms.maximumAgeYears} years`
  const expected = `at most ${limit} old on ${asOf}`
  if (lastDay >= asOf) {
    return pass(expected, actual, `Awarded on ${awardedOn}, it is recent enough until ${lastDay}.`)
  }
  const message = `Awarded on ${awardedOn}, it was recent enough until ${lastDay}: the limit is ${limit}`
  return terms.overAge === 'FAIL'
    ? fail(expected, actual, `${message}.`)
    : review(expected, actual, `${message}, and the institution looks at older credit case by case.`)
}

const subjects = ways(TransferRule.SUBJECT)
export function subject({ subject: of }: Claim, inSubject: boolean, reading: Reading): Finding {
  const { pass, fail, unknown } = subjects
  const { terms, subjectsText: expected, freeChoice, freeChoiceText } = reading
  const actual = of ?? notKnown
  if (terms.subjects.length === 0) return pass('any subject', actual, 'Credit in any subject is accepted.')
  if (inSubject) return pass(expected, actual, `Its subject, ${of}, is one that this qualification takes.`)
  const said = of === null ? 'Its subject is not known' : `Its subject is ${of}`
  if (freeChoice) {
    const limit = `up to ${freeChoiceText} CATS points in all`
    return pass(expected, actual, `${said}, so it counts as free choice, which is ${limit}.`)
  }
  const message = `${said}, and this qualification takes only ${expected}`
  return of === null
    ? unknown(expected, actual, `${message}: someone has to say what it is.`)
    : fail(expected, actual, `${message}.`)
}

const allowLists = ways(TransferRule.ALLOW_LIST)
export function allowList({ course }: Claim, { terms, coursesText: expected }: Reading): Finding {
  const { pass, fail } = allowLists
  if (terms.allowedCourses.length === 0) {
    return pass('any course', course ?? 'no course', 'Credit of any course is accepted.')
  }
  if (course === null) {
    return fail(expected, 'no course', `It was not earned on one of the courses that count: ${expected}.`)
  }
  return terms.allowedCourses.includes(course)
    ? pass(expected, course, `The course ${course} is one of those that count.`)
    : fail(expected, course, `The course ${course} is not one of those that count: ${expected}.`)
}

const exclusions = ways(TransferRule.EXCLUSION)
export function exclusion({ course }: Claim, { exclusions: excluded }: PolicyTerms): Finding {
  const { pass, fail } = exclusions
  const actual = course ?? 'no course'
  const one = course === null ? undefined : excluded.find((exclusion) => exclusion.course === course)
  if (one === undefined) return pass('not excluded', actual, 'It is not among the courses that are excluded.')
  const reason = /[.!?]$/.test(one.reason) ? one.reason : `${one.reason}.`
  return fail('not excluded', actual, `The course ${course} is excluded: ${reason}`)
}

const uses = ways(TransferRule.DOUBLE_COUNTING)
/** Where the credit went is nobody else's business, so the other application is never named. */
export function doubleCounting({ use }: Claim): Finding {
  const { pass, fail, review } = uses
  if (use === 'COUNTED') {
    return fail('not used', 'counted', 'This credit already counts towards another award, and credit counts once.')
  }
  if (use === 'RESERVED') {
    const message =
      'This credit is reserved by an application that is not decided yet; it is free again if that is declined or withdrawn.'
    return review('not used', 'reserved', message)
  }
  return pass('not used', 'not used', 'No other application uses this credit.')
}
