/** Declares the port through which learners are registered on runs at the partner. */
import type { AssessmentOutcome, RegistrationEndedBy } from './enrolment.ts'

export interface RegistrationResult {
  outcome: AssessmentOutcome
  /** Exact decimal 0–100, or null. */
  grade: string | null
  awardedOn: string | null
  identityVerified: boolean | null
}

export interface Registration {
  uuid: string
  membershipUuid: string
  runUuid: string
  /** Our enrolment's id, when the partner keeps it. */
  externalReference: string | null
  status: 'PENDING' | 'ACTIVE' | 'INACTIVE'
  activatedAt: Date | null
  deactivatedAt: Date | null
  /** GATEWAY is us; null while it stands, or when the partner does not say. */
  deactivatedBy: RegistrationEndedBy | null
  deactivationReason: string | null
  studyUrl: string | null
  stepsCompletedCount: number | null
  /** Exact decimal 0..1. */
  stepsCompletedRatio: string | null
  /** Null when there is none, or none any more; undefined when the partner does not say. */
  result: RegistrationResult | null | undefined
  updatedAt: Date | null
}

export interface ChangedRegistrations {
  registrations: Registration[]
  rejected: { reference: string; problem: string }[]
}

export interface RegistrationPartner {
  /** The look-up before any create or retry; null when there is none. */
  find(membershipUuid: string, runUuid: string): Promise<Registration | null>
  /**
   * Registers. The partner's 409 already_enrolled is answered with the existing registration.
   * Throws UpstreamFailure: REFUSED (`run_full`, `run_closed`, …), UNAVAILABLE, UNKNOWN (look up before trying again).
   */
  register(request: { membershipUuid: string; runUuid: string; externalReference: string }): Promise<Registration>
  registration(uuid: string): Promise<Registration | null>
  /** At most 100, by the partner's uuid; unknown ones are absent. */
  registrations(uuids: readonly string[], signal?: AbortSignal): Promise<Map<string, Registration>>
  /** Everything changed since the instant, and what could not be read of it; null when this partner has no such list. */
  changedSince(instant: Date | null): Promise<ChangedRegistrations | null>
  /** Verifies a webhook's signature and form. Throws WebhookRefused. */
  verifyNotice(rawBody: Buffer, headers: Record<string, string | string[] | undefined>): PartnerNotice
  /** Ends it; ending an ended one is no error. `reason` at most 250 characters. */
  deactivate(uuid: string, reason: string): Promise<void>
}

/** The port to the partner's webhooks. */
export interface NoticePartner {
  /** What a webhook says has changed. Throws WebhookRefused when its signature or form does not hold. */
  verifyNotice(rawBody: Buffer, headers: Record<string, string | string[] | undefined>): PartnerNotice
}

/** A verified webhook of the partner: only where to look. */
export interface PartnerNotice {
  uuid: string
  /** Null when it names no place at the partner: there is nothing to look at. */
  href: string | null
  /** What kind of thing changed and how, e.g. program_enrolment.completed; null when the partner does not say. */
  type: string | null
}
