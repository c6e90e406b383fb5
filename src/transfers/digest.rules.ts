/** The digest of a transfer check: one way of writing each question, so that equal digests mean equal answers. */
import { createHash } from 'node:crypto'
import { canonicalDecimal } from '../values/decimal.ts'
import type { Claim, LevelCredit, PolicyTerms, QualificationTerms } from './check.rules.ts'
import { printUnits, unitsOf } from './units.rules.ts'

/** The question as it was understood: with the policy that answers it, or null when there is none. */
export interface DigestedCheck {
  readonly claims: readonly Claim[]
  readonly policy: PolicyTerms | null
  readonly qualification: QualificationTerms
  readonly asOf: string
  readonly participating: boolean
}

/**
 * SHA-256, in hexadecimal, of the question as JSON without spaces, members in alphabetical order (RFC 8785) and numbers
 * in their shortest form ("7.50" is "7.5"). The question has been read without an error.
 */
export function digestOf({ claims, policy, qualification, asOf, participating }: DigestedCheck): string {
  const canonical = {
    asOf,
    claims: claims.map(canonicalClaim),
    participating,
    policy: policy === null ? null : canonicalPolicy(policy),
    qualification: {
      id: qualification.id ?? null,
      kind: qualification.kind,
      levels: qualification.levels.map(canonicalLevel),
      totalCredit: shortest(qualification.totalCredit),
    },
  }
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex')
}

function canonicalClaim(claim: Claim): object {
  return {
    amount: shortest(claim.amount),
    awardedOn: claim.awardedOn,
    awardingBody: claim.awardingBody,
    cmf: claim.cmf,
    course: claim.course,
    framework: claim.framework,
    grade: shortestOrNull(claim.grade),
    identityVerified: claim.identityVerified,
    level: claim.level,
    ref: claim.ref,
    scheme: claim.scheme,
    source: claim.source,
    standing: claim.standing ?? null,
    subject: claim.subject,
    title: claim.title,
    use: claim.use ?? null,
  }
}

function canonicalPolicy(policy: PolicyTerms): object {
  return {
    acceptedLevels: policy.acceptedLevels,
    agreement: policy.agreement,
    allowedCourses: policy.allowedCourses,
    clauses: policy.clauses.map(({ rule, text }) => ({ rule, text })),
    effectiveFrom: policy.effectiveFrom,
    effectiveTo: policy.effectiveTo,
    exclusions: policy.exclusions.map(({ course, reason }) => ({ course, reason })),
    freeChoiceMax: shortest(policy.freeChoiceMax),
    granularity: shortest(policy.granularity),
    higherLevelCountsLower: policy.higherLevelCountsLower,
    levelCaps: policy.levelCaps.map(canonicalLevel),
    maxCredit: shortest(policy.maxCredit),
    maximumAgeYears: policy.maximumAgeYears,
    minimumGrade: shortestOrNull(policy.minimumGrade),
    overAge: policy.overAge,
    recognisedAwardingBodies: policy.recognisedAwardingBodies,
    requiresCmf: policy.requiresCmf,
    requiresIdentityVerification: policy.requiresIdentityVerification,
    subjects: policy.subjects,
  }
}

function canonicalLevel({ level, credit }: LevelCredit): object {
  return { credit: shortest(credit), level }
}

/** In the scheme's own units: two decimals at most, so that no scheme's factor is needed. */
function shortest(amount: string): string {
  return printUnits(unitsOf(amount)!)
}

function shortestOrNull(grade: string | null): string | null {
  return grade === null ? null : canonicalDecimal(grade)
}
