/** Stores each verified event of a payment provider before it is processed. */
import { Entity, Enum, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { instant } from '../store/row.ts'
import { ProviderName } from './payment-provider.ts'

/** WAITING: about an object that is not known yet; tried again with backoff. */
export const EventStatus = { RECEIVED: 'RECEIVED', HANDLED: 'HANDLED', IGNORED: 'IGNORED', WAITING: 'WAITING' } as const
export type EventStatus = (typeof EventStatus)[keyof typeof EventStatus]

@Entity({ tableName: 'payment_event' })
@Unique({ properties: ['provider', 'eventId'] })
@Index({ properties: ['status', 'receivedAt'] })
export class PaymentEvent {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @Enum({ items: () => Object.values(ProviderName) })
  provider!: ProviderName

  @Property({ type: 'text' })
  eventId!: string

  @Property({ type: 'text' })
  type!: string

  @Enum({ items: () => Object.values(EventStatus) })
  status!: EventStatus

  /** Our payment's id as the event carries it, if it does. */
  @Property({ type: 'text', nullable: true })
  paymentId!: string | null

  /** The provider's references by which the payment can be found. */
  @Property({ type: 'json' })
  references!: string[]

  /** Redacted facts for operators. */
  @Property({ type: 'json' })
  summary!: Record<string, string | number | boolean | null>

  /** WEBHOOK, or RECONCILIATION when the provider's list of events had it and no webhook came. */
  @Property({ type: 'text' })
  source!: string

  @Property({ ...instant })
  createdAt!: Date

  @Property({ ...instant })
  receivedAt!: Date

  @Property({ ...instant, nullable: true })
  handledAt!: Date | null

  @Property({ type: 'integer', default: 0 })
  attempts!: number
}
