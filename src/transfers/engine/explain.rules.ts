/** Explains an answer and each claim to a learner, with what would change it. */
import { compareDecimals } from '../../values/decimal.ts'
import {
  type ClaimDecision,
  ClaimStatus,
  type Decision,
  FindingStatus,
  type PolicyTerms,
  type QualificationTerms,
  TransferOutcome,
  UnplacedReason,
} from './check.rules.ts'
import { points } from './units.rules.ts'

/** By which the answer was given. */
export interface Terms {
  readonly policy: PolicyTerms
  readonly qualification: QualificationTerms
}

/** What the answer is about, by the names that people know. */
export interface Names {
  readonly institution: string
  readonly qualification: string
}

/** What becomes of one piece of credit, and why. `terms` are null where there is no policy. */
export function explainClaim(claim: ClaimDecision, terms: Terms | null): string {
  const { status, placedAtLevel, unplacedReason, amount, findings } = claim
  if (status === ClaimStatus.REJECTED) {
    return `It does not count. ${messagesOf(findings, FindingStatus.FAIL)}`
  }
  if (status === ClaimStatus.REVIEW) {
    return `It cannot count yet. ${messagesOf(findings, FindingStatus.UNKNOWN, FindingStatus.REVIEW)}`
  }
  if (placedAtLevel !== null) return `It counts: its ${points(amount)} at FHEQ level ${placedAtLevel}.`
  return `It is accepted and does not count: ${unplaced(unplacedReason, terms)}.`
}

function messagesOf(findings: ClaimDecision['findings'], ...statuses: FindingStatus[]): string {
  return findings
    .filter(({ status }) => statuses.includes(status))
    .map(({ message }) => message)
    .join(' ')
}

function unplaced(reason: UnplacedReason | null, terms: Terms | null): string {
  const { policy, qualification } = terms ?? {}
  switch (reason) {
    case UnplacedReason.LEVEL_CAP:
      return 'no level at which it may count has room for so much credit in one piece'
    case UnplacedReason.FREE_CHOICE_CAP:
      return `it is more than free choice may come to${policy ? `, ${points(policy.freeChoiceMax)} in all` : ''}`
    case UnplacedReason.TOTAL_CAP:
      return `it is more than may be transferred in all${policy && qualification ? `, ${points(mostInAll(policy, qualification))}` : ''}`
    case UnplacedReason.GRANULARITY:
      return policy
        ? `credit is taken in multiples of ${points(policy.granularity)}, and what fits here does not make one`
        : 'credit is taken in larger steps, and what fits here does not make one'
    default:
      return 'as much, or more, counts without it'
  }
}

function mostInAll({ maxCredit }: PolicyTerms, { totalCredit }: QualificationTerms): string {
  return compareDecimals(maxCredit, totalCredit) < 0 ? maxCredit : totalCredit
}

/**
 * The whole answer in a few sentences: what counts or why nothing does, until when, and what would change it.
 * `nextFrom` is the first day of the next policy, where none is in force on the day.
 */
export function explainAnswer(
  decision: Omit<Decision, 'digest'>,
  names: Names,
  terms: Terms | null,
  nextFrom: string | null,
): string {
  const { validUntil, improvements } = decision
  const counts = decision.transferable !== '0' && validUntil !== null
  return [
    verdict(decision, names, terms, nextFrom),
    ...(counts ? [`This holds until ${validUntil}.`] : []),
    ...improvements.map(({ message }) => message),
  ].join(' ')
}

function verdict(
  { outcome, asOf, transferable, remaining, claims }: Omit<Decision, 'digest'>,
  { institution, qualification }: Names,
  terms: Terms | null,
  nextFrom: string | null,
): string {
  const rest = remaining === '0' ? 'nothing is left to study' : `${points(remaining)} are left to study`
  switch (outcome) {
    case TransferOutcome.ELIGIBLE:
      return `${points(transferable)} count towards ${qualification} at ${institution}; ${rest}.`
    case TransferOutcome.SUBJECT_TO_AGREEMENT:
      return `${points(transferable)} can count towards ${qualification} once ${institution} has agreed to it; ${rest} then.`
    case TransferOutcome.NEEDS_REVIEW:
      return `Nothing counts towards ${qualification} yet: something about the credit is not known, or ${institution} has to look at it.`
    case TransferOutcome.NO_AGREEMENT: {
      const next = nextFrom === null ? 'and has published none for later' : `and will have one from ${nextFrom} on`
      return `${institution} has no agreement about credit for ${qualification} on ${asOf}, ${next}.`
    }
    case TransferOutcome.NOT_PARTICIPATING:
      return `${institution} does not take part in credit transfer here, so that only it can say whether it takes credit for ${qualification}.`
    default:
      return `Nothing counts towards ${qualification} at ${institution}${whyNothing(claims, terms)}`
  }
}

/** One claim speaks for itself; of several, what accepted credit lacks is the nearest to an answer. */
function whyNothing(claims: readonly ClaimDecision[], terms: Terms | null): string {
  const [only] = claims
  if (only === undefined) return ': no credit was named.'
  const left = claims.find(({ status }) => status === ClaimStatus.ACCEPTED)
  if (left) return `: ${unplaced(left.unplacedReason, terms)}.`
  if (claims.some(({ status }) => status === ClaimStatus.REVIEW)) {
    return ', and settling what is open about the credit would not change that.'
  }
  return claims.length === 1
    ? `. ${messagesOf(only.findings, FindingStatus.FAIL)}`
    : `: none of the ${claims.length} pieces of credit is accepted as it stands.`
}
