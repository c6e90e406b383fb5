/** Stores a learner, as the identity provider names them, with their partner account. */
import { Entity, Enum, OneToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { DateTime, TimeZone, Url } from '../graph/contract/scalars.ts'
import { instant } from '../store/row.ts'

@ObjectType({ implements: Node, simpleResolvers: true, description: 'Someone who studies.' })
@Entity({ tableName: 'learner' })
@Unique({ properties: ['issuer', 'subject'] })
export class Learner extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  /** Who vouches for the learner, and the name the learner has there; the partner knows the learner by `subject`. */
  @Property({ type: 'text' })
  issuer!: string

  @Property({ type: 'text' })
  subject!: string

  @Field(() => String, { description: 'Name to show.' })
  @Property({ type: 'text' })
  displayName!: string

  @Property({ type: 'text' })
  givenName!: string

  @Property({ type: 'text' })
  familyName!: string

  @Field(() => String, { description: 'E-mail address, from the identity provider.' })
  @Property({ type: 'text' })
  email!: string

  @Field(() => TimeZone, {
    nullable: true,
    description: "The learner's own time zone, when the identity provider knows it.",
  })
  @Property({ type: 'text', nullable: true })
  timeZone!: string | null

  @Property({ ...instant })
  createdAt!: Date
}

export const PartnerAccountStatus = { PENDING: 'PENDING', LINKED: 'LINKED' } as const
export type PartnerAccountStatus = (typeof PartnerAccountStatus)[keyof typeof PartnerAccountStatus]
publishEnum(PartnerAccountStatus, 'PartnerAccountStatus', 'PENDING until the learner has followed the invitation.', {
  PENDING: 'Invited; the learner has not followed yet.',
  LINKED: "The account is known to be the learner's.",
})

@ObjectType({ simpleResolvers: true, description: "The learner's account at the registration partner." })
@Entity({ tableName: 'partner_account' })
export class PartnerAccount {
  @OneToOne(() => Learner, { primary: true, mapToPk: true, fieldName: 'learner_id', deleteRule: 'cascade' })
  learnerId!: string

  @Property({ type: 'text' })
  @Unique()
  membershipUuid!: string

  @Field(() => PartnerAccountStatus, { description: 'Whether the account is linked.' })
  @Enum({ items: () => Object.values(PartnerAccountStatus) })
  status!: PartnerAccountStatus

  @Field(() => Url, {
    nullable: true,
    description: 'Where the learner creates or links the account; null once linked.',
  })
  @Property({ type: 'text', nullable: true })
  invitationUrl!: string | null

  @Field(() => DateTime, { nullable: true, description: 'When it was linked.' })
  @Property({ ...instant, nullable: true })
  linkedAt!: Date | null

  @Property({ ...instant })
  updatedAt!: Date
}
