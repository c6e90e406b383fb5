/** Stores an enrolment: one learner's place on one run. */
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { CourseRun } from '../courses/course-run.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { CalendarDate, DateTime, Decimal, Url } from '../graph/contract/scalars.ts'
import { Learner } from '../learners/learner.ts'
import { Language } from '../messages/language.ts'
import { RefundBasis } from '../payments/refund-window.rules.ts'
import { exactAmount, exactFrom, instant, minorUnits } from '../store/row.ts'

export const EnrolmentStatus = {
  PENDING_PAYMENT: 'PENDING_PAYMENT',
  PAID: 'PAID',
  REGISTERING: 'REGISTERING',
  REGISTERED: 'REGISTERED',
  COMPLETED: 'COMPLETED',
  CANCELLED: 'CANCELLED',
  EXPIRED: 'EXPIRED',
  COMPENSATING: 'COMPENSATING',
  COMPENSATED: 'COMPENSATED',
  REVOKING: 'REVOKING',
  REVOKED: 'REVOKED',
  WITHDRAWN: 'WITHDRAWN',
  DEFERRING: 'DEFERRING',
  DEFERRED: 'DEFERRED',
  STUCK: 'STUCK',
} as const
export type EnrolmentStatus = (typeof EnrolmentStatus)[keyof typeof EnrolmentStatus]
publishEnum(
  EnrolmentStatus,
  'EnrolmentStatus',
  'COMPENSATING: paid but cannot be registered, the money is going back; REVOKING: refunded, the registration is being withdrawn; STUCK: an operator has to take it up.',
  {
    PENDING_PAYMENT: 'The place is kept until the payment expires.',
    PAID: 'The money is here; registering is next.',
    REGISTERING: 'The partner is being asked for the registration.',
    REGISTERED: 'On the run.',
    COMPLETED: 'The partner has reported the result.',
    CANCELLED: 'Given up before anything was paid.',
    EXPIRED: 'Not paid in time.',
    COMPENSATING: 'Paid but cannot be registered: the money is going back.',
    COMPENSATED: 'The money is back.',
    REVOKING: 'Refunded: the registration is being withdrawn.',
    REVOKED: 'Refunded, and no longer registered.',
    WITHDRAWN: 'Given up with no money back, or none was paid; the money can still be asked back inside the deadline.',
    DEFERRING: 'Moving to another run; this place is kept until that one is there.',
    DEFERRED: 'Moved to another run.',
    STUCK: 'An operator has to take it up.',
  },
)

export const StuckReason = {
  COMPENSATION_FAILED: 'COMPENSATION_FAILED',
  REGISTRATION_ENDED: 'REGISTRATION_ENDED',
  REFUND_BOUNCED: 'REFUND_BOUNCED',
  DISPUTE_REVERSED: 'DISPUTE_REVERSED',
} as const
export type StuckReason = (typeof StuckReason)[keyof typeof StuckReason]
publishEnum(StuckReason, 'StuckReason', 'Why the money is here, the place is not, and a person has to decide.', {
  COMPENSATION_FAILED: 'It could not be registered, and the money could not go back.',
  REGISTRATION_ENDED: 'The partner ended the registration, or did not say who did.',
  REFUND_BOUNCED: 'The refund had succeeded and the bank sent it back.',
  DISPUTE_REVERSED: 'A lost dispute was decided the other way later.',
})

export const RegistrationEndedBy = { LEARNER: 'LEARNER', PARTNER: 'PARTNER', GATEWAY: 'GATEWAY' } as const
export type RegistrationEndedBy = (typeof RegistrationEndedBy)[keyof typeof RegistrationEndedBy]
publishEnum(RegistrationEndedBy, 'RegistrationEndedBy', 'Who ended a registration.', {
  LEARNER: 'The learner, at the partner.',
  PARTNER: 'The partner.',
  GATEWAY: 'This gateway, after money went back or the place was given up.',
})

