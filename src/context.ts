/** Describes what every resolver, command and job receives. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Viewer } from './auth/viewer.ts'
import type { CaseDesk } from './cases/case-desk.ts'
import type { CountedCourses } from './courses/counted-courses.ts'
import type { CourseSource } from './courses/course-source.ts'
import type { EnrolmentPages } from './enrolments/loaders.ts'
import type { NoticePartner, RegistrationPartner } from './enrolments/registration-partner.ts'
import type { RateLimits } from './graph/limits/rate-limit.ts'
import type { Seller } from './institutions/seller.ts'
import type { AccountPartner } from './learners/account-partner.ts'
import type { MailSender } from './messages/mail-sender.ts'
import type { HeldBackReason } from './observability/metrics.ts'
import type { PaymentProvider, ProviderName } from './payments/payment-provider.ts'
import type { PaymentSubject } from './payments/payment-subject.ts'
import type { ReadConnection } from './reading/connection/read-connection.ts'
import type { Loads } from './reading/loader.ts'
import type { Underway } from './reading/underway.ts'
import type { Signer } from './store/signer.ts'

/** One line of the log: facts first, then the sentence. */
export interface Log {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** What the product was started with that a feature needs to know. */
export interface Settings {
  /** Where clients reach the gateway, without a slash at the end. */
  publicUrl: string
  /** Origins to which a buyer may be sent back; `*` stands for any port or any one label. */
  returnUrlOrigins: readonly string[]
  /** The identity provider that names the learners. */
  issuer: string
  /** The terms of sale that hold now. */
  terms: { version: string; url: string; effectiveFrom: Date; includesExpressRequest: boolean }
  /** Who sells, as the register names them; null when it names none: then no receipts are made. */
  seller: Seller | null
  /** How long a place is held for a payment, in minutes. */
  holdMinutes: number
  /** Mirrored facts older than this are marked stale, in minutes. */
  staleAfterMinutes: number
  /** How long a page waits for what is live; undefined for as long as ever. */
  liveWaitMs: number | undefined
}

/** What does not change from request to request. */
export interface Parts {
  read: ReadConnection
  /** A clean entity manager; each transaction forks its own. */
  orm: { em: EntityManager }
  providers: Record<ProviderName, PaymentProvider>
  partner: CourseSource & AccountPartner & RegistrationPartner & NoticePartner
  /** Null when no mail server is configured: messages wait. */
  mail: MailSender | null
  /** What a payment pays for: told in the payment's own transaction. */
  paymentSubject: PaymentSubject
  /** Which courses count towards a qualification. */
  countedCourses: CountedCourses
  /** A learner's enrolments, with what credit joins to them. */
  enrolmentsOf: EnrolmentPages
  /** What cases are about, handed over by the features that own it. */
  caseDesk: CaseDesk<Context>
  signer: Signer
  /** What callers may use up in a while: of this process, or of all replicas. */
  rateLimits: RateLimits
  /** Works once nobody else, in any process, does work of that name. Throws when its turn does not come within an hour. */
  inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result>
  /**
   * One event after each change of a topic that `announce` tells of, on whichever replica, e.g. `enrolment:<uuid>`; of one
   * thing of many, `<topic>/<uuid>`.
   */
  changesOf(topic: string): AsyncIterable<string>
  /** To be told when what anybody may read has changed: answers that were kept are forgotten, on every replica. */
  publicChanged(): Promise<void>
  /** To be told of each caller who has to wait, for the operators. */
  heldBack(viewer: Viewer, reason: HeldBackReason): void
  settings: Settings
  now(): Date
}

export interface Context extends Parts {
  viewer: Viewer
  /** For writes; made when it is first asked for. */
  em: EntityManager
  loads: Loads
  /** What this request reads, and whether an upstream was missed. */
  underway: Underway
  log: Log
  /** Aborted when the client has gone or the deadline has passed. */
  signal: AbortSignal
  correlationId: string
  /** The languages that the client asks for, as it says so; null when it does not. */
  acceptLanguage: string | null
}

/** Thrown by a job that is to be tried again after so many seconds: an upstream said when. */
export class TryAgainLater extends Error {
  override readonly name = 'TryAgainLater'
  readonly afterSeconds: number | null

  constructor(reason: string, afterSeconds: number | null = null) {
    super(reason)
    this.afterSeconds = afterSeconds
  }
}
