/** Stores what a partner's webhook pointed at, before anything is fetched. */
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy'
import { instant } from '../store/row.ts'

@Entity({ tableName: 'partner_event' })
export class PartnerEvent {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  /** The partner's uuid of the thing that changed. */
  @Property({ type: 'text' })
  objectUuid!: string

  @Property({ type: 'text' })
  href!: string

  /** What kind of thing, when the partner says it. */
  @Property({ type: 'text', nullable: true })
  type!: string | null

  @Property({ ...instant })
  receivedAt!: Date

  @Property({ ...instant, nullable: true })
  handledAt!: Date | null
}
