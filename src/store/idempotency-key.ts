/** Stores a client's idempotency key with the request's hash and its answer. */
import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { instant } from './row.ts'

@Entity({ tableName: 'idempotency_key' })
@Unique({ properties: ['caller', 'operation', 'key'] })
export class IdempotencyKey {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  /** `viewer.key` of whoever used it. */
  @Property({ type: 'text' })
  caller!: string

  @Property({ type: 'text' })
  operation!: string

  @Property({ type: 'text' })
  key!: string

  /** SHA-256 of the canonical request. */
  @Property({ type: 'text' })
  requestHash!: string

  /** Ids of what the request made: enough to answer a repeat from the rows as they stand. */
  @Property({ type: 'json' })
  result!: Record<string, string>

  @Property({ ...instant })
  createdAt!: Date
}
