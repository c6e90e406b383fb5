/** Stores the words of all courses, among which those that were misspelt are looked for. */

import { Entity, Index, PrimaryKey } from '@mikro-orm/decorators/legacy'
import type { EntityManager } from '@mikro-orm/postgresql'

@Entity({ tableName: 'course_word' })
@Index({
  name: 'course_word_alike',
  expression: 'create index course_word_alike on course_word using gin (word gin_trgm_ops)',
})
export class CourseWord {
  /** As the search knows it: in small letters, without accents. */
  @PrimaryKey({ type: 'text' })
  word!: string
}

/** In one order, so that no two transactions wait for each other. Numbers and addresses are not misspelt words. */
const add = `insert into course_word (word)
  select distinct lexeme from course c cross join lateral unnest(c.words)
  where (?::uuid[] is null or c.id = any(?::uuid[])) and lexeme ~ '^[[:alpha:]]{4,40}$'
  order by lexeme on conflict do nothing`

const forget = `delete from course_word where word not in (select word from ts_stat('select words from course'))`

/** Adds the words of these courses, once they are written. */
export async function addCourseWords(tx: EntityManager, courseIds: readonly string[]): Promise<void> {
  const ids = `{${courseIds.join()}}`
  await tx.execute(add, [ids, ids])
}

/** Has all words that there are, and no others. */
export async function tidyCourseWords(tx: EntityManager): Promise<void> {
  await tx.execute(add, [null, null])
  await tx.execute(forget)
}
