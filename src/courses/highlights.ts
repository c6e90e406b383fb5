/** Shows where a course matches a search, as data that no page takes for HTML. */
import { Extensions, Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { defineLoader, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import { fragmentsOf, MATCH_BEGINS, MATCH_ENDS, MOST_FRAGMENTS } from './fragments.rules.ts'

export const SearchedField = { TITLE: 'TITLE', SUBJECT: 'SUBJECT', SUMMARY: 'SUMMARY' } as const
export type SearchedField = (typeof SearchedField)[keyof typeof SearchedField]
publishEnum(SearchedField, 'SearchedField', 'What of a course is searched.', {
  TITLE: 'Its title.',
  SUBJECT: 'Its subject.',
  SUMMARY: 'Its summary.',
})

@ObjectType({ simpleResolvers: true, description: 'A stretch of text that matched a search, or one beside it.' })
export class HighlightFragment {
  @Field(() => String, { description: 'As it stands in the field; where something long is left out, an ellipsis.' })
  text!: string

  @Field(() => Boolean, { description: 'Whether it matched.' })
  matched!: boolean
}

@ObjectType({ simpleResolvers: true, description: 'Where a field of a course matches the search.' })
export class CourseHighlight {
  @Field(() => SearchedField, { description: 'The field.' })
  field!: SearchedField

  @Extensions({ cost: { listSize: MOST_FRAGMENTS } })
  @Field(() => [HighlightFragment], {
    description: 'What of it matched and what is beside that, in order; at most 20.',
  })
  fragments!: HighlightFragment[]
}

interface Reading {
  read: ReadConnection
  loads: Loads
}

interface Asked {
  courseId: string
  /** As PostgreSQL was asked for it. */
  query: string
}

/** A summary may be of any length: what matches beyond this is found, and not shown. */
const LOOKED_AT_CHARACTERS = 2_000

const marked = (column: string) =>
  `ts_headline('course_search', translate(left(c.${column}, ${LOOKED_AT_CHARACTERS}), '${MATCH_BEGINS}${MATCH_ENDS}', ''),
     asked.words, 'HighlightAll=true, StartSel=${MATCH_BEGINS}, StopSel=${MATCH_ENDS}') as ${column}`

const markedCourses = statement<Record<'title' | 'subject' | 'summary', string> & { at: number }>(
  'course-highlights',
  `select asked.at::int, ${['title', 'subject', 'summary'].map(marked).join(', ')}
   from (select id, at, to_tsquery('course_search', query) as words
     from unnest($1::uuid[], $2::text[]) with ordinality as pair(id, query, at)) asked
   join course c on c.id = asked.id`,
)

/** The fields of a course that match, with what matches in them. */
export const highlightsOf = defineLoader<Asked, CourseHighlight[], Reading>(
  async ({ read }, asked) => {
    const pairs = [asked.map(({ courseId }) => courseId), asked.map(({ query }) => query)]
    const byPlace = new Map((await read.rows(markedCourses, pairs)).map((row) => [row.at, row]))
    return asked.map((_, at) => {
      const row = byPlace.get(at + 1)
      return row === undefined ? [] : highlightsIn(row)
    })
  },
  { cacheKey: ({ courseId, query }) => courseId + query },
)

const highlightsIn = ({
  title,
  subject,
  summary,
}: Record<'title' | 'subject' | 'summary', string>): CourseHighlight[] =>
  [
    { field: SearchedField.TITLE, fragments: fragmentsOf(title) },
    { field: SearchedField.SUBJECT, fragments: fragmentsOf(subject) },
    { field: SearchedField.SUMMARY, fragments: fragmentsOf(summary) },
  ].filter(({ fragments }) => fragments.length > 0)
