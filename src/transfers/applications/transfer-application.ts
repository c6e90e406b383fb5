/** Stores an application: a learner asks an institution to accept their credit. */
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { CreditRecord } from '../../credit/credit-record.ts'
import { publishEnum } from '../../graph/contract/enum.ts'
import { Node } from '../../graph/contract/node.ts'
import { connectionOf } from '../../graph/contract/page.ts'
import { DateTime, Decimal } from '../../graph/contract/scalars.ts'
import { Qualification } from '../../institutions/qualification.ts'
import { Learner } from '../../learners/learner.ts'
import { exactAmount, instant } from '../../store/row.ts'

export const TransferApplicationStatus = {
  SUBMITTED: 'SUBMITTED',
  AGREED: 'AGREED',
  PARTLY_AGREED: 'PARTLY_AGREED',
  DECLINED: 'DECLINED',
  WITHDRAWN: 'WITHDRAWN',
} as const
export type TransferApplicationStatus = (typeof TransferApplicationStatus)[keyof typeof TransferApplicationStatus]
publishEnum(TransferApplicationStatus, 'TransferApplicationStatus', 'Where an application stands.', {
  SUBMITTED: 'Waits for the institution; its credit is reserved.',
  AGREED: 'All of the credit counts.',
  PARTLY_AGREED: 'A part of the credit counts.',
  DECLINED: 'Answered with no; its credit is free again.',
  WITHDRAWN: 'Taken back by the learner; its credit is free again.',
})

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "A learner's request that an institution take their credit.",
})
@Entity({ tableName: 'transfer_application' })
@Index({ properties: ['learnerId', 'id'] })
@Index({ properties: ['qualificationId', 'status', 'id'] })
@Check({ name: 'transfer_application_agreed_not_negative', expression: 'agreed_credit is null or agreed_credit >= 0' })
export class TransferApplication extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => Learner, { mapToPk: true, fieldName: 'learner_id', deleteRule: 'restrict' })
  learnerId!: string

  @ManyToOne(() => Qualification, { mapToPk: true, fieldName: 'qualification_id', deleteRule: 'restrict' })
  qualificationId!: string

  @Field(() => TransferApplicationStatus, { description: 'Where it stands.' })
  @Enum({ items: () => Object.values(TransferApplicationStatus) })
  status!: TransferApplicationStatus

  /** The answer frozen when it was made: engine input, decision, policy, statement. */
  @Property({ type: 'json' })
  frozen!: Record<string, unknown>

  @Field(() => DateTime, { description: 'When it was made.' })
  @Property({ ...instant })
  submittedAt!: Date

  @Field(() => DateTime, { nullable: true, description: 'When the institution answered.' })
  @Property({ ...instant, nullable: true })
  decidedAt!: Date | null

  @Field(() => Decimal, { nullable: true, description: 'CATS points that the institution agreed to.' })
  @Property({ ...exactAmount, nullable: true })
  agreedCredit!: string | null

  @Field(() => [String], { description: "The institution's reasons." })
  @Property({ type: 'json' })
  reasons!: string[]

  @Property({ ...instant })
  updatedAt!: Date
}

export const CreditUseStatus = { RESERVED: 'RESERVED', COUNTED: 'COUNTED' } as const
export type CreditUseStatus = (typeof CreditUseStatus)[keyof typeof CreditUseStatus]
publishEnum(CreditUseStatus, 'CreditUseStatus', 'RESERVED while an application is open, COUNTED once agreed.', {
  RESERVED: 'An application that names it is open.',
  COUNTED: 'It counts towards an award.',
})

@ObjectType({
  simpleResolvers: true,
  description:
    'Application and qualification are null for those who may not know where the credit went: they learn only that it is used.',
})
@Entity({ tableName: 'credit_use' })
@Unique({
  name: 'credit_use_once',
  expression: 'create unique index credit_use_once on credit_use (credit_record_id) where status is not null',
})
@Index({ properties: ['applicationId'] })
export class CreditUse {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @ManyToOne(() => TransferApplication, { mapToPk: true, fieldName: 'application_id', deleteRule: 'restrict' })
  applicationId!: string

  @ManyToOne(() => CreditRecord, { mapToPk: true, fieldName: 'credit_record_id', deleteRule: 'restrict', index: true })
  creditRecordId!: string

  /** Null once released: the row stays, so that the application keeps knowing its records. */
  @Field(() => CreditUseStatus, { description: 'Reserved or counted.' })
  @Enum({ items: () => Object.values(CreditUseStatus), nullable: true })
  status!: CreditUseStatus | null
}

export const TransferApplicationConnection = connectionOf(
  () => TransferApplication,
  'TransferApplication',
  'applications',
)
