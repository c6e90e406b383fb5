/** Declares named SQL statements with the shape of their rows. */
import type { RowShape } from './connection/read-rows.ts'

/** One SQL text with a name, so that PostgreSQL parses and plans it once per connection. */
export interface Statement<Row> {
  readonly name: string
  readonly text: string
  /** Whether the best plan depends on the values, as with filters that meet few rows or most: PostgreSQL then decides when to plan anew. */
  readonly planByValues?: boolean
  /** Where its columns go in a row, found at the first answer. */
  shape?: RowShape
  /** Only for the type. */
  readonly row?: Row
}

/** Declares a statement, planned once whatever the values. Lists travel as one array parameter (`= any($1::uuid[])`), so that one text serves every size. */
export function statement<Row>(name: string, text: string): Statement<Row> {
  return { name, text }
}
