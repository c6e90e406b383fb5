/** Declares a transfer check's input, its answer and its two refusals. */
import type { Credit } from '../../values/credit.ts'

export const TransferRule = {
  STANDING: 'STANDING',
  AWARDING_BODY: 'AWARDING_BODY',
  CMF_CONFORMANCE: 'CMF_CONFORMANCE',
  IDENTITY_VERIFIED: 'IDENTITY_VERIFIED',
  MINIMUM_GRADE: 'MINIMUM_GRADE',
  LEVEL: 'LEVEL',
  AGE: 'AGE',
  SUBJECT: 'SUBJECT',
  ALLOW_LIST: 'ALLOW_LIST',
  EXCLUSION: 'EXCLUSION',
  DOUBLE_COUNTING: 'DOUBLE_COUNTING',
} as const
export type TransferRule = (typeof TransferRule)[keyof typeof TransferRule]

export const FindingStatus = { PASS: 'PASS', FAIL: 'FAIL', UNKNOWN: 'UNKNOWN', REVIEW: 'REVIEW' } as const
export type FindingStatus = (typeof FindingStatus)[keyof typeof FindingStatus]

export const ClaimStatus = { ACCEPTED: 'ACCEPTED', REJECTED: 'REJECTED', REVIEW: 'REVIEW' } as const
export type ClaimStatus = (typeof ClaimStatus)[keyof typeof ClaimStatus]

export const ClaimSource = { CREDIT_RECORD: 'CREDIT_RECORD', COURSE: 'COURSE', EXTERNAL: 'EXTERNAL' } as const
export type ClaimSource = (typeof ClaimSource)[keyof typeof ClaimSource]

export const TransferOutcome = {
  ELIGIBLE: 'ELIGIBLE',
  SUBJECT_TO_AGREEMENT: 'SUBJECT_TO_AGREEMENT',
  NEEDS_REVIEW: 'NEEDS_REVIEW',
  INELIGIBLE: 'INELIGIBLE',
  NO_AGREEMENT: 'NO_AGREEMENT',
  NOT_PARTICIPATING: 'NOT_PARTICIPATING',
} as const
export type TransferOutcome = (typeof TransferOutcome)[keyof typeof TransferOutcome]

export const UnplacedReason = {
  LEVEL_CAP: 'LEVEL_CAP',
  FREE_CHOICE_CAP: 'FREE_CHOICE_CAP',
  TOTAL_CAP: 'TOTAL_CAP',
  GRANULARITY: 'GRANULARITY',
  NOT_NEEDED: 'NOT_NEEDED',
} as const
export type UnplacedReason = (typeof UnplacedReason)[keyof typeof UnplacedReason]

export const ImprovementKind = { MORE_CREDIT: 'MORE_CREDIT', RESOLVE_REVIEW: 'RESOLVE_REVIEW' } as const
export type ImprovementKind = (typeof ImprovementKind)[keyof typeof ImprovementKind]

export const AgreementMode = { AUTOMATIC: 'AUTOMATIC', SUBJECT_TO_AGREEMENT: 'SUBJECT_TO_AGREEMENT' } as const
export type AgreementMode = (typeof AgreementMode)[keyof typeof AgreementMode]

export const OverAgeTreatment = { FAIL: 'FAIL', REVIEW: 'REVIEW' } as const
export type OverAgeTreatment = (typeof OverAgeTreatment)[keyof typeof OverAgeTreatment]

/**
 * One piece of credit that someone would like to count. A course not yet taken is claimed as if passed on the day of
 * the question: awardedOn = asOf, grade = its pass mark, identity and framework as its assessment and report say.
 */
export interface Claim extends Credit {
  readonly ref: string
  readonly source: ClaimSource
  readonly title: string
  /** For a record or a course the slug of its institution. */
  readonly awardingBody: string
  /** Calendar date. */
  readonly awardedOn: string
  /** Decimal from 0 to 100; null when not known. */
  readonly grade: string | null
  readonly identityVerified: boolean | null
  readonly cmf: 'MET' | 'NOT_MET' | 'UNKNOWN'
  readonly subject: string | null
  /** Slug of the course; null when the credit was not earned on a course of the catalogue. */
  readonly course: string | null
  /** Only of records: absent when the record is in good standing, refunds and chargebacks counted. */
  readonly standing?: 'SUSPENDED' | 'REVOKED'
  /** Only of records: what another application, at any institution, does with it; absent when it is free. */
  readonly use?: 'RESERVED' | 'COUNTED'
}

