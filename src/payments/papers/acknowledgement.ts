/** Stores what buyers and learners declared, as it was received. */
import { Entity, Enum, Index, PrimaryKey, Property, Trigger } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../../graph/contract/enum.ts'
import { instant } from '../../store/row.ts'

export const AcknowledgementKind = {
  WITHDRAWAL_WITH_REFUND: 'WITHDRAWAL_WITH_REFUND',
  WITHDRAWAL_WITHOUT_REFUND: 'WITHDRAWAL_WITHOUT_REFUND',
  DEFERRAL: 'DEFERRAL',
} as const
export type AcknowledgementKind = (typeof AcknowledgementKind)[keyof typeof AcknowledgementKind]
publishEnum(AcknowledgementKind, 'AcknowledgementKind', 'What was declared.', {
  WITHDRAWAL_WITH_REFUND: 'Withdrawal from the contract, with the money back.',
  WITHDRAWAL_WITHOUT_REFUND: 'The place given up; the money stays.',
  DEFERRAL: 'The place moved to another run.',
})

/** PostgreSQL refuses every change of a row. */
@ObjectType({
  simpleResolvers: true,
  description: 'What a buyer or learner declared, as it was received: never changed afterwards.',
})
@Entity({ tableName: 'acknowledgement' })
@Index({ properties: ['enrolmentId'] })
@Trigger({
  name: 'acknowledgement_unchangeable',
  timing: 'before',
  events: ['update'],
  body: `raise exception 'an acknowledgement is never changed'`,
})
export class Acknowledgement {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @Property({ type: 'uuid' })
  enrolmentId!: string

  @Field(() => AcknowledgementKind, { description: 'What was declared.' })
  @Enum({ items: () => Object.values(AcknowledgementKind) })
  kind!: AcknowledgementKind

  @Property({ ...instant })
  receivedAt!: Date

  @Property({ type: 'text' })
  subject!: string

  @Field(() => String, {
    description: 'Its whole text: who, which contract, what was declared, when, and what follows.',
  })
  @Property({ type: 'text' })
  text!: string

  /** Of the text. */
  @Property({ type: 'text' })
  language!: string

  /** The mail with the same text; null when there was no address to write to. */
  @Property({ type: 'uuid', nullable: true })
  messageId!: string | null
}
