/** Stores a course: one microcredential mirrored from the partner. */
import { Check, Entity, Enum, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, Int, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import { Node } from '../graph/contract/node.ts'
import { connectionOf, edgeOf } from '../graph/contract/page.ts'
import { DateTime, Decimal, Url } from '../graph/contract/scalars.ts'
import { Institution } from '../institutions/institution.ts'
import { exactAmount, instant, minorUnits } from '../store/row.ts'
import { CreditScheme, LevelFramework } from '../values/credit.ts'

export const StudyLevel = { UNDERGRADUATE: 'UNDERGRADUATE', POSTGRADUATE: 'POSTGRADUATE' } as const
export type StudyLevel = (typeof StudyLevel)[keyof typeof StudyLevel]
publishEnum(StudyLevel, 'StudyLevel', 'Broad level of study.', {
  UNDERGRADUATE: "Up to bachelor's level.",
  POSTGRADUATE: "Master's level.",
})

export const ConformanceStatus = { MET: 'MET', NOT_MET: 'NOT_MET', UNKNOWN: 'UNKNOWN' } as const
export type ConformanceStatus = (typeof ConformanceStatus)[keyof typeof ConformanceStatus]
publishEnum(
  ConformanceStatus,
  'ConformanceStatus',
  'Whether a requirement is met; UNKNOWN when a fact is missing, which is never a pass.',
  {
    MET: 'Met.',
    NOT_MET: 'Not met.',
    UNKNOWN: 'A fact is missing, which is never a pass.',
  },
)

@ObjectType({ simpleResolvers: true, description: 'How the course is assessed.' })
export class Assessment {
  @Field(() => String, { description: 'In a sentence.' })
  summary!: string

  @Field(() => Boolean, {
    nullable: true,
    description: 'A formal summative assessment; null when the partner does not say.',
  })
  formal!: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'Taken online; null when the partner does not say.' })
  online!: boolean | null

  @Field(() => Decimal, { nullable: true, description: 'Grade needed to pass, 0 to 100.' })
  passMark!: string | null

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the learner's identity is verified at the assessment; null when the partner does not say.",
  })
  identityVerification!: boolean | null
}

