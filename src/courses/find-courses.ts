/** Finds courses by text and filters, ordered, paged and counted into facets. */
import type { Context } from '../context.ts'
import { badUserInput } from '../graph/contract/errors.ts'
import { globalId, uuidOf } from '../graph/contract/global-id.ts'
import type { Page, PageArgs } from '../graph/contract/page.ts'
import { institutionJoin } from '../institutions/loaders.ts'
import { type Condition, type List, readPage } from '../reading/list.ts'
import { named, Values } from '../reading/list-sql.ts'
import type { Wanted } from '../reading/selection.ts'
import type { Course } from './course.ts'
import type { CourseFilter, CourseOrder, FacetValue } from './course-filter.ts'
import { courseColumns, nextRunJoin } from './loaders.ts'

export interface CourseSearch {
  search?: string | null
  filter?: CourseFilter | null
  orderBy: CourseOrder
}

/** A list of courses with what is needed for its facets. */
export type FoundCourses = Page<Course> & { asked: CourseSearch }

/** Words of the search as prefixes that must all occur; null when there is no word in it. */
function searchQuery(search: string | null | undefined): string | null {
  if (!search) return null
  const words = search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return words.length ? words.map((word) => `${word}:*`).join(' & ') : null
}

type FilterPart = { facet?: 'subjects' | 'levels' | 'languages' | 'awardingInstitutions'; condition: Condition }

const runThat = (what: string) =>
  `exists (select 1 from course_run r where r.course_id = c.id and r.complete and not r.cancelled and ${what})`

function filterParts(filter: CourseFilter | null | undefined, now: Date): FilterPart[] {
  const parts: FilterPart[] = [{ condition: { sql: 'c.withdrawn_at is null' } }]
  if (!filter) return parts
  const add = (sql: string, value: unknown, facet?: FilterPart['facet']) =>
    parts.push({ condition: { sql, values: [value] }, ...(facet && { facet }) })
  if (filter.levels) add('c.level = any(?::text[])', filter.levels, 'levels')
  if (filter.subjects) add('c.subject = any(?::text[])', filter.subjects, 'subjects')
  if (filter.languages) add('c.language = any(?::text[])', filter.languages, 'languages')
  if (filter.awardingInstitutionIds) {
    const ids = filter.awardingInstitutionIds.map((id) => uuidOf('Institution', id)).filter((id) => id !== null)
    add('c.awarding_institution_id = any(?::uuid[])', ids, 'awardingInstitutions')
  }
  if (filter.cmf) add('c.cmf_status = ?', filter.cmf)
  if (filter.minCredit != null) add('c.credit_cats >= ?::numeric', filter.minCredit)
  if (filter.maxCredit != null) add('c.credit_cats <= ?::numeric', filter.maxCredit)
  if (filter.startsAfter) add(runThat("r.starts_at >= (?::date)::timestamp at time zone 'UTC'"), filter.startsAfter)
  if (filter.startsBefore)
    add(runThat("r.starts_at < (?::date + 1)::timestamp at time zone 'UTC'"), filter.startsBefore)
  parts.push(...priceParts(filter, now))
  if (filter.openForEnrolment != null) {
    const open = runThat('?::timestamptz between r.enrolment_opens_at and least(r.enrolment_closes_at, r.ends_at)')
    add(filter.openForEnrolment ? open : `not ${open}`, now)
  }
  return parts
}

function priceParts({ maxPriceMinor, currency }: CourseFilter, now: Date): FilterPart[] {
  if (maxPriceMinor != null && !currency) {
    throw badUserInput('"maxPriceMinor" needs "currency" beside it: amounts of different currencies do not compare.', [
      'filter',
      'currency',
    ])
  }
  if (!currency) return []
  const priced = 'r.enrolment_closes_at >= ?::timestamptz and r.currency = ?'
  const condition =
    maxPriceMinor == null
      ? { sql: runThat(priced), values: [now, currency] }
      : { sql: runThat(`${priced} and r.price_minor <= ?::bigint`), values: [now, currency, maxPriceMinor] }
  return [{ condition }]
}

const byId = { sql: 'c.id', as: 'id', type: 'uuid' } as const
const common = {
  columns: courseColumns,
  parts: [institutionJoin('awardingInstitution', 'x.awarding_institution_id'), nextRunJoin],
}

