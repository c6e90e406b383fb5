/** Applies the eleven rules to each claim and derives its status. */
import { addYears } from '../../values/dates.ts'
import { type Claim, ClaimStatus, type Finding, FindingStatus } from './check.rules.ts'
import type { ReadClaim, ReadPolicy } from './check-input.rules.ts'
import {
  age,
  allowList,
  awardingBody,
  cmfConformance,
  doubleCounting,
  exclusion,
  identityVerified,
  level,
  minimumGrade,
  standing,
  subject,
} from './findings.rules.ts'
import { type Reading, readingOf } from './policy-reading.rules.ts'

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
    minimumGrade(claim, reading),
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
