/** Declares the filters and orders that clients may give for a list of courses. */

import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { AtMost } from '../graph/contract/at-most.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { CalendarDate, CurrencyCode, Decimal } from '../graph/contract/scalars.ts'
import { LONGEST_NAME_CHARACTERS, LONGEST_TAG_CHARACTERS } from '../values/lengths.ts'
import { ConformanceStatus, StudyLevel } from './course.ts'

export const CourseOrder = {
  RELEVANCE: 'RELEVANCE',
  TITLE: 'TITLE',
  NEXT_START: 'NEXT_START',
  PRICE: 'PRICE',
  CREDIT: 'CREDIT',
} as const
export type CourseOrder = (typeof CourseOrder)[keyof typeof CourseOrder]
publishEnum(
  CourseOrder,
  'CourseOrder',
  'RELEVANCE: best match first, and the next start where nothing is searched; PRICE and CREDIT: lowest first.',
  {
    RELEVANCE: 'Best match first; by NEXT_START where nothing is searched.',
    TITLE: 'By title.',
    NEXT_START: 'Soonest start first, those without a coming run last.',
    PRICE: 'Lowest price first, in minor units whatever the currency.',
    CREDIT: 'Least credit first, those that state none last.',
  },
)

export const SortDirection = { ASCENDING: 'ASCENDING', DESCENDING: 'DESCENDING' } as const
export type SortDirection = (typeof SortDirection)[keyof typeof SortDirection]
publishEnum(SortDirection, 'SortDirection', 'Which end of an order comes first; what states nothing is last by both.', {
  ASCENDING: 'The first letter, the soonest, the least.',
  DESCENDING: 'The last letter, the latest, the most.',
})

/** There are two; a client may name one again. */
const MOST_STUDY_LEVELS = 10
/** The catalogue has some thirty, and a list of boxes to tick no more than fit the screen. */
const MOST_SUBJECTS = 50
/** Whoever wants more of them than a screen lists wants them all. */
const MOST_INSTITUTIONS = 20
/** Courses are taught in some five. */
const MOST_LANGUAGES = 20

@InputType({ description: 'Narrows the list of courses; everything given must hold.' })
export class CourseFilter {
  @Field(() => [StudyLevel], { nullable: true, description: 'Any of these levels of study.' })
  @AtMost({ items: MOST_STUDY_LEVELS })
  levels?: StudyLevel[] | null

  @Field(() => [String], { nullable: true, description: 'Any of these subjects.' })
  @AtMost({ items: MOST_SUBJECTS, characters: LONGEST_NAME_CHARACTERS })
  subjects?: string[] | null

  @Field(() => [ID], { nullable: true, description: 'Awarded by any of these institutions.' })
  @AtMost({ items: MOST_INSTITUTIONS })
  awardingInstitutionIds?: string[] | null

  @Field(() => ConformanceStatus, {
    nullable: true,
    description: 'Conformance to the Common Microcredential Framework.',
  })
  cmf?: ConformanceStatus | null

  @Field(() => ID, { nullable: true, description: "Listed or admitted by this qualification's transfer policy today." })
  countsTowardsQualificationId?: string | null

  @Field(() => Decimal, { nullable: true, description: 'At least so much credit, in CATS points.' })
  minCredit?: string | null

  @Field(() => Decimal, { nullable: true, description: 'At most so much credit, in CATS points.' })
  maxCredit?: string | null

  @Field(() => Int, {
    nullable: true,
    description: 'A coming run costs at most this, in minor units; say the currency too.',
  })
  maxPriceMinor?: number | null

  @Field(() => CurrencyCode, { nullable: true, description: 'A coming run is priced in this currency.' })
  currency?: string | null

  @Field(() => CalendarDate, { nullable: true, description: 'A run starts on this day or later.' })
  startsAfter?: string | null

  @Field(() => CalendarDate, { nullable: true, description: 'A run starts on this day or earlier.' })
  startsBefore?: string | null

  @Field(() => Boolean, { nullable: true, description: 'Whether one can enrol on a run now.' })
  openForEnrolment?: boolean | null

  @Field(() => [String], { nullable: true, description: 'Taught in any of these languages.' })
  @AtMost({ items: MOST_LANGUAGES, characters: LONGEST_TAG_CHARACTERS })
  languages?: string[] | null
}

@ObjectType({ simpleResolvers: true, description: 'A value that courses of this list have, and how many have it.' })
export class FacetValue {
  @Field(() => String, { description: 'To be passed in the filter.' })
  value!: string

  @Field(() => String, { description: 'To be shown.' })
  label!: string

  @Field(() => Int, {
    description: 'How many courses of the list, leaving aside what is filtered by this facet itself.',
  })
  count!: number
}

@ObjectType({ simpleResolvers: true, description: 'What the courses of this list can be narrowed by.' })
export class CourseFacets {
  @Field(() => [FacetValue], { description: 'Subjects.' })
  subjects!: FacetValue[]

  @Field(() => [FacetValue], { description: 'Levels of study.' })
  levels!: FacetValue[]

  @Field(() => [FacetValue], { description: 'Languages.' })
  languages!: FacetValue[]

  @Field(() => [FacetValue], { description: 'Awarding institutions; the value is their id.' })
  awardingInstitutions!: FacetValue[]
}
