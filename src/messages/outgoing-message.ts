/** Stores what learners are told by mail, before and after it is sent. */
import { Check, Entity, Enum, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { instant } from '../store/row.ts'
import { Language } from './language.ts'
import type { MessageKind } from './message-kind.ts'

@Entity({ tableName: 'outgoing_message' })
@Check({ name: 'outgoing_message_sent_or_refused', expression: 'sent_at is null or refusal is null' })
export class OutgoingMessage {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  /** Without a check of its own: a new kind is new texts and no migration. */
  @Property({ type: 'text' })
  kind!: MessageKind

  @Property({ type: 'text', fieldName: 'to_address' })
  to!: string

  @Enum({ items: () => Object.values(Language) })
  language!: Language

  @Property({ type: 'text' })
  subject!: string

  @Property({ type: 'text' })
  text!: string

  /** Of the mail: the same however often it is sent, so that a second copy is known as one. */
  @Property({ type: 'text' })
  @Unique()
  messageId!: string

  /** How often somebody began to send it. */
  @Property({ type: 'integer', default: 0 })
  attempts!: number

  @Property({ ...instant })
  @Index()
  createdAt!: Date

  /** When a mail server took it; null before. */
  @Property({ ...instant, nullable: true })
  @Index()
  sentAt!: Date | null

  /** Why no mail server will ever take it, in its own words; null while one may. */
  @Property({ type: 'text', nullable: true })
  refusal!: string | null
}