/** CATS points at an FHEQ level. */
export interface LevelCredit {
  readonly level: number
  readonly credit: string
}

/** The content of one version of a transfer policy, with the end that is shown for it. Amounts are CATS points. */
export interface PolicyTerms {
  readonly effectiveFrom: string
  readonly effectiveTo: string | null
  readonly agreement: AgreementMode
  readonly maxCredit: string
  readonly levelCaps: readonly LevelCredit[]
  readonly granularity: string
  readonly acceptedLevels: readonly number[]
  readonly higherLevelCountsLower: boolean
  readonly minimumGrade: string | null
  readonly maximumAgeYears: number | null
  readonly overAge: OverAgeTreatment
  readonly requiresCmf: boolean
  readonly requiresIdentityVerification: boolean
  readonly recognisedAwardingBodies: readonly string[]
  readonly subjects: readonly string[]
  readonly freeChoiceMax: string
  readonly allowedCourses: readonly string[]
  readonly exclusions: readonly { readonly course: string; readonly reason: string }[]
  readonly clauses: readonly { readonly rule: TransferRule; readonly text: string }[]
}

/** What a qualification asks for. Amounts are CATS points. */
export interface QualificationTerms {
  /** Names the qualification in the digest, so that two of the same shape never share one. */
  readonly id?: string
  readonly kind: string
  readonly totalCredit: string
  readonly levels: readonly LevelCredit[]
}

export interface TransferCheck {
  readonly claims: readonly Claim[]
  /** The version that may be in force on asOf; null when the qualification has none. */
  readonly policy: PolicyTerms | null
  readonly qualification: QualificationTerms
  /** Calendar date of the question. */
  readonly asOf: string
  /** Whether the institution takes part at all; it does unless said otherwise. */
  readonly participating?: boolean
}

export interface Finding {
  readonly rule: TransferRule
  readonly status: FindingStatus
  readonly expected: string | null
  readonly actual: string | null
  /** One plain sentence for the learner. */
  readonly message: string
  /** The institution's own words for the rule. */
  readonly clause: string | null
}

export interface ClaimDecision {
  readonly ref: string
  readonly source: ClaimSource
  readonly title: string
  readonly credit: Credit
  /** CATS points. */
  readonly amount: string
  readonly status: ClaimStatus
  readonly placedAtLevel: number | null
  readonly counted: string
  readonly unplacedReason: UnplacedReason | null
  readonly findings: readonly Finding[]
}

export interface LevelPlacement {
  readonly level: number
  readonly required: string
  readonly cap: string
  readonly placed: string
}

export interface Improvement {
  readonly kind: ImprovementKind
  readonly message: string
  readonly credit: string | null
  readonly level: number | null
  readonly claimRefs: readonly string[]
  readonly transferableThen: string
}

/** The whole answer, as far as it follows from the question alone. Amounts are CATS points. */
export interface Decision {
  readonly outcome: TransferOutcome
  readonly asOf: string
  readonly transferable: string
  readonly potential: string
  readonly remaining: string
  readonly claims: readonly ClaimDecision[]
  readonly levels: readonly LevelPlacement[]
  readonly improvements: readonly Improvement[]
  readonly validUntil: string | null
  /** SHA-256, in hexadecimal, over the canonical question: equal digests mean equal answers. */
  readonly digest: string
}

/** The question cannot be asked: names the field at fault and what was expected there. */
export class InvalidTransferInput extends Error {
  override readonly name = 'InvalidTransferInput'
  /** Path from the check, e.g. ["claims","0","amount"] or ["policy","levelCaps","1","level"]. */
  readonly field: readonly string[]

  constructor(field: readonly string[], message: string) {
    super(message)
    this.field = field
  }
}

/** The best placement of these amounts cannot be found within the bound; a worse one is never given instead. */
export class TransferTooComplex extends Error {
  override readonly name = 'TransferTooComplex'

  constructor() {
    super('These amounts can be combined in too many ways to find the best one: ask about fewer claims at a time.')
  }
}
