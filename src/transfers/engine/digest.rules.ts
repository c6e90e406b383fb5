/** Digests a transfer check, so that equal digests mean equal answers. */
import { hash } from 'node:crypto'
import { canonicalDecimal as shortest } from '../../values/decimal.ts'
import type { Claim, LevelCredit, PolicyTerms, QualificationTerms } from './check.rules.ts'

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
  const canonicalQualification = {
    id: qualification.id ?? null,
    kind: qualification.kind,
    levels: qualification.levels.map(canonicalLevel),
    totalCredit: shortest(qualification.totalCredit),
  }
  const members = [
    `"asOf":${JSON.stringify(asOf)}`,
    `"claims":${JSON.stringify(claims.map(canonicalClaim))}`,
    `"participating":${participating}`,
    `"policy":${policy === null ? 'null' : policyText(policy)}`,
    `"qualification":${JSON.stringify(canonicalQualification)}`,
  ]
  return hash('sha256', `{${members.join(',')}}`, 'hex')
}

/** A long policy takes longer to write than all else: it is written once for all checks that are judged by it. */
const policyTexts = new WeakMap<PolicyTerms, string>()

function policyText(policy: PolicyTerms): string {
  const text = policyTexts.get(policy) ?? JSON.stringify(canonicalPolicy(policy))
  policyTexts.set(policy, text)
  return text
}

/** A row without names, always in this order: claims are most of the text, and this halves the time to write it. */
function canonicalClaim(claim: Claim): unknown[] {
  return [
    claim.ref,
    claim.source,
    claim.title,
    claim.awardingBody,
    shortest(claim.amount),
    claim.scheme,
    claim.level,
    claim.framework,
    claim.awardedOn,
    shortestOrNull(claim.grade),
    claim.identityVerified,
    claim.cmf,
    claim.subject,
    claim.course,
    claim.standing ?? null,
    claim.use ?? null,
  ]
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

function shortestOrNull(decimal: string | null): string | null {
  return decimal === null ? null : shortest(decimal)
}
