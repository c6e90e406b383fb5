/** Stores how far each synchronisation has come and which entries it left out. */
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy'
import { instant } from '../store/row.ts'

@Entity({ tableName: 'sync_state' })
export class SyncState {
  /** `programs`, `runs` or `enrolments`. */
  @PrimaryKey({ type: 'text' })
  list!: string

  /** Largest `updated_at` seen: where the next pass goes on. */
  @Property({ ...instant, nullable: true })
  seenUntil!: Date | null

  @Property({ type: 'text', nullable: true })
  etag!: string | null

  @Property({ ...instant, nullable: true })
  succeededAt!: Date | null

  @Property({ ...instant, nullable: true })
  failedAt!: Date | null

  /** Entries kept out or incomplete, for operators: `{reference, problem}`. */
  @Property({ type: 'json' })
  report!: { reference: string; problem: string }[]
}