export const AssessmentOutcome = { PASSED: 'PASSED', FAILED: 'FAILED' } as const
export type AssessmentOutcome = (typeof AssessmentOutcome)[keyof typeof AssessmentOutcome]
publishEnum(AssessmentOutcome, 'AssessmentOutcome', 'Whether the assessment was passed.', {
  PASSED: 'Passed.',
  FAILED: 'Failed: no credit is awarded.',
})

@ObjectType({ simpleResolvers: true, description: 'What the partner reported of the final assessment.' })
export class AssessmentResult {
  @Field(() => AssessmentOutcome, { description: 'Passed or failed.' })
  outcome!: AssessmentOutcome

  @Field(() => Decimal, { nullable: true, description: 'Grade, 0 to 100.' })
  grade!: string | null

  @Field(() => CalendarDate, { nullable: true, description: 'When the credit was awarded.' })
  awardedOn!: string | null

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the learner's identity was verified; null when not known.",
  })
  identityVerified!: boolean | null
}

/** Statuses in which an enrolment no longer holds the learner's place on the run. */
export const endedStatuses = ['CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED', 'WITHDRAWN', 'DEFERRED'] as const

@ObjectType({ implements: Node, simpleResolvers: true, description: "A learner's place on a run." })
@Entity({ tableName: 'enrolment' })
@Index({ properties: ['learnerId', 'id'] })
@Index({ properties: ['status', 'holdExpiresAt'] })
@Unique({
  name: 'enrolment_one_active_per_learner_and_run',
  expression:
    "create unique index enrolment_one_active_per_learner_and_run on enrolment (learner_id, run_id) where status not in ('CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED', 'WITHDRAWN', 'DEFERRED')",
})
@Unique({
  name: 'enrolment_moved_once_at_a_time',
  expression:
    "create unique index enrolment_moved_once_at_a_time on enrolment (deferred_from_id) where status <> 'CANCELLED'",
})
@Check({
  name: 'enrolment_hold_while_pending',
  expression: "status <> 'PENDING_PAYMENT' or hold_expires_at is not null",
})
@Check({ name: 'enrolment_stuck_for_a_reason', expression: "(status = 'STUCK') = (stuck_reason is not null)" })
@Check({ name: 'enrolment_price_exact', expression: exactFrom(0, 'price_minor') })
@Check({ name: 'enrolment_price_has_currency', expression: '(price_minor is null) = (price_currency is null)' })
export class Enrolment extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => Learner, { mapToPk: true, fieldName: 'learner_id', deleteRule: 'restrict' })
  learnerId!: string

  @ManyToOne(() => CourseRun, { mapToPk: true, fieldName: 'run_id', deleteRule: 'restrict', index: true })
  runId!: string

  @Field(() => EnrolmentStatus, { description: 'Where it stands.' })
  @Enum({ items: () => Object.values(EnrolmentStatus) })
  status!: EnrolmentStatus

  /**
   * The place is held until then while nothing is paid: HOLD_MINUTES after the last payment was opened. Kept by what was
   * paid for only after its place had been given up.
   */
  @Property({ ...instant, nullable: true })
  holdExpiresAt!: Date | null

  /** What it cost when the place was reserved, whatever it costs since; null when it was made at the partner. */
  @Property({ ...minorUnits, nullable: true })
  priceMinor!: number | null

  @Property({ type: 'text', nullable: true })
  priceCurrency!: string | null

  /** Which terms were accepted, and when; null when it was made at the partner. */
  @Property({ type: 'text', nullable: true })
  termsVersion!: string | null

  @Property({ ...instant, nullable: true })
  termsAcceptedAt!: Date | null

  /** When it was asked expressly that study may begin inside the statutory period; null when it was not. */
  @Property({ ...instant, nullable: true })
  expressRequestAt!: Date | null

  /** The payment that paid for it, of however many; null before, and when it was made at the partner or cost nothing. */
  @Property({ type: 'uuid', nullable: true })
  paymentId!: string | null

  /** The partner's enrolment, once there is one. */
  @Property({ type: 'text', nullable: true })
  @Unique()
  registrationUuid!: string | null

  @Field(() => DateTime, { nullable: true, description: 'When the partner registered the learner.' })
  @Property({ ...instant, nullable: true })
  registeredAt!: Date | null

  @Field(() => Url, { nullable: true, description: 'Where the learner studies, once registered.' })
  @Property({ type: 'text', nullable: true })
  studyUrl!: string | null

  /** Progress as last seen, 0 to 1. */
  @Property({ type: 'decimal', precision: 6, scale: 4, nullable: true, runtimeType: 'string' })
  stepsCompletedRatio!: string | null

  @Property({ type: 'integer', nullable: true })
  stepsCompleted!: number | null

  @Property({ ...instant, nullable: true })
  progressSeenAt!: Date | null

  @Enum({ items: () => Object.values(AssessmentOutcome), nullable: true })
  resultOutcome!: AssessmentOutcome | null

  @Property({ ...exactAmount, nullable: true })
  resultGrade!: string | null

  @Property({ type: 'date', nullable: true })
  resultAwardedOn!: string | null

  @Property({ type: 'boolean', nullable: true })
  resultIdentityVerified!: boolean | null

  /** Which registration reported it: only that one can take it back. */
  @Property({ type: 'text', nullable: true })
  resultRegistrationUuid!: string | null

  @Field(() => StuckReason, {
    nullable: true,
    description: 'Why an operator has to take it up; null unless it is STUCK.',
  })
  @Enum({ items: () => Object.values(StuckReason), nullable: true })
  stuckReason!: StuckReason | null

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the partner ended the registration, by whomever; null while it stands.',
  })
  @Property({ ...instant, nullable: true })
  registrationEndedAt!: Date | null

  @Field(() => RegistrationEndedBy, {
    nullable: true,
    description: 'Who ended it; null while it stands, or when the partner does not say.',
  })
  @Enum({ items: () => Object.values(RegistrationEndedBy), nullable: true })
  registrationEndedBy!: RegistrationEndedBy | null

  /** When that was kept here: an answer that was asked for before says nothing of it. */
  @Property({ ...instant, nullable: true })
  registrationEndSeenAt!: Date | null

  /** Since when the partner does not know the registration that it had; null while it does. */
  @Property({ ...instant, nullable: true })
  registrationMissedAt!: Date | null

  /** When the partner was last asked about it by its name, though nobody had told of it. */
  @Property({ ...instant, nullable: true })
  partnerLookedAt!: Date | null

  /** Until when its money can be asked back, kept when it came: never earlier, whatever becomes of the run. */
  @Property({ ...instant, nullable: true })
  refundUntil!: Date | null

  @Enum({ items: () => Object.values(RefundBasis), nullable: true })
  refundBasis!: RefundBasis | null

  /** Where REVOKING goes back to when the refund fails. */
  @Property({ type: 'text', nullable: true })
  statusBeforeRevoking!: EnrolmentStatus | null

  /** The place on another run that this one was moved from; null when it was not moved. */
  @ManyToOne(() => Enrolment, {
    mapToPk: true,
    fieldName: 'deferred_from_id',
    deleteRule: 'restrict',
    nullable: true,
    index: true,
  })
  deferredFromId!: string | null

  /** In which the learner is written to: as the client asked at `enrol`. */
  @Enum({ items: () => Object.values(Language), default: Language.ENGLISH })
  language!: Language

  @Field(() => DateTime, { description: 'When the place was reserved.' })
  @Property({ ...instant })
  createdAt!: Date

  @Field(() => DateTime, { description: 'When anything of it last changed.' })
  @Property({ ...instant })
  updatedAt!: Date
}

export const EnrolmentConnection = connectionOf(() => Enrolment, 'Enrolment', 'enrolments')