/** In the place of a subject that the partner does not state: the graph promises one, and the rules read it as unknown. */
export const subjectNotStated = 'other'

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A microcredential: a short course with formal assessment and credit.',
})
@Entity({ tableName: 'course' })
@Index({ properties: ['nextStart', 'id'] })
@Index({ properties: ['lowestPriceMinor', 'id'] })
@Index({ properties: ['title', 'id'] })
@Index({
  name: 'course_by_credit',
  expression: 'create index course_by_credit on course (coalesce(credit_cats, 1000000), id)',
})
@Index({
  name: 'course_by_credit_descending',
  expression: 'create index course_by_credit_descending on course (coalesce(credit_cats, 0), id)',
})
@Index({
  name: 'course_by_price_descending',
  expression:
    'create index course_by_price_descending on course (coalesce(nullif(lowest_price_minor, 9007199254740991), -1), id)',
})
@Index({
  name: 'course_by_start_descending',
  expression:
    "create index course_by_start_descending on course (coalesce(nullif(next_start, 'infinity'), '-infinity'), id)",
})
@Check({ name: 'course_credit_positive', expression: 'credit_amount > 0' })
@Check({
  name: 'course_credit_whole',
  expression:
    '(credit_amount is null) = (credit_scheme is null) and (credit_amount is null) = (credit_level is null) and (credit_amount is null) = (credit_framework is null)',
})
export class Course extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @Property({ type: 'text' })
  @Unique()
  partnerUuid!: string

  @Field(() => String, { description: "Stable name, the partner's program code." })
  @Property({ type: 'text' })
  @Unique()
  slug!: string

  @Field(() => String, { description: 'Title.' })
  @Property({ type: 'text' })
  title!: string

  @Field(() => String, { description: 'What it is about, in a paragraph.' })
  @Property({ type: 'text' })
  summary!: string

  @Field(() => String, { nullable: true, description: 'The whole description, when the partner gives one.' })
  @Property({ type: 'text', nullable: true })
  description!: string | null

  @Field(() => String, { description: 'BCP 47 tag of the language it is taught in, e.g. en.' })
  @Property({ type: 'text' })
  @Index()
  language!: string

  @Field(() => String, { description: 'Subject, e.g. computing; "other" when the partner states none.' })
  @Property({ type: 'text' })
  @Index()
  subject!: string

  @ManyToOne(() => Institution, { mapToPk: true, fieldName: 'awarding_institution_id', deleteRule: 'restrict' })
  awardingInstitutionId!: string

  @Field(() => StudyLevel, { nullable: true, description: 'Broad level of study, when the partner states it.' })
  @Enum({ items: () => Object.values(StudyLevel), nullable: true })
  level!: StudyLevel | null

  @Property({ ...exactAmount, nullable: true })
  creditAmount!: string | null

  @Enum({ items: () => Object.values(CreditScheme), nullable: true })
  creditScheme!: CreditScheme | null

  @Property({ type: 'integer', nullable: true })
  creditLevel!: number | null

  @Enum({ items: () => Object.values(LevelFramework), nullable: true })
  creditFramework!: LevelFramework | null

  /** The same in CATS points, rounded to four decimals: for filters and order only, never for decisions. */
  @Property({ type: 'decimal', precision: 12, scale: 4, nullable: true, runtimeType: 'string' })
  creditCats!: string | null

  @Field(() => Int, { nullable: true, description: 'Hours of study in all, assessment included.' })
  @Property({ type: 'integer', nullable: true })
  totalStudyHours!: number | null

  @Field(() => Int, { nullable: true, description: 'Length in weeks.' })
  @Property({ type: 'integer', nullable: true })
  weeks!: number | null

  @Field(() => Decimal, { nullable: true, description: 'Hours of study a week.' })
  @Property({ ...exactAmount, nullable: true })
  hoursPerWeek!: string | null

  @Field(() => [String], { description: 'What a learner can do afterwards.' })
  @Property({ type: 'json' })
  learningOutcomes!: string[]

  @Field(() => Assessment, { nullable: true, description: 'How it is assessed, when the partner says.' })
  @Property({ type: 'json', nullable: true })
  assessment!: Assessment | null

  /** Whether a transcript states what the framework asks; null when the partner does not say. */
  @Property({ type: 'boolean', nullable: true })
  transcript!: boolean | null

  /** Conformance as computed at the last sync: for the filter; the graph's report is computed from the facts. */
  @Enum({ items: () => Object.values(ConformanceStatus) })
  cmfStatus!: ConformanceStatus

  @Field(() => Url, { nullable: true, description: 'Picture.' })
  @Property({ type: 'text', nullable: true })
  imageUrl!: string | null

  @Field(() => Url, { description: "The partner's public page." })
  @Property({ type: 'text' })
  partnerUrl!: string

  @Field(() => DateTime, { nullable: true, description: 'When the partner withdrew it; null while it is offered.' })
  @Property({ ...instant, nullable: true })
  withdrawnAt!: Date | null

  @Property({ ...instant })
  fetchedAt!: Date

  @Property({ ...instant, nullable: true })
  partnerUpdatedAt!: Date | null

  /** Start of the next run, as of the last sync, and infinity when none is coming: for the order of lists alone. */
  @Property({ type: 'any', columnType: 'timestamptz(3)', defaultRaw: `'infinity'`, lazy: true })
  nextStart!: unknown

  /** The least price of a run that one can still enrol on, the greatest number when there is none: the same way. */
  @Property({ ...minorUnits, default: Number.MAX_SAFE_INTEGER, lazy: true })
  lowestPriceMinor!: number

  /** What is searched, read without accents by a configuration that a migration makes. */
  @Property({
    type: 'any',
    columnType: 'tsvector',
    generated:
      "(setweight(to_tsvector('course_search', title), 'A') || setweight(to_tsvector('course_search', subject), 'B') || setweight(to_tsvector('course_search', summary), 'C')) stored",
    lazy: true,
    nullable: true,
  })
  @Index({ type: 'GIN' })
  words!: unknown
}

export const CourseEdge = edgeOf(() => Course, 'Course', 'courses')
export const CourseConnection = connectionOf(() => Course, 'Course', 'courses', CourseEdge)
