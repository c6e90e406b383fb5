/** Stores a share: chosen credit records shown under a code until it ends. */
import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { Node } from '../../graph/contract/node.ts'
import { connectionOf } from '../../graph/contract/page.ts'
import { DateTime } from '../../graph/contract/scalars.ts'
import { Institution } from '../../institutions/institution.ts'
import { Learner } from '../../learners/learner.ts'
import { instant } from '../../store/row.ts'
import { CreditRecord } from '../credit-record.ts'

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "By `node` only for its owner; institutions come by the code, and are logged. `accesses` is the learner's.",
})
@Entity({ tableName: 'credit_share' })
@Index({ properties: ['learnerId', 'id'] })
export class CreditShare extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => Learner, { mapToPk: true, fieldName: 'learner_id', deleteRule: 'cascade' })
  learnerId!: string

  @Field(() => String, { description: 'Hand it to the institution; 160 random bits.' })
  @Property({ type: 'text' })
  code!: string

  /** SHA-256 of the code: what is looked up, so that no comparison of codes leaks by its time. */
  @Property({ type: 'text' })
  @Unique()
  codeHash!: string

  /** Only this institution may open it; null = anyone who has the code and acts for a participating institution. */
  @ManyToOne(() => Institution, { mapToPk: true, fieldName: 'institution_id', deleteRule: 'restrict', nullable: true })
  institutionId!: string | null

  @Field(() => DateTime, { description: 'The code opens nothing afterwards.' })
  @Property({ ...instant })
  expiresAt!: Date

  @Field(() => DateTime, { nullable: true, description: 'When the learner took it back.' })
  @Property({ ...instant, nullable: true })
  revokedAt!: Date | null

  @Field(() => DateTime, { description: 'When it was made.' })
  @Property({ ...instant })
  createdAt!: Date
}

/** A record within a share. */
@Entity({ tableName: 'credit_share_record' })
export class CreditShareRecord {
  @ManyToOne(() => CreditShare, { primary: true, mapToPk: true, fieldName: 'share_id', deleteRule: 'cascade' })
  shareId!: string

  @ManyToOne(() => CreditRecord, {
    primary: true,
    mapToPk: true,
    fieldName: 'credit_record_id',
    deleteRule: 'restrict',
  })
  creditRecordId!: string
}

@ObjectType({ simpleResolvers: true, description: 'One look at a share.' })
@Entity({ tableName: 'share_access' })
@Index({ properties: ['shareId', 'id'] })
export class ShareAccess {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @ManyToOne(() => CreditShare, { mapToPk: true, fieldName: 'share_id', deleteRule: 'cascade' })
  shareId!: string

  @ManyToOne(() => Institution, { mapToPk: true, fieldName: 'institution_id', deleteRule: 'restrict' })
  institutionId!: string

  @Field(() => DateTime, { description: 'When.' })
  @Property({ ...instant })
  at!: Date

  @Field(() => String, { description: 'Who looked: a name of staff, or a client id.' })
  @Property({ type: 'text' })
  by!: string
}

export const CreditShareConnection = connectionOf(() => CreditShare, 'CreditShare', 'shares')
export const ShareAccessConnection = connectionOf(() => ShareAccess, 'ShareAccess', 'looks')
