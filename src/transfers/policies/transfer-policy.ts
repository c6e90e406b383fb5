/** Stores a transfer policy: one immutable version of what a qualification accepts. */
import { Check, Entity, Enum, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, Int, ObjectType } from 'type-graphql'
import { Node } from '../../graph/contract/node.ts'
import { connectionOf } from '../../graph/contract/page.ts'
import { CalendarDate, DateTime, Decimal } from '../../graph/contract/scalars.ts'
import { LevelRequirement, Qualification } from '../../institutions/qualification.ts'
import { exactAmount, instant } from '../../store/row.ts'
import { AgreementMode, OverAgeTreatment, TransferRule } from '../engine/check.rules.ts'
import '../words.ts'

@ObjectType({ simpleResolvers: true, description: 'A course whose credit is not taken.' })
export class Exclusion {
  @Field(() => String, { description: "The course's slug." })
  course!: string

  @Field(() => String, { description: "The institution's reason." })
  reason!: string
}

@ObjectType({ simpleResolvers: true, description: "The institution's own words for a rule, quoted in every finding." })
export class PolicyClause {
  @Field(() => TransferRule, { description: 'The rule.' })
  rule!: TransferRule

  @Field(() => String, { description: 'The clause.' })
  text!: string
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'What a qualification accepts, from a day on. Never edited once published.',
})
@Entity({ tableName: 'transfer_policy' })
@Unique({ properties: ['qualificationId', 'version'] })
@Unique({ properties: ['qualificationId', 'effectiveFrom'] })
@Check({ name: 'transfer_policy_version_positive', expression: 'version > 0' })
@Check({ name: 'transfer_policy_granularity_positive', expression: 'granularity > 0' })
@Check({
  name: 'transfer_policy_range',
  expression: 'declared_effective_to is null or declared_effective_to >= effective_from',
})
export class TransferPolicy extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => Qualification, { mapToPk: true, fieldName: 'qualification_id', deleteRule: 'restrict' })
  qualificationId!: string

  @Field(() => Int, { description: 'Numbered from 1 within the qualification.' })
  @Property({ type: 'integer' })
  version!: number

  @Field(() => CalendarDate, { description: 'First day in force.' })
  @Property({ type: 'date' })
  effectiveFrom!: string

  /** As published; the end that a later version gives it is derived when it is read. */
  @Property({ type: 'date', nullable: true })
  declaredEffectiveTo!: string | null

  @Field(() => CalendarDate, {
    nullable: true,
    description: 'Last day in force, its own or the day before the next version; null while open.',
  })
  @Property({ type: 'date', persist: false })
  effectiveTo!: string | null

  @Field(() => AgreementMode, { description: 'Automatic, or agreed case by case.' })
  @Enum({ items: () => Object.values(AgreementMode) })
  agreement!: AgreementMode

  @Field(() => Decimal, { description: 'Most that can be transferred in all, CATS points.' })
  @Property({ ...exactAmount })
  maxCredit!: string

  @Field(() => [LevelRequirement], { description: 'Most at a level, where it differs from the requirement.' })
  @Property({ type: 'json' })
  levelCaps!: LevelRequirement[]

  @Field(() => Decimal, { description: 'Credit is taken in multiples of this many CATS points.' })
  @Property({ ...exactAmount })
  granularity!: string

  @Field(() => [Int], { description: 'FHEQ levels that are accepted.' })
  @Property({ type: 'json' })
  acceptedLevels!: number[]

  @Field(() => Boolean, { description: 'Whether credit may count at a lower level than its own.' })
  @Property({ type: 'boolean' })
  higherLevelCountsLower!: boolean

  @Field(() => Decimal, { nullable: true, description: 'Lowest grade, 0 to 100.' })
  @Property({ ...exactAmount, nullable: true })
  minimumGrade!: string | null

  @Field(() => Int, { nullable: true, description: 'Credit older than this many years is too old.' })
  @Property({ type: 'integer', nullable: true })
  maximumAgeYears!: number | null

  @Field(() => OverAgeTreatment, { description: 'What becomes of credit that is too old.' })
  @Enum({ items: () => Object.values(OverAgeTreatment) })
  overAge!: OverAgeTreatment

  @Field(() => Boolean, { description: 'Whether the course must conform to the Common Microcredential Framework.' })
  @Property({ type: 'boolean' })
  requiresCmf!: boolean

  @Field(() => Boolean, { description: 'Whether identity must have been verified at the assessment.' })
  @Property({ type: 'boolean' })
  requiresIdentityVerification!: boolean

  @Field(() => [String], { description: 'Slugs of awarding bodies; empty means all.' })
  @Property({ type: 'json' })
  recognisedAwardingBodies!: string[]

  @Field(() => [String], { description: 'Subjects; empty means all.' })
  @Property({ type: 'json' })
  subjects!: string[]

  @Field(() => Decimal, { description: 'Most that may come from other subjects, CATS points.' })
  @Property({ ...exactAmount })
  freeChoiceMax!: string

  @Field(() => [String], { description: 'Slugs of courses; empty means all.' })
  @Property({ type: 'json' })
  allowedCourses!: string[]

  @Field(() => [Exclusion], { description: 'Courses that are not taken.' })
  @Property({ type: 'json' })
  exclusions!: Exclusion[]

  @Field(() => [PolicyClause], { description: "The institution's own words." })
  @Property({ type: 'json' })
  clauses!: PolicyClause[]

  @Field(() => DateTime, { description: 'When it was published.' })
  @Property({ ...instant })
  publishedAt!: Date

  /** Viewer key and name of whoever published it. */
  @Property({ type: 'text' })
  publishedBy!: string
}

export const TransferPolicyConnection = connectionOf(() => TransferPolicy, 'TransferPolicy', 'policies')
