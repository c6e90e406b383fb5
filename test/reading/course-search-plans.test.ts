/** Tests that no search or order of many courses reads them all. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import type { Context } from '../../src/context.ts'
import { CourseOrder, SortDirection } from '../../src/courses/course-filter.ts'
import { type CourseSearch, findCourses } from '../../src/courses/find-courses.ts'
import { nothingWanted } from '../../src/reading/selection.ts'
import type { Statement } from '../../src/reading/statement.ts'
import type { TestDatabase } from '../support/world/postgres.ts'
import { createSynchronised } from '../support/world/synchronised-database.ts'

/** Each of its own words and of some that many have. */
const grow = `insert into course (id, partner_uuid, slug, title, summary, language, subject, awarding_institution_id,
    learning_outcomes, cmf_status, partner_url, fetched_at, next_start, lowest_price_minor, credit_cats)
  select gen_random_uuid(), 'grown-' || n, 'grown-' || n, 'Course ' || translate(n::text, '0123456789', 'abcdefghij') || 'ology',
    (select string_agg(translate((n * 7919 + w * 104729)::text, '0123456789', 'aeioulnrst'), ' ') from generate_series(1, 20) w),
    'en', 'business', (select id from institution limit 1), '[]', 'MET', 'https://partner.example', now(),
    now() + n * interval '1 hour', n, n
  from generate_series(1, 10000) n`
const words = `insert into course_word select word from ts_stat('select words from course')
  where word ~ '^[[:alpha:]]{4,40}$' on conflict do nothing`

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await createSynchronised()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  for (const sql of [grow, words, 'vacuum analyze']) await client.query(sql)
}, 60_000)
afterAll(async () => {
  await client?.end()
  await database?.drop()
})

/** How PostgreSQL answers each statement of it; `rows` of the last one are what is found. */
async function plansOf(search: Partial<CourseSearch>): Promise<{ plans: string[]; found: number }> {
  const plans: string[] = []
  let found = 0
  const rows = async ({ text }: Statement<unknown>, values: unknown[]) => {
    const plan = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${text}`, values)
    plans.push(plan.rows.map((line) => line['QUERY PLAN']).join('\n'))
    const answer = await client.query(text, values)
    found = answer.rows.length
    return answer.rows
  }
  const context = { read: { rows }, loads: new Map(), now: () => new Date() } as unknown as Context
  await findCourses(context, { orderBy: 'RELEVANCE', ...search }, { first: 20 }, nothingWanted)
  return { plans, found }
}

describe('with ten thousand courses', () => {
  it.each(['abcology', 'bacology', 'coching leadershpi', 'managment evidnece sustanable'])(
    'a search for %s goes by its indexes, for the words that are alike too',
    async (search) => {
      const { plans } = await plansOf({ search })
      expect(plans).toHaveLength(2)
      expect(plans.join()).not.toMatch(/Seq Scan/)
      expect(plans[0]).toMatch(/Bitmap Index Scan on course_word_alike/)
      expect(plans[0]).toMatch(/Index Only Scan using course_word_pkey/)
      expect(plans[1]).toMatch(/Bitmap Index Scan on course_words_index/)
    },
  )

  it('finds the one that was meant', async () => {
    expect((await plansOf({ search: 'coching' })).found).toBe(1)
  })

  const orders = Object.values(CourseOrder).flatMap((orderBy) =>
    Object.values(SortDirection).map((direction) => [orderBy, direction] as const),
  )
  it.each(orders)('a page by %s %s is read off an index, and nothing is sorted', async (orderBy, direction) => {
    const { plans, found } = await plansOf({ orderBy, direction })
    expect(found).toBe(21)
    expect(plans).toEqual([expect.stringMatching(/Index Scan/)])
    expect(plans.join()).not.toMatch(/Seq Scan on course|Sort/)
  })

  it('courses of some slugs are looked up', async () => {
    const { plans, found } = await plansOf({ slugs: ['grown-7', 'grown-77', 'robotics-for-makers'] })
    expect(found).toBe(3)
    expect(plans).toEqual([expect.stringMatching(/Index Scan using course_slug_unique/)])
  })
})
