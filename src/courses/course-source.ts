/** Declares the port from which the catalogue's programs and runs are mirrored. */
import type { CreditScheme, LevelFramework } from '../values/credit.ts'
import type { Tax } from '../values/tax.ts'

/** A program as the partner states it; what it does not state is null, never guessed. */
export interface ProgramFacts {
  uuid: string
  code: string
  title: string
  introduction: string
  description: string | null
  language: string
  subject: string | null
  imageUrl: string | null
  organisation: { uuid: string; slug: string | null; name: string; country: string | null }
  hoursPerWeek: string | null
  weeksCount: number | null
  totalStudyHours: number | null
  level: 'UNDERGRADUATE' | 'POSTGRADUATE' | null
  credit: { amount: string; scheme: CreditScheme; level: number; framework: LevelFramework } | null
  assessment: {
    summary: string
    formal: boolean | null
    online: boolean | null
    passMark: string | null
    identityVerification: boolean | null
  } | null
  learningOutcomes: string[]
  /** Whether the partner says that a transcript states outcomes, hours, level and credit; null when it does not say. */
  transcript: boolean | null
  url: string
  withdrawnAt: Date | null
  updatedAt: Date | null
}

/** A run as the partner states it; incomplete ones (no start, price or window) are kept outside the graph. */
export interface RunFacts {
  uuid: string
  programUuid: string
  code: string
  startsAt: Date | null
  weeksCount: number | null
  /** IANA name; where it is not stated, UTC is taken. */
  timeZone: string | null
  price: { amountMinor: number; currency: string } | null
  /** Of the price; null where it is not stated. */
  tax: Tax | null
  enrolmentOpensAt: Date | null
  enrolmentClosesAt: Date | null
  cancelled: boolean
  /** Since when; null while it is on, or when the partner does not say. */
  cancelledAt: Date | null
  url: string
  liveEvents: LiveEventFacts[]
  updatedAt: Date | null
}

export interface LiveEventFacts {
  uuid: string
  title: string
  startsAt: Date
  durationMinutes: number
  joinUrl: string | null
  recordingUrl: string | null
}

/** Everything changed since the last look, or `unchanged` when the partner answered 304. */
export type Changes<Fact> = { kind: 'changed'; facts: Fact[]; etag: string | null } | { kind: 'unchanged' }

export interface CourseSource {
  /** All programs changed since the instant (all of them when null); pages are followed inside. Malformed entries are in `rejected`. */
  programs(since: { updatedSince: Date | null; etag: string | null }): Promise<Changes<ProgramFacts> & Rejected>
  runs(since: { updatedSince: Date | null; etag: string | null }): Promise<Changes<RunFacts> & Rejected>
  /** One program or run by the partner's uuid; null when the partner does not know it. */
  program(uuid: string): Promise<ProgramFacts | null>
  run(uuid: string): Promise<RunFacts | null>
  /** Live places of at most 100 runs, by the partner's uuid; a run that the partner does not answer for is absent, null = no limit. */
  placesRemaining(runUuids: readonly string[], signal?: AbortSignal): Promise<Map<string, number | null>>
  /** Whether it gave no answer the last time that it was asked for anything. */
  silent(): boolean
}

/** Entries that did not have the agreed shape: kept out, named in the sync's report. */
export interface Rejected {
  rejected?: { reference: string; problem: string }[]
}
