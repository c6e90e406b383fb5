/** Stores how far each upstream's list has been read, moved at its end only. */
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy'
import type { EntityManager } from '@mikro-orm/postgresql'
import { Field, ObjectType } from 'type-graphql'
import { DateTime } from '../graph/contract/scalars.ts'
import { instant } from './row.ts'
import { inTransaction } from './transaction.ts'

/** Upstreams list late what they note early, their clocks differ from ours, and a reading takes time itself. */
const OVERLAP_MS = 60 * 60_000

@ObjectType('ListRead', {
  simpleResolvers: true,
  description: "How far a provider's or the partner's list has been read.",
})
@Entity({ tableName: 'list_mark' })
export class ListMark {
  @Field(() => String, { description: 'STRIPE, PAYPAL or PARTNER.' })
  @PrimaryKey({ type: 'text' })
  source!: string

  @Field(() => String, { description: 'Which list: events, disputes, programs, runs or enrolments.' })
  @PrimaryKey({ type: 'text' })
  list!: string

  @Field(() => DateTime, {
    nullable: true,
    description: 'Everything until then is known; null before the first time.',
  })
  @Property({ ...instant, nullable: true })
  readUntil!: Date | null

  @Field(() => DateTime, { nullable: true, description: 'When it was last read to its end.' })
  @Property({ ...instant, nullable: true })
  succeededAt!: Date | null

  @Field(() => String, {
    nullable: true,
    description: 'Why the last try did not get to the end; null when it did.',
  })
  @Property({ type: 'text', nullable: true })
  problem!: string | null

  /** Since when no try has got to the end; null when the last one did. */
  @Property({ ...instant, nullable: true })
  failingSince!: Date | null
}

export type ListName = Pick<ListMark, 'source' | 'list'>

/** The list's mark; null before anybody tried to read it. */
export function markOf(em: EntityManager, { source, list }: ListName): Promise<ListMark | null> {
  return em.fork({ clear: true }).findOne(ListMark, { source, list })
}

/** From where a list is read that is known until this instant. */
export function lessOverlap(knownUntil: Date): Date {
  return new Date(knownUntil.getTime() - OVERLAP_MS)
}

/** Notes that a reading which began then got to the end. Of two that ran side by side the later start counts. */
export function moveMark(
  em: EntityManager,
  { source, list }: ListName,
  { began, endedAt }: { began: Date; endedAt: Date },
): Promise<void> {
  return inTransaction(em, async (tx) => {
    await tx.execute(
      `insert into list_mark (source, list, read_until, succeeded_at) values (?, ?, ?, ?)
       on conflict (source, list) do update set
         read_until = greatest(list_mark.read_until, excluded.read_until),
         succeeded_at = excluded.succeeded_at, problem = null, failing_since = null`,
      [source, list, began, endedAt],
    )
  })
}

/** Notes why a reading did not get to the end: the mark stays, and the next reading begins where this one did. */
export function holdMark(
  em: EntityManager,
  { source, list }: ListName,
  { problem, at }: { problem: string; at: Date },
): Promise<void> {
  return inTransaction(em, async (tx) => {
    await tx.execute(
      `insert into list_mark (source, list, problem, failing_since) values (?, ?, ?, ?)
       on conflict (source, list) do update set
         problem = excluded.problem, failing_since = coalesce(list_mark.failing_since, excluded.failing_since)`,
      [source, list, problem, at],
    )
  })
}
