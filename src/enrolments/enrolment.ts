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
    STUCK: 'An operator has to take it up.',
  },
)

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
export const endedStatuses = ['CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED'] as const

@ObjectType({ implements: Node, simpleResolvers: true, description: "A learner's place on a run." })
@Entity({ tableName: 'enrolment' })
@Index({ properties: ['learnerId', 'id'] })
@Index({ properties: ['status', 'holdExpiresAt'] })
@Unique({
  name: 'enrolment_one_active_per_learner_and_run',
  expression:
    "create unique index enrolment_one_active_per_learner_and_run on enrolment (learner_id, run_id) where status not in ('CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED')",
})
@Check({
  name: 'enrolment_hold_while_pending',
  expression: "status <> 'PENDING_PAYMENT' or hold_expires_at is not null",
})
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

  /** Where REVOKING goes back to when the refund fails. */
  @Property({ type: 'text', nullable: true })
  statusBeforeRevoking!: EnrolmentStatus | null

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
