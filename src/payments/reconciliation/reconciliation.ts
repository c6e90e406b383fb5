/** Stores a reconciliation with its corrections. */
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy'
import { Field, Int, ObjectType } from 'type-graphql'
import { publishEnum } from '../../graph/contract/enum.ts'
import { Node } from '../../graph/contract/node.ts'
import { connectionOf } from '../../graph/contract/page.ts'
import { DateTime } from '../../graph/contract/scalars.ts'
import { instant } from '../../store/row.ts'

export const ReconciliationOutcome = {
  HEALED: 'HEALED',
  SKIPPED: 'SKIPPED',
  DEFERRED: 'DEFERRED',
  QUARANTINED: 'QUARANTINED',
} as const
export type ReconciliationOutcome = (typeof ReconciliationOutcome)[keyof typeof ReconciliationOutcome]
publishEnum(
  ReconciliationOutcome,
  'ReconciliationOutcome',
  'HEALED: put right; SKIPPED: right already, or only reported in a dry run; DEFERRED: cannot be told yet; QUARANTINED: a person has to look.',
  {
    HEALED: 'Put right.',
    SKIPPED: 'Right already, or only reported in a dry run.',
    DEFERRED: 'Cannot be told yet; looked at again in the next pass.',
    QUARANTINED: 'A person has to look.',
  },
)

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'One pass over everything that may have been missed.',
})
@Entity({ tableName: 'reconciliation' })
export class Reconciliation extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @Field(() => DateTime, { description: 'When it began.' })
  @Property({ ...instant })
  startedAt!: Date

  @Field(() => DateTime, { nullable: true, description: 'When it ended; null while it runs.' })
  @Property({ ...instant, nullable: true })
  finishedAt!: Date | null

  @Field(() => Int, { description: 'How many things it looked at.' })
  @Property({ type: 'integer', default: 0 })
  examined!: number

  @Field(() => Boolean, { description: 'Whether it only reported.' })
  @Property({ type: 'boolean', default: false })
  dryRun!: boolean

  /** How far each list was known once this pass had ended; instants are texts in JSON. */
  @Property({ type: 'json', default: '[]' })
  lists!: KeptListRead[]

  /** The last payment of its part of all; the next pass goes on behind it. Null when it came to the end, or only looked. */
  @Property({ type: 'uuid', nullable: true })
  sweptTo!: string | null
}

/** A row for a pass that has looked at nothing yet. */
export function newReconciliation(facts: Pick<Reconciliation, 'id' | 'startedAt' | 'dryRun'>) {
  return { ...facts, finishedAt: null, examined: 0, lists: [], sweptTo: null }
}

export interface KeptListRead {
  source: string
  list: string
  readUntil: string | null
  succeededAt: string | null
  problem: string | null
}

@ObjectType({ simpleResolvers: true, description: 'One thing that a reconciliation found different.' })
@Entity({ tableName: 'correction' })
@Index({
  name: 'correction_quarantined',
  expression: "create index correction_quarantined on correction (provider_reference) where outcome = 'QUARANTINED'",
})
export class Correction {
  @PrimaryKey({ type: 'uuid' })
  id!: string

  @ManyToOne(() => Reconciliation, {
    mapToPk: true,
    fieldName: 'reconciliation_id',
    deleteRule: 'cascade',
    index: true,
  })
  reconciliationId!: string

  /** Type and uuid of what it is about, e.g. Payment; null when nothing here corresponds. */
  @Property({ type: 'text', nullable: true })
  subjectKind!: string | null

  @Property({ type: 'uuid', nullable: true })
  subjectId!: string | null

  @Field(() => String, { nullable: true, description: "The provider's or partner's reference." })
  @Property({ type: 'text', nullable: true })
  providerReference!: string | null

  @Field(() => ReconciliationOutcome, { description: 'What was done about it.' })
  @Enum({ items: () => Object.values(ReconciliationOutcome) })
  outcome!: ReconciliationOutcome

  @Field(() => String, { name: 'from', description: 'How it stood here.' })
  @Property({ type: 'text' })
  from!: string

  @Field(() => String, { description: 'How it stands now, or would.' })
  @Property({ type: 'text' })
  to!: string

  @Field(() => String, { description: 'In a sentence.' })
  @Property({ type: 'text' })
  note!: string
}

export const ReconciliationConnection = connectionOf(() => Reconciliation, 'Reconciliation', 'reconciliations')
export const CorrectionConnection = connectionOf(() => Correction, 'Correction', 'corrections')
