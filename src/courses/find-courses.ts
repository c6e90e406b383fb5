/** Finds courses by text and filters, ordered, paged and counted into facets. */
import type { Context } from '../context.ts'
import { badUserInput } from '../graph/contract/errors.ts'
import { globalId } from '../graph/contract/global-id.ts'
import { uuidForList } from '../graph/contract/no-such.ts'
import type { Page, PageArgs } from '../graph/contract/page.ts'
import { institutionJoin } from '../institutions/loaders.ts'
import { type Condition, type List, readPage } from '../reading/list.ts'
import { named, type OrderKey, Values } from '../reading/list-sql.ts'
import type { Wanted } from '../reading/selection.ts'
import type { Course } from './course.ts'
import type { CourseFilter, CourseOrder, FacetValue, SortDirection } from './course-filter.ts'
import { courseColumns, nextRunJoin } from './loaders.ts'
import { searchWords } from './search-words.ts'

export interface CourseSearch {
  search?: string | null
  slugs?: string[] | null
  filter?: CourseFilter | null
  orderBy: CourseOrder
  /** Left out: the order's own. */
  direction?: SortDirection | null
}

/** With the search as it is asked of PostgreSQL: the same for the list, its count and its facets. */
export interface AskedSearch extends CourseSearch {
  words: string | null
}

/** A list of courses with what is needed for its facets. */
export type FoundCourses = Page<Course> & { asked: AskedSearch }

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
    const uuidAt = (id: string, at: number) =>
      uuidForList('Institution', id, ['filter', 'awardingInstitutionIds', `${at}`])
    const ids = filter.awardingInstitutionIds.map(uuidAt).filter((id) => id !== null)
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

/** Found by words, the best match first. The words are asked once, in the list's own SQL. */
function byRank(words: string, descending: boolean): List {
  const rank = 'ts_rank(c.words, asked.words)'
  return {
    ...common,
    name: descending ? 'courses-rank' : 'courses-rank-ascending',
    further: `, ${rank} as order_rank`,
    from: "course c cross join (select to_tsquery('course_search', ?) as words) asked",
    values: [words],
    order: [{ sql: rank, as: 'orderRank', type: 'real', descending }, byId],
  }
}

/** Its own direction is ascending; `further` has the key under the name that its rows carry it by. */
const byKey = (name: string, further: string, key: OrderKey): List => ({
  ...common,
  name: `courses-${name}`,
  from: 'course c',
  further: `, ${further}`,
  order: [key, { ...byId, descending: key.descending ?? false }],
})

/** An instant of an order may be infinity, which is no Date: it travels as text. */
const ascending: Record<Exclude<CourseOrder, 'RELEVANCE'>, List> = {
  TITLE: byKey('title', 'c.title as order_title', { sql: 'c.title', as: 'orderTitle', type: 'text' }),
  CREDIT: byKey('credit', 'coalesce(c.credit_cats, 1000000) as order_credit', {
    sql: 'coalesce(c.credit_cats, 1000000)',
    as: 'orderCredit',
    type: 'numeric',
  }),
  PRICE: byKey('price', 'c.lowest_price_minor as order_price', {
    sql: 'c.lowest_price_minor',
    as: 'orderPrice',
    type: 'bigint',
  }),
  NEXT_START: byKey('start', 'c.next_start::text as order_start', {
    sql: 'c.next_start',
    as: 'orderStart',
    type: 'timestamptz',
  }),
}

const leastCredit = 'coalesce(c.credit_cats, 0)'
const leastPrice = 'coalesce(nullif(c.lowest_price_minor, 9007199254740991), -1)'
const leastStart = "coalesce(nullif(c.next_start, 'infinity'), '-infinity')"

/** What states nothing is last here too, so it counts as the least; each key is that of an index. */
const descending: typeof ascending = {
  TITLE: byKey('title-descending', 'c.title as order_title', {
    sql: 'c.title',
    as: 'orderTitle',
    type: 'text',
    descending: true,
  }),
  CREDIT: byKey('credit-descending', `${leastCredit} as order_credit`, {
    sql: leastCredit,
    as: 'orderCredit',
    type: 'numeric',
    descending: true,
  }),
  PRICE: byKey('price-descending', `${leastPrice} as order_price`, {
    sql: leastPrice,
    as: 'orderPrice',
    type: 'bigint',
    descending: true,
  }),
  // Compared letter by letter: elsewhere the minus would be passed over.
  NEXT_START: byKey('start-descending', `(${leastStart})::text collate "C" as order_start`, {
    sql: leastStart,
    as: 'orderStart',
    type: 'timestamptz',
    descending: true,
  }),
}

function listOf({ orderBy, direction, words }: AskedSearch): List {
  if (orderBy === 'RELEVANCE' && words !== null) return byRank(words, direction !== 'ASCENDING')
  const lists = direction === 'DESCENDING' ? descending : ascending
  return lists[orderBy === 'RELEVANCE' ? 'NEXT_START' : orderBy]
}

/**
 * The courses that match, a page of them, with what is `wanted` of them at hand. Throws BAD_USER_INPUT for wrong
 * arguments.
 */
export async function findCourses(
  context: Context,
  search: CourseSearch,
  args: PageArgs,
  wanted: Wanted,
): Promise<FoundCourses> {
  const words = search.search ? await searchWords(context.read, search.search) : null
  const asked = { ...search, words }
  const conditions = await conditionsOf(context, asked)
  return { ...(await readPage<Course>(context, listOf(asked), args, conditions, wanted)), asked }
}

async function conditionsOf(context: Context, { filter, slugs, words }: AskedSearch, without?: string) {
  const conditions = filterParts(filter, context.now())
    .filter((part) => part.facet === undefined || part.facet !== without)
    .map((part) => part.condition)
  if (words !== null) conditions.push({ sql: "c.words @@ to_tsquery('course_search', ?)", values: [words] })
  if (slugs != null) conditions.push({ sql: 'c.slug = any(?::text[])', values: [slugs] })
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
  asked: AskedSearch,
  name: keyof typeof facetColumns,
): Promise<FacetValue[]> {
  const conditions = await conditionsOf(context, asked, name)
  const values = new Values()
  const where = conditions.map(({ sql, values: given }) => values.fill(sql, given))
  const [value, label] = facetColumns[name]
  const text = `select ${value} as value, ${label} as label, count(*)::int as count from course c join institution i on i.id = c.awarding_institution_id where ${where.join(' and ')} and ${value} is not null group by 1, 2 order by count(*) desc, 2 limit 100`
  const rows = await context.read.rows(named<FacetValue>(`facet-${name}`, text), values.list)
  if (name !== 'awardingInstitutions') return rows
  return rows.map((row) => ({ ...row, value: globalId('Institution', row.value) }))
}
