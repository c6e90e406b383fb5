/** Stores what waits for a person: one open for each kind and subject. */
import { Check, Entity, Enum, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { exactFrom, instant, minorUnits } from '../store/row.ts'

export const CaseKind = {
  ENROLMENT_STUCK: 'ENROLMENT_STUCK',
  REFUND_FAILED: 'REFUND_FAILED',
  REFUND_WAITING: 'REFUND_WAITING',
  PAYMENT_UNSETTLED: 'PAYMENT_UNSETTLED',
  DISPUTE_OPEN: 'DISPUTE_OPEN',
  DISPUTE_LOST_IN_PART: 'DISPUTE_LOST_IN_PART',
  DISPUTE_REVERSED: 'DISPUTE_REVERSED',
  FRAUD_WARNING: 'FRAUD_WARNING',
  PAYMENT_NOT_HERE: 'PAYMENT_NOT_HERE',
  PAYMENT_DIFFERS: 'PAYMENT_DIFFERS',
  RUN_CANCELLED: 'RUN_CANCELLED',
  REGISTERED_UNPAID: 'REGISTERED_UNPAID',
  PARTNER_DIFFERS: 'PARTNER_DIFFERS',
  RESULT_CORRECTED: 'RESULT_CORRECTED',
  ENTRY_UNREADABLE: 'ENTRY_UNREADABLE',
  LIST_NOT_READ: 'LIST_NOT_READ',
  PERMISSION_MISSING: 'PERMISSION_MISSING',
  JOB_GIVEN_UP: 'JOB_GIVEN_UP',
} as const
export type CaseKind = (typeof CaseKind)[keyof typeof CaseKind]

export const CaseStatus = { OPEN: 'OPEN', ACKNOWLEDGED: 'ACKNOWLEDGED', CLOSED: 'CLOSED' } as const
export type CaseStatus = (typeof CaseStatus)[keyof typeof CaseStatus]

export const CaseOutcome = { BY_ITSELF: 'BY_ITSELF', ACTED: 'ACTED', DISMISSED: 'DISMISSED' } as const
export type CaseOutcome = (typeof CaseOutcome)[keyof typeof CaseOutcome]

@Entity({ tableName: 'operator_case' })
@Index({ properties: ['kind', 'subject'] })
@Unique({
  name: 'operator_case_one_not_closed',
  expression:
    "create unique index operator_case_one_not_closed on operator_case (kind, subject) where status <> 'CLOSED'",
})
@Check({ name: 'operator_case_amount_exact', expression: exactFrom(0, 'amount_minor') })
@Check({ name: 'operator_case_amount_has_currency', expression: '(amount_minor is null) = (currency is null)' })
@Check({ name: 'operator_case_closed_with_an_outcome', expression: "(status = 'CLOSED') = (outcome is not null)" })
export class OperatorCase {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @Enum({ items: () => Object.values(CaseKind) })
  kind!: CaseKind

  /** Type and uuid of what it is about, or a stable key of what has no node. */
  @Property({ type: 'text' })
  subject!: string

  @Enum({ items: () => Object.values(CaseStatus) })
  status!: CaseStatus

  @Property({ type: 'text' })
  message!: string

  @Property({ type: 'text', nullable: true })
  detail!: string | null

  /** What is at stake; null when it is not money, or of several currencies. */
  @Property({ ...minorUnits, nullable: true })
  amountMinor!: number | null

  @Property({ type: 'text', nullable: true })
  currency!: string | null

  @Property({ ...instant, nullable: true })
  dueAt!: Date | null

  @Property({ type: 'uuid', nullable: true })
  learnerId!: string | null

  @Property({ type: 'uuid', nullable: true })
  courseRunId!: string | null

  @Property({ type: 'text', nullable: true })
  providerReference!: string | null

  /** Since when it has held, and when it was last found to. */
  @Property({ ...instant })
  since!: Date

  @Property({ ...instant })
  lastSeenAt!: Date

  @Enum({ items: () => Object.values(CaseOutcome), nullable: true })
  outcome!: CaseOutcome | null

  /** Viewer key; null when it ended by itself. */
  @Property({ type: 'text', nullable: true })
  closedBy!: string | null

  @Property({ ...instant, nullable: true })
  closedAt!: Date | null
}
