/** Decides a transfer check: a pure function from question to explained answer. */
import { type AssessedClaim, assessClaims } from './assess-claims.rules.ts'
import {
  type ClaimDecision,
  ClaimStatus,
  type Decision,
  type Improvement,
  type LevelPlacement,
  type PolicyTerms,
  type TransferCheck,
  TransferOutcome,
} from './check.rules.ts'
import {
  type ReadClaim,
  type ReadPolicy,
  type ReadQualification,
  readClaims,
  readPolicy,
  readQualification,
} from './check-input.rules.ts'
import { type DigestedCheck, digestOf } from './digest.rules.ts'
import { moreCredit, resolveReview } from './improvement.rules.ts'
import {
  type Candidate,
  candidate,
  type Frame,
  frameOf,
  greatestTransferable,
  type Placement,
  place,
  planSearch,
  unplacedReason,
} from './placement.rules.ts'
import { printUnits } from './units.rules.ts'

/**
 * Would this credit count there? Everything it needs is in the check; all amounts in the answer are CATS points.
 * Throws InvalidTransferInput, naming the field, or TransferTooComplex when the amounts combine in too many ways.
 */
export function decideTransfer(check: TransferCheck): Decision {
  const { asOf, participating = true } = check
  const claims = readClaims(check.claims, asOf)
  const qualification = readQualification(check.qualification)
  const policy = check.policy === null ? null : readPolicy(check.policy, qualification)
  const inForce = policy !== null && isInForce(policy.terms, asOf) ? policy : null
  const understood = { ...check, policy: inForce?.terms ?? null, participating }
  return {
    ...answer(claims, inForce, qualification, understood),
    asOf,
    // A third of the whole decision's time, and often nobody asks for it: made when it is.
    get digest() {
      return digestOf(understood)
    },
  }
}

type Answer = Omit<Decision, 'asOf' | 'digest'>

function answer(
  claims: readonly ReadClaim[],
  policy: ReadPolicy | null,
  qualification: ReadQualification,
  { asOf, participating }: DigestedCheck,
): Answer {
  if (!participating) return withoutPolicy(TransferOutcome.NOT_PARTICIPATING, qualification)
  if (policy === null) return withoutPolicy(TransferOutcome.NO_AGREEMENT, qualification)
  return decide(assessClaims(claims, policy, asOf), policy, qualification)
}

function isInForce({ effectiveFrom, effectiveTo }: PolicyTerms, asOf: string): boolean {
  return effectiveFrom <= asOf && (effectiveTo === null || asOf <= effectiveTo)
}

function withoutPolicy(outcome: TransferOutcome, { totalUnits }: ReadQualification): Answer {
  const nothing = { transferable: '0', potential: '0', remaining: printUnits(totalUnits), validUntil: null }
  return { outcome, ...nothing, claims: [], levels: [], improvements: [] }
}

function decide(claims: readonly AssessedClaim[], policy: ReadPolicy, qualification: ReadQualification): Answer {
  const frame = frameOf(policy, qualification)
  const accepted = claims.filter(({ status }) => status === ClaimStatus.ACCEPTED)
  const open = claims.filter(({ status }) => status === ClaimStatus.REVIEW)
  const candidates = accepted.map((claim) => candidateOf(claim, frame))
  const planned = planSearch(candidates, frame)
  // Planned before anything is searched, so that what is too complex is refused at once.
  const plannedOpen =
    open.length === 0 ? null : planSearch([...candidates, ...open.map((claim) => candidateOf(claim, frame))], frame)
  const placement = place(planned)
  const { transferableUnits } = placement
  const potentialUnits = plannedOpen === null ? transferableUnits : greatestTransferable(plannedOpen)
  const improvements = [
    resolveReview(
      transferableUnits,
      potentialUnits,
      open.map(({ claim }) => claim.ref),
    ),
    moreCredit(planned, policy.terms.acceptedLevels, transferableUnits),
  ]
  return {
    outcome: outcomeOf(policy, transferableUnits, potentialUnits),
    transferable: printUnits(transferableUnits),
    potential: printUnits(potentialUnits),
    remaining: printUnits(qualification.totalUnits - transferableUnits),
    claims: claims.map((claim) => claimDecision(claim, frame, placement)),
    levels: levelPlacements(claims, frame, placement),
    improvements: improvements.filter((improvement): improvement is Improvement => improvement !== null),
    validUntil: validUntil(claims, policy.terms, placement),
  }
}

/** Accepted credit, or credit under review as it would be were every doubt settled in the learner's favour. */
function candidateOf({ claim, units, level, freeChoice }: AssessedClaim, frame: Frame): Candidate {
  return candidate(claim.ref, units, level!, freeChoice, frame)
}

function outcomeOf({ terms }: ReadPolicy, transferableUnits: number, potentialUnits: number): TransferOutcome {
  if (transferableUnits > 0) {
    return terms.agreement === 'AUTOMATIC' ? TransferOutcome.ELIGIBLE : TransferOutcome.SUBJECT_TO_AGREEMENT
  }
  return potentialUnits > 0 ? TransferOutcome.NEEDS_REVIEW : TransferOutcome.INELIGIBLE
}

function claimDecision(assessed: AssessedClaim, frame: Frame, placement: Placement): ClaimDecision {
  const { claim, units, status, findings } = assessed
  const placedAtLevel = placement.levelByRef.get(claim.ref) ?? null
  const amount = printUnits(units)
  const leftOut = status === ClaimStatus.ACCEPTED && placedAtLevel === null
  return {
    ref: claim.ref,
    source: claim.source,
    title: claim.title,
    credit: { amount: claim.amount, scheme: claim.scheme, level: claim.level, framework: claim.framework },
    amount,
    status,
    placedAtLevel,
    counted: placedAtLevel === null ? '0' : amount,
    unplacedReason: leftOut ? unplacedReason(candidateOf(assessed, frame), placement.transferableUnits) : null,
    findings,
  }
}

function levelPlacements(
  claims: readonly AssessedClaim[],
  { levels }: Frame,
  { levelByRef }: Placement,
): LevelPlacement[] {
  return levels.map(({ level, requiredUnits, capUnits }) => {
    let placedUnits = 0
    for (const { claim, units } of claims) if (levelByRef.get(claim.ref) === level) placedUnits += units
    return {
      level,
      required: printUnits(requiredUnits),
      cap: printUnits(capUnits),
      placed: printUnits(placedUnits),
    }
  })
}

/** The last day, inclusive, on which nothing placed is too old and the policy is in force. */
function validUntil(
  claims: readonly AssessedClaim[],
  { effectiveTo }: PolicyTerms,
  { levelByRef }: Placement,
): string | null {
  let earliest = effectiveTo
  for (const { claim, lastDay } of claims) {
    if (lastDay === null || !levelByRef.has(claim.ref)) continue
    if (earliest === null || lastDay < earliest) earliest = lastDay
  }
  return earliest
}
