/** What happened to a thing, oldest first: one append-only table for every noun that has states. */
import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { DateTime } from './scalars.ts'

@ObjectType({
  simpleResolvers: true,
  description: "`cause` is a stable code, never a provider's text; `actor` is for operators.",
})
@Entity({ tableName: 'history_entry' })
@Index({ properties: ['subjectKind', 'subjectId', 'id'] })
export class HistoryEntry {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @Property({ type: 'text' })
  subjectKind!: string

  @Property({ type: 'uuid' })
  subjectId!: string

  @Field(() => DateTime, { description: 'When it happened.' })
  @Property({ type: 'datetime', length: 3 })
  at!: Date

  @Field(() => String, { name: 'from', nullable: true, description: 'The state before; null for the first entry.' })
  @Property({ type: 'text', nullable: true })
  from!: string | null

  @Field(() => String, { description: 'The state after.' })
  @Property({ type: 'text' })
  to!: string

  @Field(() => String, { description: 'Stable code of what caused it, e.g. PAYMENT_SUCCEEDED.' })
  @Property({ type: 'text' })
  cause!: string

  @Field(() => String, { nullable: true, description: 'Who caused it; null unless the caller is an operator.' })
  @Property({ type: 'text', nullable: true })
  actor!: string | null
}
