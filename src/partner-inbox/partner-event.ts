/** Stores what a partner's webhook pointed at, before anything is fetched. */
import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { instant } from '../store/row.ts'

@Entity({ tableName: 'partner_event' })
export class PartnerEvent {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  /** The partner's uuid of the thing that changed. */
  @Property({ type: 'text' })
  objectUuid!: string

  /** Null when it named no place at the partner: kept, and ignored. */
  @Property({ type: 'text', nullable: true })
  href!: string | null

  /** What kind of thing, when the partner says it. */
  @Property({ type: 'text', nullable: true })
  type!: string | null

  /** Of what it says and of the time in which the same is the same notice; null of those that came before there was one. */
  @Property({ type: 'text', nullable: true })
  @Unique()
  digest!: string | null

  /** The last time that it came. */
  @Property({ ...instant })
  @Index()
  receivedAt!: Date

  @Property({ ...instant, nullable: true })
  handledAt!: Date | null
}