/** Found by words, the best match first: the words are asked once, in the list's own SQL. */
const byRank = (query: string): List => ({
  ...common,
  name: 'courses-rank',
  further: ', ts_rank(c.words, asked.words) as order_rank',
  from: "course c cross join (select to_tsquery('simple', ?) as words) asked",
  values: [query],
  order: [{ sql: 'ts_rank(c.words, asked.words)', as: 'orderRank', type: 'real', descending: true }, byId],
})

const lists: Record<Exclude<CourseOrder, 'RELEVANCE'>, List> = {
  TITLE: {
    ...common,
    name: 'courses-title',
    from: 'course c',
    further: ', c.title as order_title',
    order: [{ sql: 'c.title', as: 'orderTitle', type: 'text' }, byId],
  },
  CREDIT: {
    ...common,
    name: 'courses-credit',
    from: 'course c',
    further: ', coalesce(c.credit_cats, 1000000) as order_credit',
    order: [{ sql: 'coalesce(c.credit_cats, 1000000)', as: 'orderCredit', type: 'numeric' }, byId],
  },
  PRICE: {
    ...common,
    name: 'courses-price',
    from: 'course c',
    further: ', c.lowest_price_minor as order_price',
    order: [{ sql: 'c.lowest_price_minor', as: 'orderPrice', type: 'bigint' }, byId],
  },
  NEXT_START: {
    ...common,
    name: 'courses-start',
    from: 'course c',
    // An instant of an order may be infinity, which is no Date: it travels as text.
    further: ', c.next_start::text as order_start',
    order: [{ sql: 'c.next_start', as: 'orderStart', type: 'timestamptz' }, byId],
  },
}

function listOf(orderBy: CourseOrder, query: string | null): List {
  if (orderBy !== 'RELEVANCE') return lists[orderBy]
  return query === null ? lists.NEXT_START : byRank(query)
}

/**
 * The courses that match, a page of them, with what is `wanted` of them at hand. Throws BAD_USER_INPUT for wrong
 * arguments.
 */
export async function findCourses(
  context: Context,
  asked: CourseSearch,
  args: PageArgs,
  wanted: Wanted,
): Promise<FoundCourses> {
  const query = searchQuery(asked.search)
  const conditions = await conditionsOf(context, asked, query)
  return { ...(await readPage<Course>(context, listOf(asked.orderBy, query), args, conditions, wanted)), asked }
}

async function conditionsOf(context: Context, { filter }: CourseSearch, query: string | null, without?: string) {
  const conditions = filterParts(filter, context.now())
    .filter((part) => part.facet === undefined || part.facet !== without)
    .map((part) => part.condition)
  if (query !== null) conditions.push({ sql: "c.words @@ to_tsquery('simple', ?)", values: [query] })
  const qualificationId = filter?.countsTowardsQualificationId
  if (qualificationId != null) {
    conditions.push(...((await context.countedCourses(context, qualificationId)) ?? [{ sql: 'false' }]))
  }
  return conditions
}

const facetColumns = {
  subjects: ['c.subject', 'c.subject'],
  levels: ['c.level', 'c.level'],
  languages: ['c.language', 'c.language'],
  awardingInstitutions: ['c.awarding_institution_id::text', 'i.name'],
} as const

/** The values of one facet among the courses that match everything but the facet's own filter; most frequent first. */
export async function facet(
  context: Context,
  asked: CourseSearch,
  name: keyof typeof facetColumns,
): Promise<FacetValue[]> {
  const conditions = await conditionsOf(context, asked, searchQuery(asked.search), name)
  const values = new Values()
  const where = conditions.map(({ sql, values: given }) => values.fill(sql, given))
  const [value, label] = facetColumns[name]
  const text = `select ${value} as value, ${label} as label, count(*)::int as count from course c join institution i on i.id = c.awarding_institution_id where ${where.join(' and ')} and ${value} is not null group by 1, 2 order by count(*) desc, 2 limit 100`
  const rows = await context.read.rows(named<FacetValue>(`facet-${name}`, text), values.list)
  if (name !== 'awardingInstitutions') return rows
  return rows.map((row) => ({ ...row, value: globalId('Institution', row.value) }))
}
