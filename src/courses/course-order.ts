/** Keeps each course's sort keys current, so that an index can order courses. */
import type { EntityManager } from '@mikro-orm/postgresql'

/** The same runs count as for `nextRun`: a course whose run has begun is behind those that are still to begin. */
const sql = `update course c set next_start = x.next_start, lowest_price_minor = x.lowest_price_minor
  from (select k.id,
      coalesce(min(r.starts_at) filter (where r.starts_at > clock.now), 'infinity') as next_start,
      coalesce(min(r.price_minor), ${Number.MAX_SAFE_INTEGER}) as lowest_price_minor
    from course k cross join (select ?::timestamptz as now) clock
    left join course_run r on r.course_id = k.id and r.complete and not r.cancelled and r.enrolment_closes_at >= clock.now
    where ?::uuid[] is null or k.id = any(?::uuid[])
    group by k.id) x
  where c.id = x.id and (c.next_start, c.lowest_price_minor) is distinct from (x.next_start, x.lowest_price_minor)`

/** Brings the order of courses up to date, of all when null: when runs have changed, and with each sync, as time passes. */
export async function updateCourseOrder(
  tx: EntityManager,
  now: Date,
  courseIds: readonly string[] | null,
): Promise<void> {
  const ids = courseIds === null ? null : `{${courseIds.join()}}`
  await tx.execute(sql, [now, ids, ids])
}
