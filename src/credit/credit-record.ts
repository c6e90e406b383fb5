/** Stores a credit record: credit awarded to a learner for a course. */
import {
  Check,
  Entity,
  Enum,
  Index,
  ManyToOne,
  OneToOne,
  PrimaryKey,
  Property,
  Unique,
} from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { Course } from '../courses/course.ts'
import { Enrolment } from '../enrolments/enrolment.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { CalendarDate, Decimal } from '../graph/contract/scalars.ts'
import { Learner } from '../learners/learner.ts'
import { exactAmount, instant } from '../store/row.ts'
import { type Credit, CreditScheme, LevelFramework } from '../values/credit.ts'

export const CreditRecordStatus = { AWARDED: 'AWARDED', SUSPENDED: 'SUSPENDED', REVOKED: 'REVOKED' } as const
export type CreditRecordStatus = (typeof CreditRecordStatus)[keyof typeof CreditRecordStatus]
publishEnum(
  CreditRecordStatus,
  'CreditRecordStatus',
  'SUSPENDED while the payment that it rests on is disputed or being refunded; REVOKED once that is final.',
  {
    AWARDED: 'In good standing.',
    SUSPENDED: 'The payment that it rests on is disputed or being refunded.',
    REVOKED: 'The money went back, so the credit is gone.',
  },
)

@ObjectType({ implements: Node, simpleResolvers: true, description: 'Credit awarded to a learner for a course.' })
@Entity({ tableName: 'credit_record' })
@Check({ name: 'credit_record_amount_positive', expression: 'credit_amount > 0' })
@Index({ properties: ['learnerId', 'id'] })
export class CreditRecord extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @OneToOne(() => Enrolment, { mapToPk: true, fieldName: 'enrolment_id', deleteRule: 'restrict' })
  enrolmentId!: string

  @ManyToOne(() => Learner, { mapToPk: true, fieldName: 'learner_id', deleteRule: 'restrict' })
  learnerId!: string

  @ManyToOne(() => Course, { mapToPk: true, fieldName: 'course_id', deleteRule: 'restrict', index: true })
  courseId!: string

  @Field(() => String, { description: 'Name of the holder, as on the transcript.' })
  @Property({ type: 'text' })
  holderName!: string

  /** Credit as it was when it was awarded; the course may change afterwards. */
  @Property({ ...exactAmount })
  creditAmount!: string

  @Enum({ items: () => Object.values(CreditScheme) })
  creditScheme!: CreditScheme

  @Property({ type: 'integer' })
  creditLevel!: number

  @Enum({ items: () => Object.values(LevelFramework) })
  creditFramework!: LevelFramework

  @Field(() => CreditRecordStatus, { description: 'Whether it stands.' })
  @Enum({ items: () => Object.values(CreditRecordStatus) })
  status!: CreditRecordStatus

  @Field(() => CalendarDate, { description: 'When it was awarded.' })
  @Property({ type: 'date' })
  awardedOn!: string

  @Field(() => Decimal, { nullable: true, description: 'Grade, 0 to 100.' })
  @Property({ ...exactAmount, nullable: true })
  grade!: string | null

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the learner's identity was verified at the assessment.",
  })
  @Property({ type: 'boolean', nullable: true })
  identityVerified!: boolean | null

  /** Facts of the course as they were on the day of the award, for the transcript and the engine. */
  @Property({ type: 'json' })
  facts!: {
    courseSlug: string
    courseTitle: string
    subject: string | null
    awardingBodySlug: string
    awardingBodyName: string
    cmf: 'MET' | 'NOT_MET' | 'UNKNOWN'
    learningOutcomes: string[]
    totalStudyHours: number | null
  }

  /** Place in the published status list; given once, never reused. */
  @Property({ type: 'integer' })
  @Unique()
  statusIndex!: number

  @Property({ ...instant })
  createdAt!: Date

  @Property({ ...instant })
  updatedAt!: Date
}

export const CreditRecordConnection = connectionOf(() => CreditRecord, 'CreditRecord', 'credit records')

/** What was awarded. */
export const creditOf = ({ creditAmount, creditScheme, creditLevel, creditFramework }: CreditRecord): Credit => ({
  amount: creditAmount,
  scheme: creditScheme,
  level: creditLevel,
  framework: creditFramework,
})
