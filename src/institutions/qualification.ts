/** Stores a qualification: its kind, size and credit required at each level. */

import { Check, Entity, Enum, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, InputType, Int, ObjectType } from 'type-graphql'
import { AtMost } from '../graph/contract/at-most.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { Decimal } from '../graph/contract/scalars.ts'
import { exactAmount, instant } from '../store/row.ts'
import { LONGEST_SEARCH_CHARACTERS, LONGEST_SLUG_CHARACTERS } from '../values/lengths.ts'
import { Institution } from './institution.ts'

export const QualificationKind = {
  CERTIFICATE_HE: 'CERTIFICATE_HE',
  DIPLOMA_HE: 'DIPLOMA_HE',
  FOUNDATION_DEGREE: 'FOUNDATION_DEGREE',
  HONOURS_DEGREE: 'HONOURS_DEGREE',
  GRADUATE_CERTIFICATE: 'GRADUATE_CERTIFICATE',
  GRADUATE_DIPLOMA: 'GRADUATE_DIPLOMA',
  INTEGRATED_MASTERS: 'INTEGRATED_MASTERS',
  PG_CERTIFICATE: 'PG_CERTIFICATE',
  PG_DIPLOMA: 'PG_DIPLOMA',
  MASTERS: 'MASTERS',
} as const
export type QualificationKind = (typeof QualificationKind)[keyof typeof QualificationKind]
publishEnum(QualificationKind, 'QualificationKind', 'Kind of award.', {
  CERTIFICATE_HE: 'Certificate of Higher Education.',
  DIPLOMA_HE: 'Diploma of Higher Education.',
  FOUNDATION_DEGREE: 'Foundation degree.',
  HONOURS_DEGREE: "Bachelor's degree with honours.",
  GRADUATE_CERTIFICATE: 'Graduate certificate.',
  GRADUATE_DIPLOMA: 'Graduate diploma.',
  INTEGRATED_MASTERS: "Master's degree that includes the bachelor's.",
  PG_CERTIFICATE: 'Postgraduate certificate.',
  PG_DIPLOMA: 'Postgraduate diploma.',
  MASTERS: "Master's degree.",
})

@ObjectType({ simpleResolvers: true, description: 'CATS points, FHEQ levels.' })
export class LevelRequirement {
  @Field(() => Int, { description: 'FHEQ level, 3 to 8.' })
  level!: number

  @Field(() => Decimal, { description: 'CATS points at that level.' })
  credit!: string
}

@ObjectType({ implements: Node, simpleResolvers: true, description: 'An award of an institution.' })
@Entity({ tableName: 'qualification' })
@Unique({ properties: ['institutionId', 'slug'] })
@Check({ name: 'qualification_total_credit_positive', expression: 'total_credit > 0' })
export class Qualification extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @ManyToOne(() => Institution, { mapToPk: true, fieldName: 'institution_id', deleteRule: 'restrict' })
  institutionId!: string

  @Field(() => String, { description: 'Short stable name, unique within its institution.' })
  @Property({ type: 'text' })
  slug!: string

  @Field(() => String, { description: 'Full title.' })
  @Property({ type: 'text' })
  title!: string

  @Field(() => QualificationKind, { description: 'Kind of award.' })
  @Enum({ items: () => Object.values(QualificationKind) })
  kind!: QualificationKind

  @Field(() => Decimal, { description: 'CATS points in all.' })
  @Property({ ...exactAmount })
  totalCredit!: string

  @Field(() => [LevelRequirement], { description: 'What it wants at each level, lowest first.' })
  @Property({ type: 'json' })
  levels!: LevelRequirement[]

  @Property({ ...instant })
  updatedAt!: Date
}

export const QualificationConnection = connectionOf(() => Qualification, 'Qualification', 'qualifications')

@InputType({ description: 'Narrows the list of qualifications; everything given must hold.' })
export class QualificationFilter {
  @Field(() => String, { nullable: true, description: "The institution's slug." })
  @AtMost({ characters: LONGEST_SLUG_CHARACTERS })
  institutionSlug?: string | null

  @Field(() => QualificationKind, { nullable: true, description: 'Kind of award.' })
  kind?: QualificationKind | null

  @Field(() => String, { nullable: true, description: 'Words of the title.' })
  @AtMost({ characters: LONGEST_SEARCH_CHARACTERS })
  search?: string | null
}
